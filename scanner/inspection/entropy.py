"""How evenly a content's bytes are spread, in bits per byte (Shannon). Pure but for reading."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from math import log2

from scanner.inspection.apart import Readable

WHOLE = 16 * 1024**2
"""Bytes up to which all are counted. Of a larger content so many are, in pieces at even distances: counting costs a
second for 16 MiB, and the service's other threads wait for it."""
PIECE = 64 * 1024


def entropy_of(content: Readable, size: int) -> float:
    """0 for a single byte over and over, or nothing; 8 for noise."""
    counts = Counter[int]()
    for offset in _offsets(size):
        counts.update(content.read_at(offset, PIECE))
    total = counts.total()
    # The sum is -0.0 for a single byte over and over.
    return abs(sum(count / total * log2(count / total) for count in counts.values()))


def _offsets(size: int) -> Iterator[int]:
    if size <= WHOLE:
        yield from range(0, size, PIECE)
        return
    pieces = WHOLE // PIECE
    for number in range(pieces):
        yield (size - PIECE) * number // (pieces - 1)
