"""Samples at a limit."""

from __future__ import annotations

import hashlib
import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from scanner.inspection.selftest.samples.limits import last_of, tar_of_size

MIB = 1024**2


def test_the_content_is_the_last_of_so_many() -> None:
    archive = zipfile.ZipFile(io.BytesIO(last_of(b"hidden", 50)))
    assert len(archive.namelist()) == 50
    assert archive.read(archive.namelist()[-1]) == b"hidden"


@pytest.mark.parametrize("size", [5 * MIB, 5 * MIB + 1])
def test_a_tar_of_any_size_takes_no_room(tmp_path: Path, size: int) -> None:
    with tar_of_size(b"hidden", size, tmp_path) as content, content.descriptor() as descriptor:
        whole = b"".join(content.chunks())
        assert (content.facts.size, len(whole)) == (size, size)
        assert content.facts.sha256 == hashlib.sha256(whole).hexdigest()
        assert (content.head, content.read_at(size - 1, 9)) == (whole[: 64 * 1024], b"\0")
        with open(descriptor, "rb", closefd=False) as again:
            assert again.read() == whole
    assert list(tmp_path.iterdir()) == []
    with tarfile.open(fileobj=io.BytesIO(whole)) as archive:
        file = archive.extractfile("payload.com")
        assert file is not None
        assert file.read() == b"hidden"


def test_a_folder_that_is_not_there_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"), tar_of_size(b"hidden", MIB, tmp_path / "none"):
        pass
