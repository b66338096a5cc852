"""yEnc, decoded."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.inspection.unpack.openers import yenc
from scanner.inspection.unpack.openers.yenc import yenc_bytes

CRITICAL = b"\0\n\r="


def by_yenc(content: bytes) -> bytes:
    moved = ((each + 42) & 0xFF for each in content)
    return b"".join(b"=%c" % ((each + 64) & 0xFF) if each in CRITICAL else bytes([each]) for each in moved)


@given(st.binary(max_size=600), st.integers(1, 200))
def test_what_was_coded_comes_out(content: bytes, width: int) -> None:
    coded = by_yenc(content)
    lines = b"\r\n".join(coded[at : at + width] for at in range(0, len(coded), width))
    assert b"".join(yenc_bytes(b"before\n" + lines + b"\r\n=yend size=1\r\nafter", 7)) == content


def test_pieces_are_cut_behind_no_mark(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yenc, "PIECE", 2)
    content = bytes(range(256)) * 2
    assert b"".join(yenc_bytes(by_yenc(content), 0)) == content


def test_a_file_ends_where_the_next_begins_or_with_the_content() -> None:
    assert b"".join(yenc_bytes(b"kl\n=ybegin kl", 0)) == b"AB"
    assert b"".join(yenc_bytes(b"kl=", 0)) == b"AB\x13"
