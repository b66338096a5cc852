"""What clamd opens only in part: the real unpacker's members, shown to a real clamd."""

from __future__ import annotations

import base64
import bz2
import io
import lzma
import tarfile
from collections.abc import Callable, Iterator

import libarchive
import pytest

from demo import samples
from demo.clamd import PrivateClamd
from scanner.files.kind import mime_of
from scanner.inspection.apart import Once
from scanner.inspection.clamd import Clamd
from scanner.inspection.containers import Containers
from scanner.inspection.engine import NobodyToAsk
from scanner.inspection.members import Members
from scanner.inspection.panel import Panel
from scanner.inspection.rehearsal import memory_content
from scanner.inspection.selftest.blind_spots import BlindSpots
from scanner.inspection.selftest.samples import archives, documents, mails, ole, rars
from scanner.inspection.unpack.unpacker import Unpacker
from scanner.model import Unscannable
from scanner.settings.sections import UnpackSettings
from tests.clamd import settings_for
from tests.inspection import EICAR, MIB, VERSION

HARMLESS = b"An innocent text.\n"
ID3 = b"ID3\x03" + bytes(200)
CHM = b"ITSF\x03\x00\x00\x00" + bytes(200)


@pytest.fixture(scope="module")
def unpacker() -> Iterator[Unpacker]:
    made = Unpacker(UnpackSettings(processes=1), ("known",))
    yield made
    made.close()


@pytest.fixture
def panel(clamd: PrivateClamd, unpacker: Unpacker) -> Panel:
    engines = (Containers(MIB, BlindSpots), Clamd(settings_for(clamd.address)))
    once = Once(unpacker)
    return Panel(engines, Members(once, engines, BlindSpots), once)


def looked(panel: Panel, data: bytes) -> tuple[bool, set[Unscannable]]:
    """Whether malware was found, and the reasons of gaps."""
    inspections = panel.inspect(VERSION, NobodyToAsk(), memory_content(data, mime_of))
    gaps = {one.gap.reason for one in inspections if one.gap is not None}
    return any(one.findings for one in inspections), gaps  # type: ignore[return-value]  # none here is transient


def seven_zip(content: bytes, method: str) -> bytes:
    pieces: list[bytes] = []

    def write(piece: bytes) -> int:
        pieces.append(bytes(piece))
        return len(piece)

    with libarchive.custom_writer(write, "7zip", options=f"7zip:compression={method}") as archive:
        archive.add_file_from_memory("payload.com", len(content), [content])
    return b"".join(pieces)


def tar(content: bytes, **fields: object) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        entry = tarfile.TarInfo("payload.com")
        entry.size = len(content)
        for name, value in fields.items():
            setattr(entry, name, value)
        archive.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()


def with_size_elsewhere(content: bytes) -> bytes:
    """Its header says 0 bytes, the pax header before it how many there are."""
    packed = bytearray(tar(content, pax_headers={"size": str(len(content))}))
    header = packed.index(b"payload.com", 1024)
    packed[header + 124 : header + 136] = b"%011o\0" % 0
    return bytes(_summed(packed, header))


def with_size_in_base_256(content: bytes) -> bytes:
    packed = bytearray(tar(content))
    packed[124:136] = b"\x80" + len(content).to_bytes(11, "big")
    return bytes(_summed(packed, 0))


def _summed(packed: bytearray, header: int) -> bytearray:
    packed[header + 148 : header + 156] = b" " * 8
    packed[header + 148 : header + 156] = b"%06o\0 " % sum(packed[header : header + 512])
    return packed


def in_two_streams(content: bytes) -> bytes:
    """As pbzip2 packs whatever is large."""
    whole = archives.tar(content)
    return bz2.compress(whole[:300]) + bz2.compress(whole[300:])


def document_with(name: str, content: bytes) -> bytes:
    parts = {"[Content_Types].xml": documents.TYPES, "word/document.xml": b'<?xml version="1.0"?><a/>', name: content}
    return samples.zip_of(parts)


def flat_document(content: bytes) -> bytes:
    data = base64.b64encode(content).decode()
    names = 'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:draw="urn:oasis:drawing"'
    objects = f"<draw:object-ole><office:binary-data>{data}</office:binary-data></draw:object-ole>"
    return (
        f'<?xml version="1.0"?><office:document {names}><office:body>{objects}</office:body></office:document>'.encode()
    )


KINDS: dict[str, Callable[[bytes], bytes]] = {
    "7z, deflated": lambda content: seven_zip(content, "deflate"),
    "7z, bzip2": lambda content: seven_zip(content, "bzip2"),
    "7z, bzip2, in a zip": lambda content: samples.zip_of({"a.7z": seven_zip(content, "bzip2")}),
    "7z, bzip2, in a mail": lambda content: mails.eml(seven_zip(content, "bzip2")),
    "7z, bzip2, in a mail of Outlook": lambda content: ole.msg(seven_zip(content, "bzip2")),
    "7z, bzip2, in a PDF": lambda content: documents.pdf(seven_zip(content, "bzip2")),
    "7z, bzip2, in an RTF": lambda content: documents.rtf(seven_zip(content, "bzip2")),
    "7z, bzip2, in a document": lambda content: document_with("word/a.7z", seven_zip(content, "bzip2")),
    "an OpenDocument in one file": flat_document,
    "rar in an OpenDocument": lambda content: documents.odt(rars.rar5(content)),
    "bzip2 of two streams": in_two_streams,
    "tar, size in a pax header": with_size_elsewhere,
    "tar, size in base 256": with_size_in_base_256,
    "warc": lambda content: archives.written(content, "warc"),
    "zip behind a tag of MP3": lambda content: ID3 + samples.zip_of({"payload.com": content}),
    "rar behind a text": lambda content: b"hello\n" * 20 + rars.rar5(content),
    "rar behind a picture": lambda content: samples.png() + rars.rar4(content),
    "rar behind a program's beginning": lambda content: b"MZ" + bytes(500) + rars.rar5(content),
}


@pytest.mark.parametrize("kind", KINDS)
def test_what_clamd_skips_in_a_kind_that_it_opens_is_shown_to_it(panel: Panel, kind: str) -> None:
    assert looked(panel, KINDS[kind](EICAR)) == (True, set())
    assert looked(panel, KINDS[kind](HARMLESS)) == (False, set())


def locked(content: bytes, password: bytes = b"known") -> bytes:
    return samples.encrypted_zip_of("payload.com", content, password)


@pytest.mark.parametrize("around", [bytes, lambda data: samples.zip_of({"a.zip": data}), archives.tar, mails.eml])
def test_what_a_known_password_opens_is_looked_at(panel: Panel, around: Callable[[bytes], bytes]) -> None:
    assert looked(panel, around(locked(EICAR))) == (True, set())
    assert looked(panel, around(locked(HARMLESS))) == (False, set())
    assert looked(panel, around(locked(EICAR, b"another"))) == (False, {Unscannable.ENCRYPTED})


def test_one_that_it_opens_does_not_vouch_for_another_that_it_does_not(panel: Panel) -> None:
    data = samples.zip_of({"a.zip": locked(HARMLESS), "b.zip": locked(EICAR, b"another")})
    assert looked(panel, data) == (False, {Unscannable.ENCRYPTED})


@pytest.mark.parametrize(
    "data",
    [
        archives.arj(HARMLESS),
        samples.zip_of({"a.chm": CHM}),
        samples.zip_of({"a.chm": CHM, "a.eml": samples.docx("hello"), "b.tar": archives.tar(HARMLESS)}),
        lzma.compress(archives.tar(HARMLESS)),
        documents.pdf(HARMLESS)[:-60],
        samples.docx("hello"),
    ],
    ids=["arj", "chm in a zip", "chm beside others", "tar.xz", "a PDF cut off", "a document"],
)
def test_what_clamd_has_seen_is_not_held_against_it(panel: Panel, data: bytes) -> None:
    assert looked(panel, data) == (False, set())


def many(count: int) -> bytes:
    members = ((f"{number}", b"%d" % number) for number in range(count))
    return b"!<arch>\n" + b"".join(archives.ar(content, name)[8:] for name, content in members)


def test_a_format_that_only_clamd_opens_hides_no_limit_met_beside_it(panel: Panel) -> None:
    data = samples.zip_of({"a.chm": CHM, "b.ar": many(10_001)})
    assert looked(panel, data) == (False, {Unscannable.ARCHIVE_MEMBERS})
