"""Local files are read like downloads: facts, or a gap that says why there is no content."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from scanner.files.local import read_local
from scanner.files.spool import Spool
from scanner.model import ContentFacts, Gap, Unchecked, Unscannable
from tests.contents import spool_in

LIMIT = 3 * 1024**2


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return spool_in(tmp_path)


def gap_of(path: Path, spool: Spool, limit: int = LIMIT) -> Gap:
    with read_local(path, spool, max_file=limit) as content:
        assert isinstance(content, Gap)
    return content


@pytest.mark.parametrize("data", [b"", b"hello\n", os.urandom(16) * 131_072], ids=["empty", "small", "two MiB"])
def test_a_file_is_read_with_its_digests_and_its_type(tmp_path: Path, spool: Spool, data: bytes) -> None:
    (tmp_path / "file").write_bytes(data)
    with read_local(tmp_path / "file", spool, max_file=LIMIT) as content:
        assert not isinstance(content, Gap)
        sha256, sha512 = hashlib.sha256(data).hexdigest(), hashlib.sha512(data).hexdigest()
        assert content.facts == ContentFacts(len(data), sha256, sha512, content.facts.mime)
        assert b"".join(content.chunks()) == data
        assert content.head == data[: 64 * 1024]


def test_the_room_is_free_again_afterwards_whatever_came_of_it(tmp_path: Path, spool: Spool) -> None:
    (tmp_path / "file").write_bytes(b"hello")
    with read_local(tmp_path / "file", spool, max_file=LIMIT):
        assert spool.used == 5
    gap_of(tmp_path / "none", spool)
    assert spool.used == 0


def test_a_file_over_the_limit_is_not_read(tmp_path: Path, spool: Spool) -> None:
    (tmp_path / "file").write_bytes(b"12345")
    assert gap_of(tmp_path / "file", spool, 4) == Gap(Unscannable.TOO_LARGE, "5 bytes, where spool.max_file allows 4")


def test_what_is_not_there_or_not_allowed_is_a_gap(tmp_path: Path, spool: Spool) -> None:
    assert gap_of(tmp_path / "none", spool) == Gap(
        Unchecked.DOWNLOAD_BROKEN, "cannot be read: No such file or directory"
    )


def test_a_pipe_is_not_waited_for(tmp_path: Path, spool: Spool) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert gap_of(tmp_path / "pipe", spool) == Gap(Unscannable.FORMAT, "is not a regular file")


def test_a_file_whose_size_is_not_its_length_is_not_trusted(spool: Spool) -> None:
    """Files of /proc say that they are empty, like one that grows while it is read."""
    assert gap_of(Path("/proc/self/status"), spool) == Gap(Unchecked.DOWNLOAD_BROKEN, "grew while it was read")
