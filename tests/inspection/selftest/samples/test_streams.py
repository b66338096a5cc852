"""Packed streams, unpacked by other libraries than those that made them where there are others."""

from __future__ import annotations

import bz2
import gzip
import lzma
from collections.abc import Callable

import libarchive
import pytest

from scanner.inspection.selftest.samples import streams

CONTENT = b"hidden" * 5


def by_libarchive(data: bytes) -> bytes:
    with libarchive.memory_reader(data, "raw") as archive:
        return b"".join(block for entry in archive for block in entry.get_blocks())


@pytest.mark.parametrize(
    ("data", "unpacked"),
    [
        (streams.gzipped(CONTENT), gzip.decompress),
        (streams.bzipped(CONTENT), bz2.decompress),
        (streams.xz_packed(CONTENT), lzma.decompress),
        (streams.lzma_alone(CONTENT), lzma.decompress),
        (streams.zstd_stored(CONTENT), by_libarchive),
        (streams.gzipped(CONTENT), by_libarchive),
    ],
)
def test_the_content_comes_out_again(data: bytes, unpacked: Callable[[bytes], bytes]) -> None:
    assert unpacked(data) == CONTENT


def test_the_first_of_two_streams_ends_before_the_content() -> None:
    data = streams.in_two_streams(CONTENT)
    first = bz2.BZ2Decompressor()
    assert CONTENT not in first.decompress(data)
    assert first.eof
    assert CONTENT in bz2.decompress(data)
