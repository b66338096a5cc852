"""Zips of each kind that their readers may stumble over: methods, 64-bit sizes, sizes behind the data, in each other.

By the standard library where it can write them, else from APPNOTE.TXT 4.3.
"""

from __future__ import annotations

import io
import lzma
import struct
import zipfile
import zlib
from typing import BinaryIO, cast

from scanner.rulebook.samples.archives import DATE, DOS_DATE, zip_of

NAME = "payload.com"
DEFLATE64, XZ = 9, 95


def stored(content: bytes) -> bytes:
    return zip_of({NAME: content}, zipfile.ZIP_STORED)


def deflated(content: bytes) -> bytes:
    return zip_of({NAME: content})


def bzipped(content: bytes) -> bytes:
    return zip_of({NAME: content}, zipfile.ZIP_BZIP2)


def lzma_packed(content: bytes) -> bytes:
    return zip_of({NAME: content}, zipfile.ZIP_LZMA)


def deflated64(content: bytes) -> bytes:
    """Deflate of single bytes, without repetitions, is deflate64 as well."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15, 8, zlib.Z_HUFFMAN_ONLY)
    return _one_member(content, DEFLATE64, packer.compress(content) + packer.flush())


def xz_packed(content: bytes) -> bytes:
    return _one_member(content, XZ, lzma.compress(content))


def with_64_bit_sizes(content: bytes) -> bytes:
    """As every writer makes them that does not know the size in time."""
    buffer = io.BytesIO()
    member = zipfile.ZipInfo(NAME, DATE)
    member.compress_type = zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(buffer, "w") as archive, archive.open(member, "w", force_zip64=True) as file:
        file.write(content)
    return buffer.getvalue()


class _Pipe(io.RawIOBase):
    """What cannot be gone back in, so that sizes are written behind the data."""

    def __init__(self) -> None:
        self.written = b""

    def writable(self) -> bool:
        return True

    def write(self, piece: object) -> int:
        data = bytes(cast(bytes, piece))
        self.written += data
        return len(data)


def with_sizes_behind(content: bytes) -> bytes:
    """A data descriptor after the member: general purpose bit 3."""
    pipe = _Pipe()
    with zipfile.ZipFile(cast(BinaryIO, pipe), "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(NAME, DATE), content, zipfile.ZIP_DEFLATED)
    return pipe.written


def nested(content: bytes, levels: int = 3) -> bytes:
    """Zips in each other, `levels` of them."""
    for level in range(levels):
        content = zip_of({f"{level}.zip" if level else NAME: content})
    return content


def appended(content: bytes) -> bytes:
    """Behind something else, as in a self-extractor."""
    return b"#!/bin/sh\nexit 1\n" + b"# \n" * 700 + deflated(content)


def tagged(content: bytes) -> bytes:
    """Behind a tag of MP3, for which whoever goes by the first bytes plays music."""
    return b"ID3\x03" + bytes(200) + deflated(content)


def _one_member(content: bytes, method: int, packed: bytes) -> bytes:
    name = NAME.encode()
    sizes = struct.pack("<3I2H", zlib.crc32(content), len(packed), len(content), len(name), 0)
    local = struct.pack("<4s5H", b"PK\x03\x04", 63, 0, method, 0, DOS_DATE) + sizes + name
    central = struct.pack("<4s6H", b"PK\x01\x02", 63, 63, 0, method, 0, DOS_DATE) + sizes
    central += struct.pack("<3H2I", 0, 0, 0, 0, 0) + name
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 1, 1, len(central), len(local) + len(packed), 0)
    return local + packed + central + end
