"""Where an lz4 and an ARJ end."""

from __future__ import annotations

import struct
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.inspection.selftest.samples import archives
from scanner.inspection.unpack.openers.ends import open_rest_of_arj, open_rest_of_lz4
from scanner.inspection.unpack.opening import BEHIND, TooMuch
from tests.inspection.unpack.openers.recording import Record, survives, told_of

PAYLOAD = b"payload\n" * 9
LZ4 = archives.written(PAYLOAD, "gnutar", "lz4")
OLD = struct.pack("<II", 0x184C2102, 3) + b"abc"
SKIPPED = struct.pack("<II", 0x184D2A53, 5) + b"hello"
ARJ = archives.arj(PAYLOAD)


@pytest.mark.parametrize("frames", [LZ4, OLD, LZ4 + OLD + LZ4, LZ4 + SKIPPED], ids=["new", "old", "several", "skipped"])
def test_it_ends_behind_its_last_frame(frames):
    assert told_of(open_rest_of_lz4, frames) == told_of(open_rest_of_lz4, frames + bytes(9)) == Record()
    assert told_of(open_rest_of_lz4, frames + b"Rar!").members == [(BEHIND, b"Rar!")]


def test_an_arj_ends_behind_its_last_header():
    assert told_of(open_rest_of_arj, ARJ) == told_of(open_rest_of_arj, ARJ[:-40]) == Record()
    assert told_of(open_rest_of_arj, ARJ + b"Rar!").members == [(BEHIND, b"Rar!")]


@given(st.sampled_from([LZ4, OLD, ARJ]), st.binary(max_size=60), st.integers(0, 200))
def test_whatever_stands_there_is_answered(frames, rest, cut):
    for opener in (open_rest_of_lz4, open_rest_of_arj):
        survives(opener, frames[:cut] + rest)


def test_millions_of_blocks_are_too_many():
    before = time.process_time()
    with pytest.raises(TooMuch):
        told_of(open_rest_of_lz4, LZ4[:7] + b"\x01\0\0\x80x" * 3_000_000)
    assert time.process_time() - before < 10
