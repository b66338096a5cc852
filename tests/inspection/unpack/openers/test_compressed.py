"""One content packed by itself."""

from __future__ import annotations

import bz2
import gzip
import lzma

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.inspection.selftest.samples.streams import zstd_stored
from scanner.inspection.unpack.openers.compressed import open_compressed
from scanner.model import Unscannable
from tests.inspection.unpack.openers.recording import Record, survives, told_of

TEXT = b"An innocent text.\n" * 5000
PACK = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "lzma": lambda data: lzma.compress(data, lzma.FORMAT_ALONE),
}


@pytest.mark.parametrize("kind", PACK)
def test_a_packed_content_is_the_one_member_named_without_the_suffix(kind):
    told = told_of(open_compressed, PACK[kind](TEXT), name=f"notes.txt.{kind.upper()}")

    assert told == Record(members=[("notes.txt", TEXT)])


@pytest.mark.parametrize(
    ("name", "inner"),
    [
        ("a.tgz", "a.tar"),
        ("a.TBZ2", "a.tar"),
        ("a.svgz", "a.svg"),
        ("a.bin", "a.bin"),
        (".gz", ".gz"),
        ("gz", "gz"),
        ("", "content"),
    ],
)
def test_the_member_is_named_for_what_the_suffix_stands_for(name, inner):
    assert told_of(open_compressed, PACK["xz"](b"x"), name=name).members == [(inner, b"x")]


@pytest.mark.parametrize("extra", [b"", b"\3\0abc"], ids=["plain", "behind an extra field"])
def test_the_name_that_gzip_keeps_counts_more_than_the_files(extra):
    head = b"\x1f\x8b\x08" + bytes([8 | (4 if extra else 0)]) + bytes(6) + extra + b"invoice.exe\0"
    packed = head + gzip.compress(b"MZ", mtime=0)[10:]

    assert told_of(open_compressed, packed, name="a.gz").members == [("invoice.exe", b"MZ")]


@pytest.mark.parametrize("kind", ["gz", "bz2", "xz"])
@pytest.mark.parametrize("between", [b"", bytes(512)], ids=["at once", "behind zeros"])
def test_streams_behind_each_other_are_one_content(kind, between):
    packed = PACK[kind](b"one ") + between + PACK[kind](b"two")

    assert told_of(open_compressed, packed).members == [("content", b"one two")]


@pytest.mark.parametrize("kind", PACK)
def test_something_else_behind_a_stream_is_not_passed_over_in_silence(kind):
    with pytest.raises(ValueError, match="something else behind its end"):
        told_of(open_compressed, PACK[kind](TEXT) + b"behind")


@pytest.mark.parametrize("kind", ["gz", "bz2", "xz"])
def test_a_stream_that_is_cut_off_is_damaged(kind):
    with pytest.raises(ValueError, match="cut off"):
        told_of(open_compressed, PACK[kind](TEXT)[:-5])


def test_a_wrong_checksum_is_damage():
    packed = bytearray(PACK["gz"](TEXT))
    packed[-8] ^= 1

    with pytest.raises(ValueError, match="gzip"):
        told_of(open_compressed, bytes(packed))


@pytest.mark.parametrize("kind", ["gz", "bz2", "xz"])
def test_zeros_without_end_are_unpacked_only_as_far_as_the_limit(kind):
    told = told_of(open_compressed, PACK[kind](bytes(50_000_000)), most=1_000_000)

    assert told.members == []


def test_xz_that_asks_for_more_memory_than_anybody_needs_is_told_so():
    packed = lzma.compress(b"x", lzma.FORMAT_ALONE, filters=[{"id": lzma.FILTER_LZMA1, "dict_size": 1 << 29}])

    told = told_of(open_compressed, packed)

    assert (told.members, told.gaps) == ([], [Unscannable.MEMORY])


def test_zstd_is_unpacked_and_its_damage_told():
    good = zstd_stored(b"An innocent text.\n")

    assert told_of(open_compressed, good, name="a.zst").members == [("a", b"An innocent text.\n")]
    assert told_of(open_compressed, good[:4] + b"\xff" * 20).gaps == [Unscannable.CORRUPT]


@pytest.mark.parametrize("packed", [*(pack(b"") for pack in PACK.values()), zstd_stored(b"")], ids=[*PACK, "zst"])
def test_nothing_packed_is_an_empty_member(packed):
    assert told_of(open_compressed, packed) == Record(members=[("content", b"")])


@pytest.mark.parametrize("mark", [b"LZIP\x01", b"\x28\xb5\x2f\xfd", b"\x1f\x9d", b"\x04\x22\x4d\x18"])
def test_what_only_begins_like_one_of_them_is_damaged_and_not_its_own_member(mark):
    told = told_of(open_compressed, mark + b"\xff" * 20)

    assert (told.members, told.gaps) == ([], [Unscannable.CORRUPT])


@given(st.sampled_from(sorted(PACK)), st.data())
def test_no_damage_leads_to_anything_else_than_a_gap(kind, data):
    packed = bytearray(PACK[kind](b"An innocent text.\n" * 20))
    for place in data.draw(st.lists(st.integers(0, len(packed) - 1), min_size=1, max_size=4)):
        packed[place] ^= data.draw(st.integers(1, 255))

    survives(open_compressed, bytes(packed))
