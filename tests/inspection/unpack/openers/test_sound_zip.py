"""Zips in which nothing is out of the ordinary, held against the readers that are asked about all others."""

from __future__ import annotations

import io
import struct
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo.samples import docx, zip_of
from scanner.inspection.unpack.openers.archive import open_archive
from scanner.inspection.unpack.openers.sound_zip import LARGEST, MOST, MOST_MEMBERS, sound_members
from tests.inspection.unpack.openers.recording import Record, told_of

pytestmark = pytest.mark.filterwarnings("ignore:Duplicate name")
UNIX_FILE, UNIX_FOLDER, UNIX_LINK = 0o100644 << 16, 0o40755 << 16 | 0x10, 0o120777 << 16
TIMES, OWNERS, ROOM = b"UT\5\0\1\1\2\3\4", b"ux\x0b\0\1\4" + bytes(4) + b"\4" + bytes(4), b"\x20\xa2\4\0" + bytes(4)
ANOTHER_NAME = b"up\6\0\1" + bytes(4) + b"x"


class Stream(io.BytesIO):
    """What is written to goes away, so that sizes stand behind their members."""

    def seekable(self) -> bool:
        return False


def entry(name: str, *, system: int = 3, attributes: int = UNIX_FILE, extra: bytes = b"", method: int = 8):
    info = zipfile.ZipInfo(name)
    info.create_system, info.external_attr, info.extra, info.compress_type = system, attributes, extra, method
    return info


def written(*members: tuple[zipfile.ZipInfo, bytes], behind: bool = False) -> bytes:
    stream = Stream() if behind else io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for info, content in members:
            archive.writestr(info, content, info.compress_type)
    return stream.getvalue()


def sound(content: bytes) -> list[tuple[str, bytes]] | None:
    members = sound_members(io.BytesIO(content))
    return None if members is None else [member for member in members if not member[0].endswith("/")]


def by_others(content: bytes) -> Record:
    """As told where there is a comment at the end, which makes it one for the others."""
    commented = content[:-2] + b"\1\0-"
    assert sound_members(io.BytesIO(commented)) is None
    return told_of(open_archive, commented)


@pytest.mark.parametrize("behind", [False, True])
def test_members_come_in_their_order_and_folders_with_a_slash(behind):
    members = [
        (entry("a/b.xml", extra=TIMES + OWNERS), b"one" * 1000),
        (entry("a/", attributes=UNIX_FOLDER, method=0), b""),
        (entry("c.bin", system=0, attributes=0x20, extra=ROOM, method=0), b"\0\1"),
        (entry("a/b.xml"), b""),
    ]
    content = written(*members, behind=behind)

    assert sound_members(io.BytesIO(content)) == tuple((info.filename, data) for info, data in members)
    assert told_of(open_archive, content) == by_others(content) == Record(members=sound(content))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\5\6" + bytes(18),
        b"-" + docx("Hello"),
        docx("Hello") + b"-",
        docx("Hello")[:-2] + b"\1\0-",
        docx("Hello").replace(b"document.xml", b"document.xmk", 1),
        docx("Hello")[:60] + b"-" + docx("Hello")[61:],
        zip_of({"ä": b""}),
        written((entry("a\\b"), b"a")),
        written((entry("a", attributes=UNIX_LINK), b"b")),
        written((entry("a/"), b"a")),
        written((entry("a", attributes=UNIX_FOLDER), b"a")),
        written((entry("a", system=5), b"a")),
        written((entry("a", method=12), b"a")),
        written((entry("a", extra=ANOTHER_NAME), b"a")),
        written((entry("a", extra=b"UT\0\0"), b"a")),
        written(*((entry(str(number)), b"") for number in range(MOST_MEMBERS + 1))),
        written((entry("a"), bytes(MOST + 1))),
        written((entry("a", method=0), bytes(LARGEST))),
    ],
)
def test_whatever_is_out_of_the_ordinary_is_left_to_others(content):
    assert sound_members(io.BytesIO(content)) is None


def test_a_member_that_unpacks_to_more_than_it_says_is_out_of_the_ordinary():
    content = written((entry("a"), bytes(1000)))
    lying = content.replace(struct.pack("<I", 1000), struct.pack("<I", 999))

    assert (lying.count(struct.pack("<I", 999)), sound_members(io.BytesIO(lying))) == (2, None)


PLAIN = ["a", "b.xml", "a/b", "a//b", "/a", "../a", "./a", "._a", "__MACOSX/._a", "[a].xml", "a:b", "~ "]
ORDINARY = st.builds(
    entry,
    st.sampled_from(PLAIN),
    attributes=st.sampled_from([0, UNIX_FILE, 0o644 << 16]),
    extra=st.lists(st.sampled_from([TIMES, OWNERS, ROOM]), max_size=2).map(b"".join),
    method=st.sampled_from([0, 8]),
)
ODD = st.builds(
    entry,
    st.sampled_from([*PLAIN, "a/", "a\\b", "ä"]),
    system=st.sampled_from([0, 3, 19]),
    attributes=st.sampled_from([0, 0x10, 0x20, UNIX_FILE, UNIX_FOLDER, UNIX_LINK]),
    extra=st.sampled_from([b"", TIMES, ANOTHER_NAME, b"xl\1\0\0"]),
    method=st.sampled_from([0, 8]),
)
CONTENTS = st.sampled_from([b"", b"a", b"PK\3\4", b"one" * 999])
ZIPS = st.builds(
    lambda members, behind: written(*members, behind=behind),
    st.lists(st.tuples(ORDINARY, CONTENTS), min_size=1, max_size=3)
    | st.lists(st.tuples(ORDINARY | ODD, CONTENTS), min_size=1, max_size=3),
    st.booleans(),
)


@given(ZIPS)
def test_whatever_is_taken_others_take_in_the_same_way(content):
    members = sound(content)

    assert members is None or Record(members=members) == by_others(content)


@given(ZIPS, st.data())
def test_of_damaged_ones_too(content, data):
    damaged = bytearray(content)
    for at in data.draw(st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=3)):
        damaged[at] = data.draw(st.sampled_from([0, 1, 2, 8, 10, 47, 255]))
    members = sound(bytes(damaged))

    assert members is None or Record(members=members) == by_others(bytes(damaged))
