"""A folder is synced as a whole, and nothing is left open."""

from pathlib import Path

import pytest

from scanner.durable import sync_folder


def open_descriptors() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def test_a_folder_is_synced_and_nothing_is_left_open(tmp_path: Path) -> None:
    before = open_descriptors()
    sync_folder(tmp_path)
    assert open_descriptors() == before


@pytest.mark.parametrize("name", ["gone", "file"])
def test_what_is_no_folder_is_told(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match=name):
        sync_folder(tmp_path / name)
