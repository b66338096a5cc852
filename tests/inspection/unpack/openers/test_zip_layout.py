"""Whether a zip's directory tells all that lies in it."""

from __future__ import annotations

import io
import struct
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo.samples import zip_of
from scanner.inspection.selftest.samples.zips import with_64_bit_sizes, with_sizes_behind
from scanner.inspection.unpack.openers.zip_layout import (
    MOST_MEMBERS,
    Directory,
    find_directory,
    has_disguised,
    layout_fault,
)
from scanner.model import Gap, Unscannable

ONE = zip_of({"one.txt": b"1" * 50})
TWO = zip_of({"one.txt": b"1" * 50, "two.txt": b"2" * 50})


def fault(content: bytes) -> str | None:
    file = io.BytesIO(content)
    directory = find_directory(file)
    assert directory is not None
    gap = layout_fault(file, directory)
    assert gap is None or gap.reason is Unscannable.CORRUPT
    return gap and gap.detail


def with_comment(comment: bytes) -> bytes:
    buffer = io.BytesIO(ONE)
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.comment = comment
    return buffer.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        ONE,
        TWO,
        zip_of({}),
        b"#!/bin/sh\n" + TWO,
        with_comment(b"made by hand"),
        with_64_bit_sizes(b"x"),
        with_sizes_behind(b"x"),
    ],
    ids=["one", "two", "none", "appended", "with a comment", "of 64 bits", "with sizes behind"],
)
def test_archives_as_everybody_writes_them_have_no_fault(content):
    assert fault(content) is None


def test_where_the_directory_lies_is_told_with_what_was_put_before_it():
    assert find_directory(io.BytesIO(b"before" + ONE)) == Directory(
        6 + ONE.index(b"PK\x01\x02"), 53, 1, 6, 6 + len(ONE), 0
    )


@pytest.mark.parametrize("content", [b"", b"PK\x05\x06", ONE[:-1], ONE[: ONE.index(b"PK\x05\x06")], b"x" * 100_000])
def test_without_an_end_record_there_is_no_directory(content):
    assert find_directory(io.BytesIO(content)) is None


def test_an_end_mark_in_the_comment_is_two_stories_about_where_it_ends():
    assert find_directory(io.BytesIO(with_comment(b"PK\x05\x06 is the mark of an end"))) is None


def test_exactly_means_that_nothing_follows():
    behind = io.BytesIO(ONE + b"x")

    assert find_directory(io.BytesIO(ONE), exactly=True) is not None
    assert (find_directory(behind, exactly=True), find_directory(behind) is None) == (None, False)


def end_of(content: bytes) -> int:
    return content.rindex(b"PK\x05\x06")


def with_count(content: bytes, count: int) -> bytes:
    at = end_of(content)
    return content[: at + 8] + struct.pack("<HH", count, count) + content[at + 12 :]


def test_a_member_that_the_directory_does_not_name_is_found():
    at = TWO.index(b"PK\x01\x02")
    second = TWO.rindex(b"PK\x01\x02")
    kept = TWO[at:second]
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 1, 1, len(kept), at, 0)

    assert "a member that the directory does not name" in (fault(TWO[:at] + kept + end) or "")


def test_a_directory_that_counts_more_than_it_names_is_a_fault():
    assert fault(with_count(TWO, 3)) == "zip: 2 of 3 members in the directory"


def test_members_that_lie_over_each_other_are_a_fault():
    second = TWO.rindex(b"PK\x01\x02")
    first = TWO.index(b"PK\x01\x02")
    entry = TWO[first:second]
    at = TWO.index(b"PK\x03\x04", 4)
    directory = entry * 2
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 2, 2, len(directory), at, 0)

    assert fault(TWO[:at] + directory + end) == "zip: member 'one.txt' lies over another"


def changed(content: bytes, at: int, new: bytes) -> bytes:
    return content[:at] + new + content[at + len(new) :]


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (changed(ONE, 30, b"0ne.txt"), "has another name before its data"),
        (changed(ONE, 8, b"\0\0"), "is packed in another way than the directory says"),
        (changed(ONE, 18, b"\1\0\0\0"), "is packed in another way than the directory says"),
        (changed(ONE, 0, b"XX"), "is not where the directory says"),
        (changed(ONE, ONE.index(b"PK\x01\x02") + 42, b"\xf0\0\0\0"), "is not where the directory says"),
    ],
    ids=["name", "method", "size", "mark", "place"],
)
def test_a_member_that_says_something_else_than_the_directory_is_a_fault(content, what):
    assert fault(content) == f"zip: member 'one.txt' {what}"


def test_a_member_that_reaches_beyond_its_archive_is_a_fault():
    huge = struct.pack("<I", 10_000_000)
    at = ONE.index(b"PK\x01\x02")

    assert "reaches beyond its archive" in (fault(changed(changed(ONE, 18, huge), at + 20, huge)) or "")


def test_a_directory_of_a_billion_members_is_a_limit_before_any_is_read():
    assert layout_fault(io.BytesIO(ONE), Directory(0, 53, 10**9, 0, len(ONE), 0)) == Gap(
        Unscannable.ARCHIVE_MEMBERS, "zip: a directory of 1000000000 members"
    )
    assert layout_fault(io.BytesIO(ONE), Directory(0, 2**40, MOST_MEMBERS, 0, len(ONE), 0)) is not None


def attributed(name: str, system: int, attributes: int, content: bytes = b"MZ payload") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        member = zipfile.ZipInfo(name)
        member.create_system, member.external_attr = system, attributes
        archive.writestr(member, content)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "disguised"),
    [
        (attributed("a", 3, 0o100644 << 16), False),
        (attributed("a", 0, 0x20), False),
        (attributed("a", 3, 0), False),
        (attributed("a/", 3, 0o040755 << 16, b""), False),
        (attributed("a/", 3, 0o100644 << 16), True),
        (attributed("a", 3, 0o040755 << 16), True),
        (attributed("a", 19, 0o120777 << 16), True),
        (attributed("a", 0, 0x10), True),
        (attributed("a", 10, 0x10), True),
    ],
)
def test_a_file_that_says_it_is_none_is_found(content, disguised):
    directory = find_directory(io.BytesIO(content))

    assert directory is not None
    assert has_disguised(io.BytesIO(content), directory) is disguised


@given(st.data())
def test_no_damage_raises_anything(data):
    content = bytearray(TWO)
    for at in data.draw(st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=5)):
        content[at] = data.draw(st.integers(0, 255))
    file = io.BytesIO(bytes(content))
    directory = find_directory(file)
    if directory is not None:
        layout_fault(file, directory)
        has_disguised(file, directory)
