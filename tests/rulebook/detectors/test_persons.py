"""Numbers of persons: the examples of those who give them out, and what their rules refuse."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.rulebook.detectors import DETECTORS, occurrences
from tests.rulebook.detectors.made import made


def count(name: str, text: str) -> int:
    return len(list(occurrences(DETECTORS[name], text.encode())))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("us-ssn", "536-22-8726"),
        ("us-ssn", "SSN: 536228726"),
        ("us-ssn", "ssn 536 22 8726"),
        ("us-ssn", '"user_ssn":"536228726"'),
        ("us-ssn", "Social Security Number 536228726"),
        ("us-ssn", "899-99-9999"),
        ("uk-nino", "AB123456C"),
        ("uk-nino", "AB 12 34 56 C"),
        ("uk-nino", "JG\xa012\xa034\xa056\xa0A"),
        # Test numbers of the German tax administration (ELSTER).
        ("de-tax-id", "86095742719"),
        ("de-tax-id", "47036892816"),
        ("de-tax-id", "65929970489"),
        ("de-tax-id", "57549285017"),
        ("de-tax-id", "25768131411"),
        ("de-tax-id", "86 095 742 719"),
        ("fr-insee", "255081416802538"),
        ("fr-insee", "2550814168025 38"),
        ("fr-insee", "2 55 08 14 168 025 38"),
        ("es-dni", "12345678Z"),
        ("es-dni", "12345678-z"),
        ("es-dni", "12.345.678-Z"),
        ("es-dni", "X1234567L"),
        ("es-dni", "Y-1234567-X"),
        ("it-codice-fiscale", "RSSMRA85T10A562S"),
        ("it-codice-fiscale", "rssmra85t10a562s"),
        # The same with its last digit replaced by the letter that stands for it where two persons would share a code.
        ("it-codice-fiscale", "RSSMRA85T10A56NH"),
        ("pl-pesel", "44051401359"),
        ("pl-pesel", "02070803628"),
        ("nl-bsn", "111222333"),
        ("nl-bsn", "123456782"),
        ("nl-bsn", "1234.56.782"),
    ],
)
def test_numbers_are_found_as_they_are_written(name: str, text: str) -> None:
    assert count(name, text) == 1


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("us-ssn", "000-22-8726"),
        ("us-ssn", "666-22-8726"),
        ("us-ssn", "900-22-8726"),
        ("us-ssn", "536-00-8726"),
        ("us-ssn", "536-22-0000"),
        ("us-ssn", "078-05-1120"),
        ("us-ssn", "219-09-9999"),
        ("us-ssn", "123-45-6789"),
        ("us-ssn", "536228726"),
        ("us-ssn", "1-536-22-8726"),
        ("us-ssn", "536-22-8726-1"),
        ("us-ssn", "536-22-87261"),
        # The sample of HMRC, and the prefixes that are not given out.
        ("uk-nino", "QQ123456C"),
        ("uk-nino", "BG123456C"),
        ("uk-nino", "GB123456C"),
        ("uk-nino", "ZZ123456C"),
        ("uk-nino", "AO123456C"),
        ("uk-nino", "DA123456C"),
        ("uk-nino", "AB123456E"),
        ("uk-nino", "AB123456"),
        ("uk-nino", "AB1234567C"),
        ("de-tax-id", "02476291358"),
        # Their check digits are right; no digit is repeated, one three times in a row, two of them twice.
        ("de-tax-id", "12345678903"),
        ("de-tax-id", "11123456784"),
        ("de-tax-id", "11223456782"),
        ("fr-insee", "255131416802538"),
        ("fr-insee", "255081416802539"),
        ("fr-insee", "955081416802538"),
        ("fr-insee", "2550014168025 38"),
        ("es-dni", "12345678A"),
        ("es-dni", "X1234567A"),
        ("es-dni", "112345678Z"),
        ("es-dni", "12345678 Z"),
        ("it-codice-fiscale", "RSSMRA85T10A562T"),
        ("it-codice-fiscale", "RSSMRA85F10A562S"),
        ("it-codice-fiscale", "RSSMRA85T32A562S"),
        ("pl-pesel", "44051401358"),
        ("pl-pesel", "0.44051401359"),
        ("nl-bsn", "000000000"),
        ("nl-bsn", "123456783"),
        ("nl-bsn", "1234567820"),
    ],
)
def test_what_breaks_a_rule_is_none(name: str, text: str) -> None:
    assert count(name, text) == 0


@pytest.mark.parametrize(
    ("birth", "born"),
    [
        ("440514", True),
        ("000229", False),  # 1900 had no 29 February
        ("002229", True),
        ("008100", False),
        ("998131", True),
        ("004101", False),  # 2100
        ("006101", False),  # 2200
        ("001301", False),
        ("000431", False),
    ],
)
def test_a_pesel_begins_with_a_day_on_which_somebody_can_have_been_born(birth: str, born: bool) -> None:
    texts = [f"{birth}0123{digit}" for digit in range(10)]

    assert sum(count("pl-pesel", text) for text in texts) == born


@pytest.mark.parametrize(("department", "number"), [("2A", "19"), ("2B", "18")])
def test_corsica_counts_in_the_key_by_the_number_that_its_letters_stand_for(department: str, number: str) -> None:
    key = 97 - int(f"18407{number}009002") % 97

    assert count("fr-insee", f"18407{department}009002{key:02d}") == 1
    assert count("fr-insee", f"18407{department.lower()}009002{key:02d}") == 1
    assert count("fr-insee", f"18407{department}009002{key % 97 + 1:02d}") == 0


CHECKED = ["de-tax-id", "fr-insee", "es-dni", "it-codice-fiscale", "pl-pesel", "nl-bsn"]


@given(st.sampled_from(CHECKED).flatmap(lambda name: st.tuples(st.just(name), made(name))), st.data())
def test_a_number_with_any_one_digit_changed_is_refused(value: tuple[str, bytes], data: st.DataObject) -> None:
    name, number = value
    place = data.draw(st.sampled_from([place for place, byte in enumerate(number) if chr(byte).isdigit()]))
    digit = data.draw(st.sampled_from([digit for digit in b"0123456789" if digit != number[place]]))

    assert DETECTORS[name].valid(number) is True
    assert DETECTORS[name].valid(number[:place] + bytes([digit]) + number[place + 1 :]) is False
