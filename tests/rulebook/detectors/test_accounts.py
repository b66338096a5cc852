"""IBANs."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.rulebook.detectors import DETECTORS, occurrences
from scanner.rulebook.detectors.accounts import LENGTH_BY_COUNTRY
from tests.rulebook.detectors.made import iban, randoms

IBAN = DETECTORS["iban"]

# The registry's own examples.
EXAMPLES = [
    "AD1200012030200359100100",
    "AE070331234567890123456",
    "BE68539007547034",
    "BR1800360305000010009795493C1",
    "BY13NBRB3600900000002Z00AB00",
    "CH9300762011623852957",
    "CR05015202001026284066",
    "DE89370400440532013000",
    "ES9121000418450200051332",
    "FR1420041010050500013M02606",
    "GB29NWBK60161331926819",
    "GT82TRAJ01020000001210029690",
    "IT60X0542811101000000123456",
    "LC55HEMM000100010012001200023015",
    "MT84MALT011000012345MTLCAST001S",
    "NL91ABNA0417164300",
    "NO9386011117947",
    "PL61109010140000071219812874",
    "SC18SSCB11010000000000001497USD",
    "XK051212012345678906",
]


def ends(text: str) -> list[str]:
    return [occurrence.excerpt.replace(" ", "")[-4:] for occurrence in occurrences(IBAN, text.encode())]


@pytest.mark.parametrize("account", EXAMPLES)
def test_the_registrys_examples_are_found_in_one_piece_and_in_groups(account: str) -> None:
    grouped = " ".join(account[place : place + 4] for place in range(0, len(account), 4))

    for text in (account, grouped, f"IBAN: {grouped} EUR", f"{grouped} BANK", grouped.replace(" ", "\xa0")):
        assert ends(text) == [account[-4:]]


@pytest.mark.parametrize(
    "text",
    [
        "PL61 1090 1014 0000 0712 1981 2874",
        "PL61 10901014 0000071219812874",
        "PL61-1090-1014-0000-0712-1981-2874",
        "DE89 370400440 532013000",
        "(DE89370400440532013000)",
        "iban=DE89370400440532013000&amount=1",
    ],
)
def test_an_account_is_found_however_it_is_grouped(text: str) -> None:
    assert len(ends(text)) == 1


def test_countries_have_one_length_each() -> None:
    assert len(LENGTH_BY_COUNTRY) == 89
    assert set(LENGTH_BY_COUNTRY.values()) <= set(range(15, 35))


@pytest.mark.parametrize(
    "text",
    [
        "DE89370400440532013001",
        "DE8937040044053201300",
        "DE893704004405320130000",
        "QQ89370400440532013000",
        "xDE89370400440532013000",
        "DE89370400440532013000x",
        "de89370400440532013000",
        "DE 89370400440532013000",
    ],
)
def test_what_breaks_a_rule_is_none(text: str) -> None:
    assert ends(text) == []


def test_check_digits_that_are_never_given_out_are_refused() -> None:
    account = next(iban("DE", Random(seed)) for seed in range(9999) if iban("DE", Random(seed))[2:4] == "98")

    assert IBAN.valid(account.encode()) is True
    assert IBAN.valid(account.replace("98", "01", 1).encode()) is False


@given(randoms, st.sampled_from(sorted(LENGTH_BY_COUNTRY)), st.data())
def test_an_account_with_any_one_digit_changed_is_refused(random: Random, country: str, data: st.DataObject) -> None:
    account = iban(country, random)
    place = data.draw(st.integers(2, len(account) - 1))
    digit = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != account[place]]))

    assert IBAN.valid(account.encode()) is True
    assert IBAN.valid(f"{account[:place]}{digit}{account[place + 1 :]}".encode()) is False
