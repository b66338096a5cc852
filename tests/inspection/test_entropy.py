from __future__ import annotations

import random

import pytest

from scanner.files.kind import mime_of
from scanner.inspection.entropy import PIECE, WHOLE, entropy_of
from scanner.inspection.rehearsal import memory_content
from tests.inspection.test_rule_engine import Huge


@pytest.mark.parametrize(
    ("data", "entropy"),
    [
        (b"", 0.0),
        (b"a" * 1000, 0.0),
        (b"ab" * 1000, 1.0),
        (bytes(range(256)) * 999, 8.0),
        (b"aaab", 0.8112781244591328),
    ],
)
def test_entropy_is_in_bits_per_byte(data: bytes, entropy: float) -> None:
    assert entropy_of(memory_content(data, mime_of), len(data)) == pytest.approx(entropy)


def test_noise_is_near_eight_and_text_is_not() -> None:
    noise, text = random.Random(1).randbytes(1024**2), b"The quick brown fox jumps over the lazy dog.\n" * 9_999
    assert entropy_of(memory_content(noise, mime_of), len(noise)) > 7.99
    assert entropy_of(memory_content(text, mime_of), len(text)) < 5


def test_of_a_large_content_pieces_from_end_to_end_are_counted() -> None:
    huge = Huge(64 * 1024**3)
    assert entropy_of(huge, huge.facts.size) == 0
    assert sum(length for _, length in huge.reads) == WHOLE
    assert (huge.reads[0], huge.reads[-1]) == ((0, PIECE), (huge.facts.size - PIECE, PIECE))
