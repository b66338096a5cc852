"""Base64 is read as the most lenient programs read it."""

from __future__ import annotations

import time

import pytest

from scanner.inspection.base64_text import from_base64


@pytest.mark.parametrize(
    ("coded", "expected"),
    [
        (b"Q2F0", b"Cat"),
        (b"Q2\r\nF0", b"Cat"),
        (b"Q2E=Q2E=", b"CaCa"),
        (b"Q2F0Q", b"Cat"),
        (b"Q2", b"C"),
        (b"=\xff", b""),
    ],
)
def test_base64_is_what_its_letters_hold(coded: bytes, expected: bytes) -> None:
    assert from_base64(coded) == expected


@pytest.mark.parametrize("piece", [b"=", b"A=", b"AAAA", b"AAAA=\n", b"\0"])
def test_nothing_takes_long(piece: bytes) -> None:
    coded = piece * (4 * 1024**2 // len(piece))
    before = time.process_time()
    from_base64(coded)
    assert time.process_time() - before < 6
