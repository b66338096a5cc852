"""LZMA by itself, with rare properties."""

from __future__ import annotations

import lzma
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.inspection.unpack.openers.lzma_alone import has_lzma_alone, open_lzma_alone
from scanner.model import Unscannable
from tests.inspection.test_lzma_alone import PROPERTIES, packed
from tests.inspection.unpack.openers.recording import Record, source_of, survives, told_of

PAYLOAD = b"payload\n" * 9


@pytest.mark.parametrize(("lc", "lp", "pb"), PROPERTIES[1:])
def test_it_is_unpacked(lc, lp, pb):
    data = packed(PAYLOAD, lc, lp, pb)
    assert has_lzma_alone(source_of(data))
    assert told_of(open_lzma_alone, data) == Record(members=[("content", PAYLOAD)])


def test_what_everybody_knows_is_left_to_another():
    assert not has_lzma_alone(source_of(lzma.compress(PAYLOAD, lzma.FORMAT_ALONE)))


def test_what_no_library_here_unpacks_is_told():
    data = bytes([8]) + packed(PAYLOAD, 0, 0, 0)[1:]
    assert told_of(open_lzma_alone, data) == Record(
        gaps=[Unscannable.FORMAT], details=["lzma with properties that only 7-Zip knows"]
    )


@pytest.mark.parametrize("dictionary", [1 << 29, 1 << 30])
def test_a_dictionary_that_nobody_needs_is_not_asked_for(dictionary):
    data = with_dictionary(packed(PAYLOAD, 0, 0, 0), dictionary)
    assert told_of(open_lzma_alone, data) == Record(members=[("content", PAYLOAD)])


def test_where_it_may_be_needed_a_fault_is_one_of_memory():
    data = with_dictionary(packed(bytes(range(256)) * 1000, 0, 0, 0)[:-9] + b"\xff" * 99, 1 << 30)
    assert told_of(open_lzma_alone, data).gaps == [Unscannable.MEMORY]


def test_a_table_of_numbers_is_none():
    table = struct.pack("<5I", 0, 64, 64, 0, 2) + b"a\0" + struct.pack("<64d", *range(64))
    assert not has_lzma_alone(source_of(table))


def with_dictionary(data, size):
    return data[:1] + struct.pack("<I", size) + data[5:]


def test_what_only_looks_like_one_is_no_damage():
    assert told_of(open_lzma_alone, packed(PAYLOAD, 0, 0, 0)[:14] + b"\x7f" * 40).gaps == []


@given(st.binary(max_size=60), st.integers(13, 40))
def test_any_damage_is_answered(piece, place):
    data = packed(PAYLOAD, 1, 1, 1)
    survives(open_lzma_alone, data[:place] + piece)
