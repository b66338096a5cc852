from __future__ import annotations

import struct
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo import samples
from scanner.inspection.marks import LOOKED_THROUGH
from scanner.inspection.selftest.samples import zips
from scanner.inspection.zip_end import FROM_END, MOST_ZIPS, Zip, find_zips

PLAIN = samples.zip_of({"a.txt": b"hello"})


def found(data: bytes) -> list[Zip]:
    return find_zips(lambda offset, length: data[offset : offset + length], len(data))


@pytest.mark.parametrize("before", [b"", b"x", b"PK\x05\x06", bytes(LOOKED_THROUGH - 3 - len(PLAIN) + 22)])
@pytest.mark.parametrize("behind", [b"", b"\0", b"PK\x05\x06" + bytes(18), b"x" * 70_000, bytes(FROM_END)])
def test_a_zip_is_found_wherever_it_stands(before: bytes, behind: bytes) -> None:
    assert found(before + PLAIN + behind) == [Zip(len(before), len(before + PLAIN))]


def test_of_several_the_last_comes_first_and_those_within_another_do_not_count() -> None:
    outer = zips.stored(PLAIN)
    data = b"x" + outer + b"y" * 9 + PLAIN + b"z"
    assert found(data) == [Zip(len(outer) + 10, len(data) - 1), Zip(1, len(outer) + 1)]


def test_a_comment_belongs_to_it_as_far_as_it_goes() -> None:
    commented = PLAIN[:-2] + struct.pack("<H", 5) + b"hello"
    assert found(b"x" + commented + b"y") == [Zip(1, 1 + len(commented))]
    assert found(b"x" + commented[:-2]) == [Zip(1, len(commented) - 1)]


def test_one_of_64_bits_begins_anywhere() -> None:
    end = PLAIN[:-22] + b"PK\x06\x07" + bytes(16) + b"PK\x05\x06" + bytes(4) + b"\xff" * 12 + bytes(2)
    assert found(b"x" + end + b"y") == [Zip(0, 1 + len(end))]


@pytest.mark.parametrize("data", [b"", b"PK\x05\x06", b"hello", samples.zip_of({}), PLAIN[:-4], b"PK\x05\x06" * 9])
def test_an_end_without_a_directory_is_none(data: bytes) -> None:
    assert found(data) == []


@given(
    st.lists(st.sampled_from([b"PK\x05\x06", b"PK\x01\x02", b"PK\x06\x07", PLAIN, bytes(9)]) | st.binary(max_size=30))
)
def test_whatever_stands_there_is_answered(pieces: list[bytes]) -> None:
    data = b"".join(pieces)
    assert all(0 <= zip_.start < zip_.end <= len(data) for zip_ in found(data))


def test_a_million_of_them_take_no_time() -> None:
    data = (b"PK\x01\x02".ljust(46, b"\0") + b"PK\x05\x06" + struct.pack("<4H2IH", 0, 0, 1, 1, 46, 0, 0)) * 60_000
    before = time.process_time()
    assert len(found(data)) == MOST_ZIPS + 1
    assert time.process_time() - before < 1
