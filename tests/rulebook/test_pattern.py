"""Regular expressions over bytes: refusals, context, encodings, time."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.rulebook.pattern import compiled, find


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("", "must have 1 to 2000 characters"),
        ("a" * 2001, "must have 1 to 2000 characters"),
        ("(a", "is no regular expression of RE2: missing ): (a"),
        (r"(a)\1", r"is no regular expression of RE2: invalid escape sequence: \1"),
        ("(?=a)", "is no regular expression of RE2: invalid perl operator: (?="),
        ("a{1001}", "is no regular expression of RE2: invalid repetition size: {1001}"),
        ("a*", "finds the empty text, and so would match every content"),
        ("a\ud800", "holds half a character (a lone surrogate)"),
    ],
)
def test_a_pattern_that_cannot_be_used_is_refused_with_the_reason(pattern: str, reason: str) -> None:
    with pytest.raises(ValueError, match=r".") as refused:
        compiled(pattern, False)
    assert str(refused.value) == reason


@pytest.mark.parametrize(
    ("pattern", "text", "start", "end", "offset"),
    [
        ("b", b"aab", 0, 3, 2),
        ("b", b"bab", 1, 3, 2),
        ("b", b"aab", 0, 2, None),
        ("^a", b"xa", 1, 2, None),
        ("(?m)^a", b"\na", 1, 2, 1),
        ("a$", b"ab", 0, 1, None),
        ("a$", b"xa", 0, 2, 1),
        (r"\ba\b", b"xa ", 1, 2, None),
        (r"\ba\b", b" ab", 1, 2, None),
        (r"\ba\b", b" a ", 1, 2, 1),
        ("a.c", b"a\xffc", 0, 3, 0),
        ("a.c", b"a\nc", 0, 3, None),
        ("é", "é".encode(), 0, 2, 0),
        ("é", "é".encode("latin-1"), 0, 1, None),
    ],
)
def test_a_match_lies_between_start_and_end_and_sees_what_stands_around(
    pattern: str, text: bytes, start: int, end: int, offset: int | None
) -> None:
    assert find(compiled(pattern, False), text, start, end) == offset


def test_case_is_told_apart_unless_it_is_to_be_ignored() -> None:
    assert find(compiled("Überfall", False), "ÜBERFALL".encode(), 0, 20) is None
    assert find(compiled("Überfall", True), "ÜBERFALL".encode(), 0, 20) == 0


@given(st.text(max_size=40), st.binary(max_size=200))
def test_any_pattern_is_refused_or_answers(pattern: str, text: bytes) -> None:
    try:
        regexp = compiled(pattern, True)
    except ValueError:
        return
    offset = find(regexp, text, 0, len(text))
    assert offset is None or 0 <= offset < len(text)


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|a)*b", "(.*a){20}b", "(x+x+)+y"])
def test_patterns_that_ruin_other_engines_take_linear_time(pattern: str) -> None:
    text = b"a" * 1_000_000 + b"!"
    began = time.process_time()
    try:
        regexp = compiled(pattern, False)
    except ValueError:
        return
    find(regexp, text, 0, len(text))
    assert time.process_time() - began < 5
