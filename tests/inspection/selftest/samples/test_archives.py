"""Archives made by hand are read by libarchive; where it reads none, libmagic and clamd's find in the examination
vouch for them."""

from __future__ import annotations

import bz2
import io
import tarfile
import zlib
from functools import partial

import libarchive
import magic
import pytest

from scanner.inspection.selftest.samples import archives, rars
from scanner.inspection.selftest.samples.archives import NAME, OTHER, written

CONTENT = b"hidden" * 5


def members(data: bytes) -> dict[str, bytes]:
    # After some formats libarchive goes on with zeros: only as many bytes count as the entry says.
    with libarchive.memory_reader(data) as archive:
        return {one.name: b"".join(one.get_blocks())[: one.size] for one in archive if one.isfile}


@pytest.mark.parametrize(
    "build",
    [archives.tar, archives.tar_with_size_elsewhere, archives.ar, archives.cab, archives.lzh, rars.rar4, rars.rar5],
)
def test_an_archive_of_one_member(build: partial[bytes]) -> None:
    assert members(build(CONTENT)) == {NAME: CONTENT}


def test_a_7z_is_packed_by_the_method_meant() -> None:
    """Its first block stands behind a header of 32 bytes and holds both members."""
    deflated, bzipped = archives.seven_zip(CONTENT, "deflate"), archives.seven_zip(CONTENT, "bzip2")
    assert members(deflated) == members(bzipped) == {"readme.txt": OTHER, NAME: CONTENT}
    assert zlib.decompressobj(-15).decompress(deflated[32:]) == OTHER + CONTENT
    assert bz2.BZ2Decompressor().decompress(bzipped[32:]) == OTHER + CONTENT


def test_where_a_tar_tells_its_members_size() -> None:
    """Python's reader believes both; what older ones go by says nothing, or is no number."""
    elsewhere, base_256 = archives.tar_with_size_elsewhere(CONTENT), archives.tar_with_size_in_base_256(CONTENT)
    assert elsewhere[1024 + 124 : 1024 + 136] == b"00000000000\0"
    assert base_256[124] == 0x80
    for data in (elsewhere, base_256):
        with tarfile.open(fileobj=io.BytesIO(data)) as archive:
            assert [archive.extractfile(one).read() for one in archive] == [CONTENT]  # type: ignore[union-attr]


@pytest.mark.parametrize("kind", ["7zip", "cpio", "cpio_newc", "iso9660", "xar", "warc"])
def test_an_archive_with_an_innocent_member_first(kind: str) -> None:
    found = members(written(CONTENT, kind))
    assert {name.rpartition("/")[2].lower(): data for name, data in found.items() if data in (OTHER, CONTENT)} == {
        "readme.txt": OTHER,
        NAME: CONTENT,
    }


@pytest.mark.parametrize("packing", ["gzip", "bzip2", "xz", "lzma", "zstd", "lz4", "lzip", "compress"])
def test_a_packed_tar(packing: str) -> None:
    assert members(written(CONTENT, "gnutar", packing)) == {"readme.txt": OTHER, NAME: CONTENT}


def test_a_package_of_debian_holds_it_in_its_data() -> None:
    outer = members(archives.deb(CONTENT))
    assert list(outer) == ["debian-binary", "control.tar.gz", "data.tar.gz"]
    assert members(outer["data.tar.gz"])[NAME] == CONTENT


def test_an_arj_is_called_one() -> None:
    assert magic.from_buffer(archives.arj(CONTENT)).startswith("ARJ archive data, v11")
