from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.files.digest import SMALLEST_CHUNK, Digests, is_checksum
from scanner.model import Gap, Unchecked

CONTENT = bytes(range(251)) * 1000
CHUNK = SMALLEST_CHUNK


def composite(content: bytes, chunk: int) -> str:
    digests = [hashlib.sha512(content[at : at + chunk]).hexdigest() for at in range(0, len(content), chunk)]
    return f"2-{len(digests)}-{chunk}-{hashlib.sha512(''.join(digests).encode()).hexdigest()}"


def digested(declared: str, content: bytes, piece: int = 10_007) -> Digests:
    digests = Digests(declared)
    for start in range(0, len(content), piece):
        digests.update(content[start : start + piece])
    return digests


PLAIN = hashlib.sha512(CONTENT).hexdigest()


@pytest.mark.parametrize(
    "declared",
    [
        "",
        PLAIN,
        PLAIN.upper(),
        composite(CONTENT, CHUNK),
        composite(CONTENT, 10 * 1024**2),
        "an unknown form says nothing",
        "2-3-1-" + "0" * 128,  # chunks too small to be the API's
    ],
)
def test_a_declared_checksum_that_fits_or_says_nothing(declared: str) -> None:
    assert digested(declared, CONTENT).mismatch() is None


@pytest.mark.parametrize(
    "declared",
    [
        "0" * 128,
        composite(CONTENT[:-1], CHUNK),
        composite(CONTENT, CHUNK).replace("2-4-", "2-5-"),
        composite(CONTENT, CHUNK).replace(f"-{CHUNK}-", f"-{CHUNK + 1}-"),
        f"2-1-{CHUNK}-{PLAIN}",
    ],
)
def test_a_declared_checksum_of_other_bytes_is_a_gap(declared: str) -> None:
    gap = digested(declared, CONTENT).mismatch()

    assert isinstance(gap, Gap)
    assert gap.reason is Unchecked.CHECKSUM_MISMATCH


@given(st.binary(min_size=1, max_size=3 * CHUNK), st.integers(1, CHUNK + 1))
def test_pieces_of_any_size_give_the_same_digests(content: bytes, piece: int) -> None:
    digests = digested(composite(content, CHUNK), content, max(piece, len(content) // 50))

    assert digests.mismatch() is None
    assert (digests.size, digests.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    assert digests.sha512 == hashlib.sha512(content).hexdigest()


@given(st.text())
def test_no_declared_text_breaks_it(declared: str) -> None:
    digested(declared, b"abc").mismatch()


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("ab" * 64, True),
        ("ab" * 63, False),
        ("ab" * 64 + "a", False),
        ("AB" * 64, False),
        ("ab" * 64 + "\n", False),
        ("2-3-10485760-" + "ab" * 64, True),
        ("2-3-65535-" + "ab" * 64, False),
        ("3-3-10485760-" + "ab" * 64, False),
        ("2-3-10485760-" + "ab" * 63, False),
        ("2-\u0663-10485760-" + "ab" * 64, False),
        ("", False),
    ],
)
def test_only_what_can_be_followed_is_a_checksum(text: str, known: bool) -> None:
    assert is_checksum(text) is known


@pytest.mark.parametrize("size", [0, 1, 65_536, 65_537, 200_000])
def test_a_composite_is_proven_where_its_pieces_come_to_it(size: int) -> None:
    content = bytes(size)
    pieces = [content[start : start + 65_536] for start in range(0, size, 65_536)] or [b""]
    whole = "".join(hashlib.sha512(piece).hexdigest() for piece in pieces)
    declared = f"2-{len(pieces)}-65536-{hashlib.sha512(whole.encode()).hexdigest()}"
    digests = Digests(declared)
    digests.update(content)
    other = Digests(declared)
    other.update(content + b"x")
    assert (digests.proven(), other.proven()) == (declared, "")
