"""Archives hold what was put into them, by readers that are not ours; and are the same each time."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile

import libarchive

from scanner.rulebook.samples import archives

MEMBERS = {"a.txt": b"hello", "deep/größe.bin": bytes(range(256)) * 40}


def read_by_libarchive(archive: bytes) -> dict[str, bytes]:
    with libarchive.memory_reader(archive) as entries:
        return {entry.pathname: b"".join(entry.get_blocks()) for entry in entries}


def test_a_zip_and_a_tar_are_read_by_the_standard_library() -> None:
    with zipfile.ZipFile(io.BytesIO(archives.zip_of(MEMBERS))) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == MEMBERS
    with tarfile.open(fileobj=io.BytesIO(archives.tar_of(MEMBERS))) as tar:
        assert {one.name: tar.extractfile(one).read() for one in tar} == MEMBERS
    assert gzip.decompress(archives.gzip_of(b"hello")) == b"hello"


def test_a_7z_is_read_by_libarchive() -> None:
    members = {name: content for name, content in MEMBERS.items() if name.isascii()}
    assert read_by_libarchive(archives.seven_zip_of(members)) == members
