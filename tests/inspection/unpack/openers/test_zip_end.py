"""Zips with something behind their end."""

from __future__ import annotations

import pytest

from demo import samples
from scanner.inspection.selftest.samples import archives, zips
from scanner.inspection.unpack.openers.zip_end import has_zip_end, open_zip_end
from scanner.inspection.zip_end import MOST_ZIPS
from scanner.model import Unscannable
from tests.inspection.unpack.openers.recording import source_of, told_of

PAYLOAD = b"payload\n" * 9


@pytest.mark.parametrize("build", [zips.stored, zips.lzma_packed, zips.with_64_bit_sizes, zips.with_sizes_behind])
@pytest.mark.parametrize("before", [b"hello\n", samples.png(), b"MZ" + bytes(500)], ids=["text", "picture", "program"])
def test_its_members_are_handed_on(build, before):
    content = before + build(PAYLOAD) + b"something else" * 9_999

    assert has_zip_end(source_of(content))
    assert told_of(open_zip_end, content).members == [("payload.com", PAYLOAD)]


def test_a_damaged_one_is_told():
    zipped = bytearray(zips.stored(PAYLOAD))
    zipped[40] ^= 1
    assert told_of(open_zip_end, b"hello" + bytes(zipped) + b"x").gaps[:1] == [Unscannable.CORRUPT]


def test_too_many_are_told():
    told = told_of(open_zip_end, b"x" + zips.stored(PAYLOAD) * (MOST_ZIPS + 1) + b"x")
    assert (len(told.members), told.gaps) == (MOST_ZIPS, [Unscannable.ARCHIVE_MEMBERS])


@pytest.mark.parametrize(
    "content",
    [b"", b"hello", zips.stored(PAYLOAD), zips.appended(PAYLOAD), archives.tar(zips.stored(PAYLOAD)), b"PK\5\6" * 99],
)
def test_anything_else_has_none(content):
    assert not has_zip_end(source_of(content))
