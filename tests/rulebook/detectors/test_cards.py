"""Payment cards: whose numbers, how written, and what only looks like one."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.rulebook.detectors import DETECTORS, occurrences
from tests.rulebook.detectors.made import CARD_PREFIXES, card, luhn_sum, randoms

CARD = DETECTORS["payment-card"]
VISA = card("4", 16, Random(4))
OTHER = card("55", 16, Random(5))
IN_GROUPS = " ".join(VISA[place : place + 4] for place in range(0, 16, 4))
OTHER_IN_GROUPS = " ".join(OTHER[place : place + 4] for place in range(0, 16, 4))
AMEX = card("37", 15, Random(3))
DINERS = card("36", 14, Random(3))
LONG = card("62", 19, Random(6))
NEITHER = next(
    number for number in (card("4", 13, Random(seed)) + "123" for seed in range(99)) if luhn_sum(number) % 10 != 0
)


def ends(text: str) -> list[str]:
    """The last four digits of what is found."""
    return [occurrence.excerpt[-4:] for occurrence in occurrences(CARD, text.encode())]


@pytest.mark.parametrize(
    "number",
    [
        # Published by the schemes and their processors for testing.
        "4111111111111111",
        "4012888888881881",
        "4222222222222",
        "5555555555554444",
        "5105105105105100",
        "2223003122003222",
        "378282246310005",
        "371449635398431",
        "6011111111111117",
        "6011000990139424",
        "30569309025904",
        "38520000023237",
        "3530111333300000",
        "3566002020360505",
        "6759649826438453",
    ],
)
def test_the_schemes_own_test_numbers_count(number: str) -> None:
    assert ends(number) == [number[-4:]]


@pytest.mark.parametrize(
    ("prefix", "length"), [(prefix, length) for prefix, lengths in CARD_PREFIXES.items() for length in lengths]
)
def test_every_issuer_range_is_known_in_its_lengths(prefix: str, length: int) -> None:
    assert CARD.valid(card(prefix, length, Random(length)).encode()) is True


@pytest.mark.parametrize(
    ("prefix", "length"),
    [("4", 11), ("4", 12), ("4", 14), ("4", 15), ("34", 16), ("36", 13), ("37", 14), ("51", 15), ("62", 20)],
)
def test_numbers_of_a_length_that_the_issuer_does_not_have_are_none(prefix: str, length: int) -> None:
    assert CARD.valid(card(prefix, length, Random(length)).encode()) is False


@pytest.mark.parametrize(
    "prefix",
    ["0", "1", "2220", "2721", "3061", "3527", "3590", "5019", "56", "6012", "643", "66", "7", "8172", "9"],
)
def test_numbers_outside_of_the_issuers_ranges_are_none(prefix: str) -> None:
    assert CARD.valid(card(prefix, 16, Random(1)).encode()) is False


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (IN_GROUPS, [VISA]),
        (IN_GROUPS.replace(" ", "-"), [VISA]),
        (IN_GROUPS.replace(" ", "\xa0"), [VISA]),
        (f"{AMEX[:4]} {AMEX[4:10]} {AMEX[10:]}", [AMEX]),
        (f"{DINERS[:4]}-{DINERS[4:10]}-{DINERS[10:]}", [DINERS]),
        (f"{LONG[:6]} {LONG[6:]}", [LONG]),
        (f"No.{VISA}", [VISA]),
        (f"({VISA})", [VISA]),
        (f"{VISA},12/27", [VISA]),
        (f"{VISA}.", [VISA]),
        (f"- {VISA} -", [VISA]),
        (f"1 {IN_GROUPS} 123", [VISA]),
        (f"{IN_GROUPS} 1227 123", [VISA]),
        (f"{IN_GROUPS} {OTHER_IN_GROUPS}", [VISA, OTHER]),
        (f"{IN_GROUPS}\n{OTHER_IN_GROUPS}\n", [VISA, OTHER]),
        (f"{VISA} {OTHER}", [VISA, OTHER]),
        (f"{VISA}\n{IN_GROUPS}", [VISA]),
        (f"4000 {OTHER_IN_GROUPS}", [OTHER]),
    ],
)
def test_numbers_are_found_as_people_write_them(text: str, found: list[str]) -> None:
    assert ends(text) == [number[-4:] for number in found]


@pytest.mark.parametrize(
    "text",
    [
        f"1{VISA}",
        f"{VISA}1",
        f"x{VISA}",
        f"{VISA}x",
        f"0.{VISA}",
        f"{VISA}.5",
        f"+{VISA}",
        f"id_{VISA}",
        f"{VISA}_1",
        f"1234-{VISA}",
        f"{VISA}-1234",
        f"1234-{IN_GROUPS.replace(' ', '-')}",
        f"{VISA[:4]} {VISA[4:8]}-{VISA[8:12]} {VISA[12:]}",
        f"{VISA[:8]} {VISA[8:]}",
        f"{VISA[:8]}\n{VISA[8:]}",
        # Code points, and numbers in a table.
        f"543E 5426 {IN_GROUPS} 541B",
        f"{IN_GROUPS} 5414 20BB",
        NEITHER,
    ],
)
def test_digits_amid_something_else_are_none(text: str) -> None:
    assert ends(text) == []


@given(randoms, st.sampled_from(list(CARD_PREFIXES)), st.data())
def test_a_number_with_any_one_digit_changed_is_refused(random: Random, prefix: str, data: st.DataObject) -> None:
    number = card(prefix, data.draw(st.sampled_from(CARD_PREFIXES[prefix])), random)
    place = data.draw(st.integers(0, len(number) - 1))
    digit = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != number[place]]))

    assert CARD.valid(number.encode()) is True
    assert CARD.valid(f"{number[:place]}{digit}{number[place + 1 :]}".encode()) is False


@given(randoms, st.sampled_from(["", " ", "-"]))
def test_a_longer_run_does_not_hide_the_number_that_begins_in_it(random: Random, separator: str) -> None:
    number = card("4", 16, random)
    grouped = separator.join(number[place : place + 4] for place in range(0, 16, 4))

    assert number[-4:] in ends(f"4111 {grouped}")
    assert ends(f"{grouped} 12")[0] == number[-4:]
