"""What another process is given of a content."""

import os

import pytest

from scanner.sandbox.handing_over import in_memory, read_only


def test_bytes_become_a_file_that_can_only_be_read():
    with in_memory(b"x" * 300_000) as descriptor:
        assert os.pread(descriptor, 400_000, 0) == b"x" * 300_000
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.write(descriptor, b"changed")


def test_a_file_handed_over_has_a_place_of_its_own(tmp_path):
    path = tmp_path / "content"
    path.write_bytes(b"hello")
    with path.open("r+b") as file, read_only(file.fileno()) as descriptor:
        assert os.read(descriptor, 5) == b"hello"
        assert os.lseek(file.fileno(), 0, os.SEEK_CUR) == 0
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.write(descriptor, b"changed")


def test_what_was_handed_over_is_closed_at_the_end():
    with in_memory(b"x") as descriptor:
        pass

    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(descriptor)
