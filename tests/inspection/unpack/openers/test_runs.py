"""Letters in binary formats."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from scanner.inspection.unpack.openers.runs import narrow_runs, wide_runs

NOISE = b"\0\1\2\xff\x80\0"


def test_narrow_letters_are_found_between_other_bytes():
    assert narrow_runs(NOISE + b"password: caf\xe9" + NOISE + b"abcd" + NOISE) == ["password: café"]


def test_wide_letters_are_found_in_several_scripts_at_any_place():
    for words in ("secret plan", "секретный план", "σχέδιο", "don’t – 5 €"):
        assert words in wide_runs(b"\0\0\0" + words.encode("utf-16-le") + b"\0\0\0")
        assert words in wide_runs(b"\0\0" + words.encode("utf-16-le") + b"\0\0")


@given(st.binary(max_size=500))
def test_any_bytes_give_text_that_utf_8_can_hold(content):
    "".join(narrow_runs(content) + wide_runs(content)).encode()
