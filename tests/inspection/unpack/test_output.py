"""A file filled stretch by stretch."""

import os
import tempfile

import pytest

from scanner.inspection.unpack.output import Output, OutputFull
from scanner.rulebook.anatomy import Span


@pytest.fixture
def descriptor():
    with tempfile.TemporaryFile(buffering=0) as file:
        yield file.fileno()


def test_stretches_lie_one_behind_the_other(descriptor):
    output = Output(descriptor)
    output.write(b"one")
    first = output.cut()
    output.write(b"t")
    output.write(b"wo")

    assert (first, output.written, output.cut()) == (Span(0, 3), 3, Span(3, 3))
    assert os.pread(descriptor, 100, 0) == b"onetwo"


def test_a_stretch_without_bytes_has_no_length(descriptor):
    assert Output(descriptor).cut() == Span(0, 0)


def test_what_is_forgotten_is_written_over(descriptor):
    output = Output(descriptor)
    output.write(b"one")
    output.cut()
    output.write(b"wrong")
    output.forget()
    output.write(b"two")

    assert output.cut() == Span(3, 3)
    assert os.pread(descriptor, 6, 0) == b"onetwo"


def test_a_full_disk_is_a_limit_and_no_crash():
    with open("/dev/full", "wb", buffering=0) as full, pytest.raises(OutputFull, match="No space left"):  # noqa: PTH123
        Output(full.fileno()).write(b"x")
