"""Text whose characters are wider than a byte."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.inspection.unpack.openers.text import charset, open_text, wide_encoding
from tests.inspection.unpack.openers.recording import Record, told_of

WORDS = "The quick brown fox jumps over the lazy dog; über 1,000 €.\n"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"])
def test_wide_text_is_told_as_text(encoding):
    assert told_of(open_text, WORDS.encode(encoding)).all_text == WORDS


def test_a_character_across_two_pieces_is_one_character():
    text = "a" + "\N{GRINNING FACE}" * 200_000

    assert told_of(open_text, text.encode("utf-16")).all_text == text


@pytest.mark.parametrize(
    "content",
    [b"", b"a", WORDS.encode(), WORDS.encode("cp1252"), bytes(4096), b"\x7fELF" + bytes(60), bytes(range(256)) * 16],
    ids=["empty", "one byte", "utf-8", "cp1252", "zeros", "program", "every byte"],
)
def test_of_text_in_bytes_and_of_what_is_no_text_nothing_is_told(content):
    assert told_of(open_text, content) == Record()


def test_a_mark_of_utf_32_before_what_cannot_be_utf_32_is_one_of_utf_16():
    assert wide_encoding(b"\xff\xfe\0\0a\0b\0") == "utf-16-le"


def test_half_a_character_at_the_end_is_a_replacement():
    assert told_of(open_text, WORDS.encode("utf-16") + b"x").all_text == WORDS + "\N{REPLACEMENT CHARACTER}"


@given(st.binary(max_size=200))
def test_any_bytes_after_a_mark_are_decoded_to_text_that_utf_8_can_hold(content):
    for mark in (b"\xff\xfe", b"\xfe\xff", b"\xff\xfe\0\0"):
        told_of(open_text, mark + content)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("UTF8", "utf-8"),
        ("windows-1251", "cp1251"),
        ("iso-8859-15", "iso8859-15"),
        ("Shift-JIS", "shift_jis"),
        ("us-ascii", "ascii"),
        ("punycode", "cp1252"),
        ("zlib", "cp1252"),
        ("utf-7", "cp1252"),
        ("no such", "cp1252"),
        ("a\0b", "cp1252"),
        ("", "cp1252"),
    ],
)
def test_an_encoding_is_one_of_text_whatever_a_document_calls_it(name, expected):
    assert charset(name) == expected
