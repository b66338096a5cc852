"""Check digits, by the examples of those who defined them."""

from __future__ import annotations

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.rulebook.detectors.checksums import base62_crc32, luhn, mod_11_10, remainder_97, weighted
from tests.rulebook.detectors.made import BASE62

NUMBERS = st.text("0123456789", min_size=2, max_size=30)


@pytest.mark.parametrize(
    ("number", "right"), [("79927398713", True), ("79927398710", False), ("0", True), ("1", False), ("18", True)]
)
def test_luhn(number: str, right: bool) -> None:
    assert luhn(number) is right


@pytest.mark.parametrize(("number", "right"), [("07945", True), ("07944", False), ("86095742719", True)])
def test_iso_7064_mod_11_10(number: str, right: bool) -> None:
    assert mod_11_10(number) is right


@given(NUMBERS)
def test_exactly_one_last_digit_is_right(number: str) -> None:
    for check in (luhn, mod_11_10):
        assert sum(check(number + digit) for digit in "0123456789") == 1


@given(st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", max_size=40))
def test_the_remainder_is_that_of_the_whole_number(text: str) -> None:
    number = "".join(str(int(character, 36)) for character in text)

    assert remainder_97(text) == int(number or "0") % 97


def test_a_weighted_sum_wants_as_many_weights_as_digits() -> None:
    assert weighted("123", (3, 2, 1)) == 10
    with pytest.raises(ValueError, match="shorter"):
        weighted("123", (3, 2))


@given(st.text(BASE62, max_size=40))
def test_a_checksum_in_base_62_has_six_digits_and_can_be_read_back(text: str) -> None:
    written = base62_crc32(text)

    assert len(written) == 6
    assert sum(BASE62.index(digit) * 62**place for place, digit in enumerate(reversed(written))) == zlib.crc32(
        text.encode()
    )
