"""A content is taken apart at most once, whoever asks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from demo.samples import zip_of
from scanner.files.kind import mime_of
from scanner.inspection.apart import Once, TakenApart
from scanner.inspection.engine import Content
from scanner.inspection.rehearsal import memory_content
from scanner.inspection.unpack.unpacked import Unpacked
from scanner.inspection.unpack.unpacker import Unpacker
from tests.inspection.real import unpacker

__all__ = ["unpacker"]
ZIP = zip_of({"a.txt": b"hello"})


class Counted:
    """The real sandbox, and how often it was asked."""

    def __init__(self, unpacker: Unpacker) -> None:
        self.unpacker = unpacker
        self.begun = self.ended = 0

    @contextmanager
    def unpack(self, content: Content, name: str = "") -> Iterator[Unpacked]:
        self.begun += 1
        with self.unpacker.unpack(content, name) as apart:
            yield apart
        self.ended += 1


def seen(apart: TakenApart) -> bytes:
    (member,) = apart.anatomy.members
    return apart.member_content(member).read_at(0, 99)


def test_all_who_look_at_a_content_are_shown_the_same_until_the_last_has_looked(unpacker: Unpacker) -> None:
    counted, content = Counted(unpacker), memory_content(ZIP, mime_of)
    once = Once(counted)
    with once.shared(content):
        assert counted.begun == 0
        for _ in range(3):
            with once.unpack(content) as apart:
                assert seen(apart) == b"hello"
        assert (counted.begun, counted.ended) == (1, 0)
    assert (counted.begun, counted.ended) == (1, 1)


def test_what_nobody_shares_is_taken_apart_for_each(unpacker: Unpacker) -> None:
    counted, content = Counted(unpacker), memory_content(ZIP, mime_of)
    once = Once(counted)
    with once.shared(memory_content(ZIP, mime_of)):
        for _ in range(2):
            with once.unpack(content) as apart:
                assert seen(apart) == b"hello"
    assert (counted.begun, counted.ended) == (2, 2)


def test_it_is_closed_also_where_looking_ends_in_an_error(unpacker: Unpacker) -> None:
    content = memory_content(ZIP, mime_of)
    once = Once(unpacker)
    with pytest.raises(KeyError), once.shared(content), once.unpack(content) as apart:
        raise KeyError
    with pytest.raises(OSError, match="Bad file descriptor"):
        seen(apart)
