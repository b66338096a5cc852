"""Archives of many members: what is handed on of them, and what is told of the rest."""

from __future__ import annotations

import io
import stat
import tarfile
import zipfile
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo.samples import encrypted_zip_of, windows_program, zip_of
from scanner.inspection.selftest.samples import rars
from scanner.inspection.selftest.samples.archives import cab, written
from scanner.inspection.selftest.samples.zips import deflated64
from scanner.inspection.unpack.openers.archive import MOST_BROKEN, ends_as_zip, open_archive, open_program
from scanner.model import Unscannable
from tests.inspection.unpack.openers.recording import Record, source_of, survives, told_of

PAYLOAD = b"payload\n" * 9


def test_members_are_handed_on_as_the_archive_names_them():
    members = {"a.txt": b"one", "folder/b.txt": b"two", "../c.txt": b"three", "/d.txt": b"four"}

    assert told_of(open_archive, zip_of(members)) == Record(members=list(members.items()))


def test_folders_are_no_members_unless_something_hides_in_them():
    content = zip_of({"folder/": b"", "hiding/": b"MZ payload", "a": b"x"})

    assert told_of(open_archive, content).members == [("a", b"x"), ("hiding/", b"MZ payload")]


@pytest.mark.parametrize("mode", [stat.S_IFDIR, stat.S_IFLNK, stat.S_IFCHR, stat.S_IFIFO])
def test_a_zip_member_that_only_says_it_is_no_file_is_handed_on_with_its_bytes(mode):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        member = zipfile.ZipInfo("payload.exe")
        member.create_system, member.external_attr = 3, mode << 16
        archive.writestr(member, PAYLOAD)
        archive.writestr("a", b"x")

    told = told_of(open_archive, buffer.getvalue())

    assert ("payload.exe", PAYLOAD) in told.members
    assert ("a", b"x") in told.members


def test_a_zip_member_with_the_mark_of_a_folder_in_dos_is_handed_on_with_its_bytes():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        member = zipfile.ZipInfo("payload.exe")
        member.create_system, member.external_attr = 0, 0x10
        archive.writestr(member, PAYLOAD)

    assert ("payload.exe", PAYLOAD) in told_of(open_archive, buffer.getvalue()).members


def tar_of(*infos: tuple[tarfile.TarInfo, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for info, content in infos:
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def info(name: str, kind: bytes = tarfile.REGTYPE, target: str = "") -> tarfile.TarInfo:
    made = tarfile.TarInfo(name)
    made.type, made.linkname = kind, target
    return made


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE])
def test_links_and_devices_are_members_without_bytes_and_nothing_is_followed(kind):
    content = tar_of((info("odd", kind, "/etc/passwd"), b""), (info("behind"), b"x"))

    assert told_of(open_archive, content) == Record(members=[("odd", b""), ("behind", b"x")])


@pytest.mark.parametrize(
    "content",
    [cab(PAYLOAD), rars.rar4(PAYLOAD), rars.rar5(PAYLOAD), written(PAYLOAD, "7zip"), written(PAYLOAD, "iso9660")],
    ids=["cab", "rar 4", "rar 5", "7z", "iso"],
)
def test_other_archives_are_opened_as_well(content):
    told = told_of(open_archive, content)

    assert dict(told.members)["payload.com"] == PAYLOAD
    assert told.gaps == []


def test_the_files_of_an_rpm_are_members():
    lead, header = b"\xed\xab\xee\xdb\x03" + bytes(91), b"\x8e\xad\xe8\x01" + bytes(12)
    content = lead + header * 2 + written(PAYLOAD, "cpio_newc", "gzip")

    assert dict(told_of(open_archive, content).members)["payload.com"] == PAYLOAD


def test_a_member_under_no_known_password_is_locked_with_its_name_and_size():
    content = encrypted_zip_of("secret.txt", b"hush!", b"unknown")

    assert told_of(open_archive, content, passwords=("wrong",)) == Record(("wrong",), locks=[("secret.txt", 5)])


def test_a_member_under_a_known_password_is_handed_on():
    content = encrypted_zip_of("secret.txt", b"hush!", b"right")

    assert told_of(open_archive, content, passwords=("wrong", "right")).members == [("secret.txt", b"hush!")]


def test_a_wrong_checksum_is_told_and_the_bytes_are_handed_on_all_the_same():
    content = zip_of({"a": PAYLOAD, "b": b"x"})
    crc = zlib.crc32(PAYLOAD).to_bytes(4, "little")

    told = told_of(open_archive, content.replace(crc, b"\1\2\3\4"))

    assert told.gaps[:1] == [Unscannable.CORRUPT]
    assert ("b", b"x") in told.members


@pytest.mark.parametrize("content", [deflated64(b"x" * 99)], ids=["deflate64"])
def test_a_way_of_packing_that_nobody_here_knows_is_not_damage(content):
    told = told_of(open_archive, content)

    assert told.gaps == [Unscannable.FORMAT]


def test_a_zip_without_its_directory_is_damaged_though_its_members_can_be_read():
    content = zip_of({"a": PAYLOAD})

    told = told_of(open_archive, content[: content.index(b"PK\x01\x02")])

    assert told.gaps[:1] == [Unscannable.CORRUPT]


def test_a_zip_with_something_behind_each_other_names_is_corrupt():
    told = told_of(open_archive, zip_of({"first": b"1"}) + zip_of({"second": b"2"}))

    assert told.gaps[:1] == [Unscannable.CORRUPT]


def test_no_number_of_broken_members_keeps_it_busy_for_ever():
    members = {f"{n}": b"%d" % n * 20 for n in range(3 * MOST_BROKEN)}
    content = bytearray(zip_of(members))
    for at in range(len(content) - 4):
        if content[at : at + 4] == b"PK\x03\x04":
            content[at + 14] ^= 0xFF
    told = told_of(open_archive, bytes(content))

    assert len(told.gaps) <= 2 * MOST_BROKEN
    assert set(told.gaps) <= {Unscannable.CORRUPT, Unscannable.ARCHIVE_MEMBERS}


@pytest.mark.parametrize(
    "archive",
    [
        zip_of({"a": b"x"}),
        zip_of({"a": b"x"}) + b"signature" * 99,
        bytes(0x28000) + written(b"x", "7zip"),
        bytes(0x12000) + rars.rar5(b"x"),
    ],
    ids=["zip", "zip before a signature", "7z behind its usual stub", "rar"],
)
def test_of_a_program_that_unpacks_itself_the_members_are_handed_on(archive):
    told = told_of(open_program, windows_program() + archive)

    assert b"x" in dict(told.members).values()
    assert told.gaps == []


def test_a_program_that_holds_no_archive_is_no_damaged_one():
    assert told_of(open_program, windows_program() + bytes(5000)) == Record()


@pytest.mark.parametrize(
    ("content", "is_one"),
    [
        (b"GIF89a" + bytes(50) + zip_of({"a": b"x"}), True),
        (b"GIF89a" + bytes(50), False),
        (zip_of({"a": b"x"}), False),
        (b"GIF89a" + zip_of({"a": b"x"}) + b"behind", False),
        (b"GIF89a" + b"PK\x05\x06" + bytes(18), False),
        (b"", False),
    ],
)
def test_a_zip_behind_something_else_is_found_where_it_ends_the_file(content, is_one):
    assert ends_as_zip(source_of(content)) is is_one


def commented(archive: bytes, comment: bytes) -> bytes:
    return archive[:-2] + len(comment).to_bytes(2, "little") + comment


ZIP = zip_of({"a.txt": b"x"})
MARK = b"Rar!\x1a\x07\x01\x00 and so on"


@pytest.mark.parametrize(
    ("content", "behind"),
    [
        (ZIP, None),
        (ZIP + MARK, MARK),
        (ZIP + bytes(512) + MARK, MARK),
        (ZIP + bytes(700), None),
        (commented(ZIP, b"by somebody"), None),
        (commented(ZIP, MARK), MARK),
        (commented(ZIP, b"by somebody") + MARK, MARK),
    ],
    ids=["nothing", "something", "zeros, then something", "zeros", "a comment", "a mark in it", "both"],
)
def test_what_stands_behind_a_zip_is_handed_on_and_a_comment_where_an_archive_may_be_in_it(
    content: bytes, behind: bytes | None
) -> None:
    told = told_of(open_archive, content)
    more = [] if behind is None else [("behind its end", behind)]
    assert (told.members, told.gaps) == ([("a.txt", b"x"), *more], [])


def test_another_tar_behind_a_tars_end_is_handed_on_and_zeros_are_not():
    first, second = (written(content, "gnutar") for content in (b"one", PAYLOAD))

    for between in (b"", bytes(512), bytes(3 * 1024**2)):
        told = told_of(open_archive, first + between + second)
        assert ([name for name, _ in told.members], told.gaps) == (["readme.txt", "payload.com", "behind its end"], [])
        assert told_of(open_archive, told.members[-1][1]).members[-1] == ("payload.com", PAYLOAD)
    assert len(told_of(open_archive, first + bytes(1024**2)).members) == 2


SOURCES = [
    zip_of({"a": PAYLOAD, "b/": b"", "c": b"x"}),
    *(written(PAYLOAD, kind) for kind in ("7zip", "gnutar", "cpio", "xar")),
]
SOURCES += [cab(PAYLOAD), rars.rar4(PAYLOAD), rars.rar5(PAYLOAD), encrypted_zip_of("a", PAYLOAD, b"right")]


@given(st.sampled_from(SOURCES), st.data())
def test_no_damage_leads_to_anything_else_than_a_gap(content, data):
    damaged = bytearray(content)
    for place in data.draw(st.lists(st.integers(0, len(damaged) - 1), min_size=1, max_size=4)):
        damaged[place] ^= data.draw(st.integers(1, 255))
    damaged = damaged[: data.draw(st.integers(0, len(damaged)))]

    survives(open_archive, bytes(damaged), passwords=("right",))
    survives(open_program, bytes(damaged))
