"""A stretch of a file reads like a file of its own."""

import io
import tempfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.inspection.unpack.stretch import Stretch, opened

AROUND = b"before" + bytes(range(256)) * 4 + b"behind"
INSIDE = AROUND[6:-6]


@pytest.fixture(scope="module")
def descriptor():
    with tempfile.TemporaryFile(buffering=0) as file:
        file.write(AROUND)
        yield file.fileno()


@given(
    acts=st.lists(
        st.one_of(
            st.tuples(st.just("read"), st.integers(-1, 2000)),
            st.tuples(st.just("seek"), st.integers(0, 2000)),
            st.tuples(st.just("end"), st.integers(-1024, 0)),
        )
    )
)
def test_it_reads_as_its_bytes_in_memory_would(descriptor, acts):
    stretch, memory = opened(descriptor, 6, len(INSIDE)), io.BytesIO(INSIDE)
    for act, number in acts:
        if act == "read":
            assert stretch.read(number) == memory.read(number)
        else:
            whence = io.SEEK_END if act == "end" else io.SEEK_SET
            assert stretch.seek(number, whence) == memory.seek(number, whence)


def test_two_stretches_of_one_file_do_not_move_each_other(descriptor):
    one, other = opened(descriptor, 0, 6), opened(descriptor, len(AROUND) - 6, 6)

    assert (one.read(3), other.read(), one.read()) == (b"bef", b"behind", b"ore")


def test_a_place_before_the_beginning_is_refused(descriptor):
    stretch = Stretch(descriptor, 6, 10)
    stretch.seek(4)

    with pytest.raises(ValueError, match="before the beginning: -1"):
        stretch.seek(-5, io.SEEK_CUR)
    assert stretch.tell() == 4


def test_a_stretch_longer_than_its_file_ends_with_the_file(descriptor):
    assert opened(descriptor, len(AROUND) - 6, 10**12).read() == b"behind"


def test_it_is_for_reading_only(descriptor):
    stretch = opened(descriptor, 0, 6)

    assert (stretch.readable(), stretch.seekable(), stretch.writable()) == (True, True, False)
