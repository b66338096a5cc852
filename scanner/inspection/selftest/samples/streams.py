"""One content packed by itself, without names: gzip and its kin."""

from __future__ import annotations

import bz2
import lzma
import struct

from scanner.inspection.selftest.samples.archives import tar
from scanner.rulebook.samples.archives import gzip_of

ZSTD_FRAME = struct.Struct("<IBB")
ONE_SEGMENT = 0x20
"""The frame tells its size in one byte and needs no window (RFC 8878, 3.1.1.1)."""


def gzipped(content: bytes) -> bytes:
    return gzip_of(content)


def bzipped(content: bytes) -> bytes:
    return bz2.compress(content)


def in_two_streams(content: bytes) -> bytes:
    """As pbzip2 packs whatever is large; the tar begins in one and ends in the other."""
    whole = tar(content)
    return bz2.compress(whole[:300]) + bz2.compress(whole[300:])


def xz_packed(content: bytes) -> bytes:
    return lzma.compress(content)


def lzma_alone(content: bytes) -> bytes:
    """The format before xz, which has no magic bytes."""
    return lzma.compress(content, lzma.FORMAT_ALONE)


def zstd_stored(content: bytes) -> bytes:
    """One frame with one block that is not compressed; `content` has at most 255 bytes (RFC 8878, 3.1.1)."""
    block = (len(content) << 3 | 1).to_bytes(3, "little")
    return ZSTD_FRAME.pack(0xFD2FB528, ONE_SEGMENT, len(content)) + block + content
