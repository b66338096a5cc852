"""What may be seen of a value."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.rulebook.detectors.masking import LONGEST_EXCERPT, key, last, only


@pytest.mark.parametrize(
    ("candidate", "shown", "excerpt"),
    [
        (b"4000 0000 0000 0002", 4, "**** **** **** 0002"),
        (b"4000\xc2\xa00000-0000.0002", 4, "**** ****-****.0002"),
        (b"123-45-6789", 2, "***-**-**89"),
        (b"123456", 4, "****56"),
        (b"12", 4, "**"),
        (b"", 4, ""),
        (b"\xff\x00/\n123456789", 4, "**********789"),
        (b"1234-", 4, "***4-"),
    ],
)
def test_of_a_number_the_last_characters_are_shown_but_never_more_than_a_third(
    candidate: bytes, shown: int, excerpt: str
) -> None:
    assert last(shown)(candidate) == excerpt


@pytest.mark.parametrize(
    ("candidate", "excerpt"),
    [
        (b"abc_" + b"x" * 20 + b"1234", "abc_****1234"),
        (b"abc_def_" + b"x" * 20 + b"1234", "abc_def_****1234"),
        (b"abc_" + b"x" * 20 + b"12-4", "abc_****"),
        (b"abc_1234", "abc_****"),
        (b"other" + b"x" * 20 + b"1234", "****1234"),
        (b"", "****"),
        (b"\xff" * 40, "****"),
    ],
)
def test_of_a_key_the_makers_mark_and_the_end_are_shown(candidate: bytes, excerpt: str) -> None:
    assert key("abc_", "abc_def_")(candidate) == excerpt


def test_of_some_values_nothing_is_shown() -> None:
    assert only("private key")(b"anything") == "private key ****"


@given(st.binary(max_size=400), st.integers(0, 4))
def test_whatever_is_masked_little_of_it_is_left(candidate: bytes, shown: int) -> None:
    left = re.sub("[^0-9A-Za-z]", "", last(shown)(candidate))

    assert len(left) <= min(shown, len(candidate) // 3)
    assert len(last(shown)(candidate)) <= LONGEST_EXCERPT
    assert len(key()(candidate)) <= 8
