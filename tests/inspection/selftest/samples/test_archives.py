"""Archives made by hand are read by libarchive; where it reads none, libmagic and clamd's find in the examination
vouch for them."""

from __future__ import annotations

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


@pytest.mark.parametrize("build", [archives.tar, archives.ar, archives.cab, archives.lzh, rars.rar4, rars.rar5])
def test_an_archive_of_one_member(build: partial[bytes]) -> None:
    assert members(build(CONTENT)) == {NAME: CONTENT}


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
