"""International bank account numbers. Pure."""

from __future__ import annotations

from scanner.rulebook.detectors.checksums import remainder_97
from scanner.rulebook.detectors.detector import AFTER, BEFORE, SPACE, Detector, compact, compact_bytes
from scanner.rulebook.detectors.masking import last

_BY_LENGTH = {
    15: "NO",
    16: "BE",
    18: "DK FI FK FO GL NL SD",
    19: "MK SI",
    20: "AT BA EE KZ LT LU MN XK",
    21: "CH HR LI LV",
    22: "BG BH CR DE GB GE IE ME RS VA",
    23: "AE GI IL IQ OM SO TL",
    24: "AD CZ ES MD PK RO SA SE SK TN VG",
    25: "LY PT ST",
    26: "IS TR",
    27: "BI DJ FR GR IT MC MR SM",
    28: "AL AZ BY CY DO GT HN HU LB NI PL SV",
    29: "BR EG PS QA UA",
    30: "JO KW MU YE",
    31: "MT SC",
    32: "LC",
    33: "RU",
}
LENGTH_BY_COUNTRY = {country: length for length, countries in _BY_LENGTH.items() for country in countries.split()}
"""Of a whole IBAN, by the country code that it begins with."""


def _regex() -> str:
    """However it is grouped: the country says how many characters there must be."""
    each = (
        rf"(?:{'|'.join(countries.split())})\d\d(?:(?:{SPACE}|-)?[0-9A-Z]){{{length - 4}}}"
        for length, countries in _BY_LENGTH.items()
    )
    return f"{BEFORE}({'|'.join(each)}){AFTER}"


def _valid(candidate: bytes) -> bool:
    account = compact(candidate)
    if len(account) != LENGTH_BY_COUNTRY.get(account[:2]) or not account[2:4].isdigit():
        return False
    # 00, 01 and 99 have the remainders of 97, 98 and 02, but are never given out.
    return 2 <= int(account[2:4]) <= 98 and remainder_97(account[4:] + account[:4]) == 1


IBAN = Detector(
    name="iban",
    title="International bank account number (IBAN) of a country in the registry, with its check digits",
    regex=_regex(),
    valid=_valid,
    mask=last(4),
    source="ISO 13616 and the IBAN registry",
    canonical=compact_bytes,
)
