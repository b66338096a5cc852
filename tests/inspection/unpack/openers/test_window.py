from __future__ import annotations

import io

import pytest

from scanner.inspection.unpack.openers.window import window
from tests.inspection.unpack.openers.recording import source_of

CONTENT = bytes(range(256)) * 1000


@pytest.mark.parametrize(("start", "end"), [(0, None), (1, 9), (70_000, None), (5, 5), (9, 5), (255_990, 999_999)])
def test_it_reads_as_a_file_of_its_own(start, end):
    part, expected = window(source_of(CONTENT), start, end), CONTENT[start:end]

    assert (part.size, part.head, part.file.read()) == (len(expected), expected[: 64 * 1024], expected)
    assert part.file.seek(-min(3, len(expected)), io.SEEK_END) == max(len(expected) - 3, 0)
    assert part.file.read() == expected[-3:]


def test_a_window_may_be_in_a_window():
    outer = window(source_of(CONTENT), 10, 1000)
    assert window(outer, 10, 20).file.read() == CONTENT[20:30]


def test_there_is_no_place_before_its_beginning():
    with pytest.raises(ValueError, match="before the beginning"):
        window(source_of(CONTENT), 10).file.seek(-1)
