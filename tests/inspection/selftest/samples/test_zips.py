"""Each zip is read by another reader than the one it was made for: what is hidden in it is really there."""

from __future__ import annotations

import io
import zipfile
import zlib

import libarchive
import pytest

from scanner.inspection.selftest.samples import zips

CONTENT = b"hidden" * 5


def members(data: bytes) -> dict[str, bytes]:
    with libarchive.memory_reader(data) as archive:
        return {one.name: b"".join(one.get_blocks()) for one in archive}


def directory(data: bytes) -> zipfile.ZipInfo:
    return zipfile.ZipFile(io.BytesIO(data)).infolist()[0]


@pytest.mark.parametrize(
    ("data", "method"),
    [
        (zips.stored(CONTENT), 0),
        (zips.deflated(CONTENT), 8),
        (zips.bzipped(CONTENT), 12),
        (zips.lzma_packed(CONTENT), 14),
        (zips.xz_packed(CONTENT), 95),
        (zips.with_64_bit_sizes(CONTENT), 8),
        (zips.with_sizes_behind(CONTENT), 8),
        (zips.appended(CONTENT), 8),
        (zips.tagged(CONTENT), 8),
    ],
)
def test_the_content_is_the_one_member_by_the_method_meant(data: bytes, method: int) -> None:
    assert members(data) == {zips.NAME: CONTENT}
    assert directory(data).compress_type == method


def test_deflate64_without_repetitions_is_deflate() -> None:
    data = zips.deflated64(CONTENT)
    info = directory(data)
    packed = data[30 + len(zips.NAME) :][: info.compress_size]
    assert (info.compress_type, zlib.decompress(packed, -15)) == (9, CONTENT)
    assert zlib.crc32(CONTENT) == info.CRC


def test_sizes_are_where_the_sample_says() -> None:
    assert zips.with_64_bit_sizes(CONTENT)[18:26] == b"\xff" * 8
    assert zips.with_sizes_behind(CONTENT)[18:26] == bytes(8)


@pytest.mark.parametrize("levels", [1, 3, 15])
def test_zips_in_each_other(levels: int) -> None:
    data = zips.nested(CONTENT, levels)
    for _ in range(levels):
        (data,) = members(data).values()
    assert data == CONTENT
