"""What was taken apart, as contents that engines read."""

import hashlib
import os

import pytest

from demo.samples import zip_of
from scanner.inspection.unpack.unpacked import IN_MEMORY, MemberContent
from scanner.model import ContentFacts
from scanner.rulebook.anatomy import Span
from tests.inspection.unpack.taken import apart_of

LARGE = bytes(range(256)) * (IN_MEMORY // 256) + b"more"
MEMBERS = {"before.txt": b"before\n" * 9, "large.bin": LARGE, "behind.txt": b"behind\n" * 9}


@pytest.fixture
def apart(unpacker):
    with apart_of(unpacker, zip_of(MEMBERS)) as unpacked:
        yield unpacked


def test_each_member_is_a_content_of_its_own(apart):
    contents = {member.name: apart.member_content(member) for member in apart.anatomy.members}

    assert {name: b"".join(content.chunks()) for name, content in contents.items()} == MEMBERS
    assert contents["before.txt"].facts == facts_of(MEMBERS["before.txt"], "text/plain")
    assert contents["large.bin"].head == LARGE[: 64 * 1024]


def facts_of(data: bytes, mime: str) -> ContentFacts:
    return ContentFacts(len(data), hashlib.sha256(data).hexdigest(), "", mime)


@pytest.mark.parametrize("name", MEMBERS)
def test_whoever_gets_its_descriptor_sees_the_member_and_nothing_around_it(apart, name):
    member = next(member for member in apart.anatomy.members if member.name == name)
    with apart.member_content(member).descriptor() as descriptor:
        assert os.fstat(descriptor).st_size == len(MEMBERS[name])
        assert os.pread(descriptor, 2 * IN_MEMORY, 0) == MEMBERS[name]
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.write(descriptor, b"changed")


def test_reading_stays_inside_the_member(apart):
    content = apart.member_content(apart.anatomy.members[0])

    assert (content.read_at(56, 100), content.read_at(1000, 10), content.read_at(0, 0)) == (b"before\n", b"", b"")
    assert b"".join(content.chunks(start=56)) == b"before\n"
    for offset, length in ((-1, 10), (0, -1), (0, 17 * 1024**2)):
        with pytest.raises(ValueError, match="cannot read"):
            content.read_at(offset, length)


def test_text_that_was_taken_out_is_a_content_with_hashes_of_its_own(unpacker):
    with apart_of(unpacker, "Grüße".encode("utf-16")) as apart:
        assert apart.anatomy.text is not None
        content = apart.text_content(apart.anatomy.text)

        assert content.facts == facts_of("Grüße".encode(), "text/plain")


def test_a_member_that_could_not_be_taken_out_has_no_content(unpacker):
    from demo.samples import encrypted_zip_of

    with apart_of(unpacker, encrypted_zip_of("a.txt", b"x" * 100, b"unknown")) as apart:
        (member,) = apart.anatomy.members
        with pytest.raises(ValueError, match=r"not taken out: a\.txt"):
            apart.member_content(member)


def test_a_stretch_that_was_cut_off_behind_our_back_ends_early(tmp_path):
    path = tmp_path / "members"
    path.write_bytes(b"short")
    with path.open("rb") as file:
        content = MemberContent(file.fileno(), Span(0, 100), "text/plain", "", tmp_path)

        assert content.read_at(0, 100) == b"short"
