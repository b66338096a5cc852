"""Real formats through the real sandbox, from the service's side."""

from __future__ import annotations

import gzip
import io
import lzma
import os
import struct
import tarfile
import threading
import zlib
from concurrent.futures import ThreadPoolExecutor

import libarchive
import psutil
import pypdf
import pytest
from msoffcrypto.format.ooxml import OOXMLFile

from demo.samples import docx, eicar, encrypted_zip_of, zip_of
from scanner.inspection.selftest.samples import SAMPLES
from scanner.inspection.unpack.unpacker import Unpacker
from scanner.model import Gap, Unchecked, Unscannable
from scanner.rulebook.anatomy import Anatomy, Trait
from scanner.settings.sections import UnpackSettings
from tests.inspection.unpack.openers.office import word
from tests.inspection.unpack.openers.vba import OPENS_ITSELF, vba_project
from tests.inspection.unpack.taken import PASSWORDS, Taken, anatomy_of, apart_of, gap_of, take_apart

NOT_OPENED = {
    "zip, deflate64": Unscannable.FORMAT,
    "arj": Unscannable.FORMAT,
    "15 zips in each other": Unscannable.ARCHIVE_DEPTH,
    "110 zips in each other": Unscannable.ARCHIVE_DEPTH,
    "zip, last of 10,050 members": Unscannable.ARCHIVE_MEMBERS,
}
"""Samples of the self-test that the defaults do not reach into. All others must be."""


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_the_known_bad_file_comes_out_of_every_container_or_the_gap_says_why_not(unpacker, sample):
    taken = take_apart(unpacker, sample.build(eicar()))

    assert (eicar() in taken.members.values(), taken.gap) == (
        sample.name not in NOT_OPENED,
        NOT_OPENED.get(sample.name),
    )


def test_archives_of_different_kinds_in_each_other_are_opened_to_the_last(unpacker):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        info = tarfile.TarInfo("inner.txt")
        info.size = 5
        archive.addfile(info, io.BytesIO(b"hello"))
    content = zip_of({"a.tar.gz.xz": lzma.compress(gzip.compress(buffer.getvalue()))})

    assert list(take_apart(unpacker, content).members) == [
        "a.tar.gz.xz",
        "a.tar.gz.xz!a.tar.gz",
        "a.tar.gz.xz!a.tar.gz!a.tar",
        "a.tar.gz.xz!a.tar.gz!a.tar!inner.txt",
    ]


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("Grüße\n".encode("utf-16"), "Grüße\n"),
        ("Grüße\n".encode("utf-16-be"), "Grüße\n"),
        (docx("4111 1111 1111 1111"), "4111 1111 1111 1111\n"),
        (b"{\\rtf1 Gr\\'fc\\'dfe}", "Grüße"),
    ],
    ids=["UTF-16 with a mark", "UTF-16 without", "docx", "rtf"],
)
def test_text_that_is_not_searched_as_it_lies_is_taken_out(unpacker, content, text):
    assert text in take_apart(unpacker, content).text


def test_text_of_a_pdf_is_taken_out(unpacker):
    content = pdf_with_text("Strictly confidential")

    assert "Strictly confidential" in take_apart(unpacker, content).text


def pdf_with_text(text: str) -> bytes:
    drawing = f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET".encode()
    writer = pypdf.PdfWriter()
    page = writer.add_blank_page(612, 792)
    stream = pypdf.generic.DecodedStreamObject()
    stream.set_data(drawing)
    font = pypdf.generic.DictionaryObject(
        {
            pypdf.generic.NameObject("/Type"): pypdf.generic.NameObject("/Font"),
            pypdf.generic.NameObject("/Subtype"): pypdf.generic.NameObject("/Type1"),
            pypdf.generic.NameObject("/BaseFont"): pypdf.generic.NameObject("/Helvetica"),
        }
    )
    fonts = pypdf.generic.DictionaryObject({pypdf.generic.NameObject("/F1"): font})
    page[pypdf.generic.NameObject("/Resources")] = pypdf.generic.DictionaryObject(
        {pypdf.generic.NameObject("/Font"): fonts}
    )
    page[pypdf.generic.NameObject("/Contents")] = writer._add_object(stream)
    return written(writer)


def written(writer: pypdf.PdfWriter) -> bytes:
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def test_macros_that_start_by_themselves_are_found_in_a_document_in_an_archive(unpacker):
    document = word({"word/vbaProject.bin": vba_project({"Module1": OPENS_ITSELF})})

    taken = take_apart(unpacker, zip_of({"invoice.docm": document}))

    assert {Trait.MACRO, Trait.AUTO_EXEC_MACRO} <= taken.traits
    assert "AutoOpen" in taken.text


def test_a_shortcut_a_page_and_a_mail_are_known_by_their_names_where_nothing_else_tells(unpacker):
    taken = take_apart(unpacker, b"a: b\n\nhello\n", "note.eml")

    assert "hello" in taken.text


def encrypted(kind: str, password: str) -> bytes:
    if kind == "ZipCrypto":
        return encrypted_zip_of("a.txt", b"hush", password.encode())
    if kind.startswith("zip, "):
        return zip_encrypted(kind.removeprefix("zip, "), password)
    if kind.startswith("pdf, "):
        writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf_with_text("hush")))
        writer.encrypt(password, algorithm=kind.removeprefix("pdf, "))
        return written(writer)
    buffer = io.BytesIO()
    # Large enough for msoffcrypto, which writes short ones wrongly.
    document = word({"word/image.png": os.urandom(9000)}, text="hush")
    OOXMLFile(io.BytesIO(document)).encrypt(password, buffer)
    return buffer.getvalue()


def zip_encrypted(way: str, password: str) -> bytes:
    pieces: list[bytes] = []

    def take(piece: bytes) -> int:
        pieces.append(bytes(piece))
        return len(piece)

    with libarchive.custom_writer(take, "zip", options=f"zip:encryption={way}", passphrase=password) as archive:
        archive.add_file_from_memory("a.txt", 4, b"hush")
    return b"".join(pieces)


ENCRYPTIONS = ("ZipCrypto", "zip, aes128", "zip, aes256", "zip, zipcrypt", "pdf, RC4-128", "pdf, AES-256", "docx")


@pytest.mark.parametrize("kind", ENCRYPTIONS)
def test_what_is_encrypted_under_a_known_password_is_opened(unpacker, kind):
    taken = take_apart(unpacker, encrypted(kind, PASSWORDS[-1]))

    assert (taken.gap, "hush" in taken.text or b"hush" in taken.members.values()) == (None, True)
    assert Trait.ENCRYPTED not in taken.traits


@pytest.mark.parametrize("kind", ENCRYPTIONS)
def test_what_is_encrypted_under_another_password_is_told_and_never_complete(unpacker, kind):
    taken = take_apart(unpacker, encrypted(kind, "unknown"))

    assert (taken.gap, Trait.ENCRYPTED in taken.traits) == (Unscannable.ENCRYPTED, True)
    assert b"hush" not in taken.members.values()


def seven_zip_with_hidden_names() -> bytes:
    """Its header lies packed with AES, which is told by a header of its own (7zFormat.txt, method 06F10701)."""
    packed = b"\x06\x00\x01\x09\x10\x00"
    folder = b"\x07\x0b\x01\x00\x01\x24\x06\xf1\x07\x01\x0a\x53\x07" + bytes(8) + b"\x0c\x10\x00"
    header = b"\x17" + packed + folder + b"\x00"
    start = struct.pack("<QQI", 16, len(header), zlib.crc32(header))
    return b"7z\xbc\xaf\x27\x1c\x00\x04" + struct.pack("<I", zlib.crc32(start)) + start + bytes(16) + header


def test_a_7z_that_hides_even_its_names_is_encrypted(unpacker):
    assert take_apart(unpacker, seven_zip_with_hidden_names()) == Taken(
        traits=frozenset({Trait.ENCRYPTED}), gap=Unscannable.ENCRYPTED
    )


def test_many_contents_at_once_get_each_its_own(unpacker):
    with ThreadPoolExecutor(4) as threads:
        taken = list(threads.map(lambda n: take_apart(unpacker, zip_of({f"{n}": b"%d" % n})), range(12)))

    assert taken == [Taken({f"{n}": b"%d" % n}) for n in range(12)]


def test_nothing_is_left_in_the_folder_or_open(tmp_path):
    unpacker = Unpacker(UnpackSettings(processes=1), folder=tmp_path)
    anatomy_of(unpacker, zip_of({"warm": b"up"}))
    before = psutil.Process().num_fds()

    with apart_of(unpacker, zip_of({"../../a": b"x" * 2_000_000})) as apart:
        (member,) = apart.anatomy.members
        with apart.member_content(member).descriptor():
            assert list(tmp_path.iterdir()) == []

    assert (psutil.Process().num_fds(), list(tmp_path.iterdir())) == (before, [])
    unpacker.close()


def test_a_folder_that_is_not_there_is_a_gap_for_another_time(tmp_path):
    unpacker = Unpacker(UnpackSettings(processes=1), folder=tmp_path / "none")

    gap = gap_of(unpacker, zip_of({"a": b"x"}))

    assert gap == Gap(Unchecked.SPOOL_UNAVAILABLE, f"{tmp_path}/none: No such file or directory")
    unpacker.close()


def test_after_closing_nothing_is_opened_and_nothing_is_clean():
    unpacker = Unpacker(UnpackSettings(processes=1))
    unpacker.close()

    assert anatomy_of(unpacker, b"x") == Anatomy(
        gap=Gap(
            Unchecked.ENGINE_DOWN, "taking apart: no process can be started: cannot schedule new futures after shutdown"
        )
    )


def test_a_sandbox_that_is_killed_at_work_leaves_the_content_for_another_time():
    unpacker = Unpacker(UnpackSettings(processes=1))
    content = zip_of({f"{n}.txt": os.urandom(10) for n in range(9000)})
    before = psutil.Process().children()
    anatomy_of(unpacker, b"warm up")
    (child,) = (process for process in psutil.Process().children() if process not in before)
    timer = threading.Timer(0.3, child.kill)
    timer.start()
    gap = gap_of(unpacker, content)
    timer.join()

    assert gap == Gap(Unchecked.INTERRUPTED, "taking apart: killed by SIGKILL")
    assert gap_of(unpacker, zip_of({"a": b"x"})) is None
    unpacker.close()


def test_its_processes_say_how_well_they_are_shut_in(unpacker):
    assert unpacker.confinement() == unpacker.confinement()
