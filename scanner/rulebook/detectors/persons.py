"""Numbers that states give to persons. Pure.

Where a number has no check digit, its rules leave out little: then a rule should ask for several, or for a word beside
them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from scanner.rulebook.detectors.checksums import mod_11_10, weighted
from scanner.rulebook.detectors.detector import (
    AFTER,
    AFTER_NUMBER,
    BEFORE,
    BEFORE_NUMBER,
    SPACE,
    Detector,
    compact,
    compact_bytes,
)
from scanner.rulebook.detectors.masking import last

_NEVER_ISSUED = frozenset({"078051120", "219099999", "123456789"})
"""The numbers of a wallet's sample card and of an advertisement, void since; and everybody's placeholder."""
_NINO = re.compile(r"(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z][0-9]{6}[A-D]")
_NIR = re.compile(r"[1-478][0-9]{2}(?:0[1-9]|1[0-2]|20|3[0-9]|4[0-2]|[5-9][0-9])([0-9]{2}|2[AB])[0-9]{8}")
_CORSICA = {"2A": "19", "2B": "18"}
_DNI_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"
_CODICE = re.compile(
    r"[A-Z]{6}[0-9LMNP-V]{2}[ABCDEHLMPRST](?:[0124-6LMNQRS][0-9LMNP-V]|[37PT][01LM])"
    r"[A-Z][0-9LMNP-V]{3}[A-Z]"
)
_ODD_VALUES = (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23)
"""Of the characters in odd places, by their values in even ones."""
_PESEL_WEIGHTS = (1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1)
_PESEL_CENTURIES = {0: 1900, 1: 2000, 4: 1800}
_BSN_WEIGHTS = (9, 8, 7, 6, 5, 4, 3, 2, -1)


def _digits(candidate: bytes, length: int) -> str:
    """Empty where it is not a number of that length."""
    number = compact(candidate)
    return number if number.isdigit() and len(number) == length else ""


def _us_ssn(candidate: bytes) -> bool:
    number = _digits(candidate, 9)
    if not number or number in _NEVER_ISSUED:
        return False
    area, group, serial = number[:3], number[3:5], number[5:]
    return area not in ("000", "666") and area < "900" and group != "00" and serial != "0000"


def _uk_nino(candidate: bytes) -> bool:
    return _NINO.fullmatch(compact(candidate)) is not None


def _de_tax_id(candidate: bytes) -> bool:
    number = _digits(candidate, 11)
    return number[:1] not in ("", "0") and _repeats_one(number[:10]) and mod_11_10(number)


def _repeats_one(digits: str) -> bool:
    """Exactly one digit stands there twice, or three times but not in a row; every other once at most."""
    repeated = [digit for digit in set(digits) if digits.count(digit) > 1]
    return len(repeated) == 1 and digits.count(repeated[0]) <= 3 and repeated[0] * 3 not in digits


def _fr_insee(candidate: bytes) -> bool:
    number = compact(candidate)
    match = _NIR.fullmatch(number)
    if match is None:
        return False
    department = match[1]
    body = number[:5] + _CORSICA.get(department, department) + number[7:13]
    return department != "00" and int(number[13:]) == 97 - int(body) % 97


def _es_dni(candidate: bytes) -> bool:
    number = compact(candidate)
    digits = (
        number[:-1].translate({ord("X"): "0", ord("Y"): "1", ord("Z"): "2"}) if number[:1] in "XYZ" else number[:-1]
    )
    plain = number[1:-1].isdigit() and len(number) == 9 and digits.isdigit()
    return plain and number[-1] == _DNI_LETTERS[int(digits) % 23]


def _it_codice_fiscale(candidate: bytes) -> bool:
    code = compact(candidate)
    if _CODICE.fullmatch(code) is None:
        return False
    # Letters and digits have the same values: A and 0 are alike, J and 9.
    values = [int(one) if one.isdigit() else ord(one) - ord("A") for one in code]
    return (sum(_ODD_VALUES[value] for value in values[:15:2]) + sum(values[1:15:2])) % 26 == values[15]


def _pl_pesel(candidate: bytes) -> bool:
    number = _digits(candidate, 11)
    return bool(number) and weighted(number, _PESEL_WEIGHTS) % 10 == 0 and _was_born(number)


def _was_born(number: str) -> bool:
    """The month also says the century; those that have not begun yet are left out."""
    century = _PESEL_CENTURIES.get(int(number[2:4]) // 20)
    if century is None:
        return False
    try:
        date(century + int(number[:2]), int(number[2:4]) % 20, int(number[4:6]))
    except ValueError:
        return False
    return True


def _nl_bsn(candidate: bytes) -> bool:
    number = _digits(candidate, 9)
    return number.strip("0") != "" and weighted(number, _BSN_WEIGHTS) % 11 == 0


def _person(name: str, title: str, regex: str, valid: Callable[[bytes], bool], source: str) -> Detector:
    # Two characters and no more: the last four of a social security number open accounts.
    return Detector(name, title, regex, valid, last(2), source, compact_bytes)


def _number(*written: str) -> str:
    return f"{BEFORE_NUMBER}({'|'.join(written)}){AFTER_NUMBER}"


def _code(*written: str) -> str:
    return f"{BEFORE}({'|'.join(written)}){AFTER}"


PERSONS = (
    _person(
        "us-ssn",
        "Social security number of the USA, with hyphens or after a word such as SSN; it has no check digit",
        _number(r"[0-8][0-9]{2}-[0-9]{2}-[0-9]{4}")
        + r"|(?i:ssn|social security (?:number|no\.?|#))[^0-9A-Za-z]{1,5}([0-8][0-9]{2} ?[0-9]{2} ?[0-9]{4})"
        + AFTER_NUMBER,
        _us_ssn,
        "Social Security Administration, POMS RM 10201.035",
    ),
    _person(
        "uk-nino",
        "National insurance number of the United Kingdom; it has no check digit",
        _code(rf"[A-Z]{{2}}{SPACE}?[0-9]{{2}}{SPACE}?[0-9]{{2}}{SPACE}?[0-9]{{2}}{SPACE}?[A-D]"),
        _uk_nino,
        "HM Revenue & Customs, NIM39110",
    ),
    _person(
        "de-tax-id",
        "Tax identification number of Germany (Steuer-ID)",
        _number(r"[1-9][0-9]{10}", rf"[1-9][0-9](?:{SPACE}[0-9]{{3}}){{3}}"),
        _de_tax_id,
        "Abgabenordnung §139b; Steueridentifikationsnummerverordnung §1; ISO/IEC 7064 MOD 11,10",
    ),
    _person(
        "fr-insee",
        "Registration number of France (NIR, numéro de sécurité sociale) with its key",
        _number(
            rf"[1-478][0-9]{{4}}(?:[0-9]{{2}}|2[ABab])[0-9]{{6}}{SPACE}?[0-9]{{2}}",
            SPACE.join(
                [r"[1-478]", r"[0-9]{2}", r"[0-9]{2}", r"(?:[0-9]{2}|2[ABab])", *[r"[0-9]{3}"] * 2, r"[0-9]{2}"]
            ),
        ),
        _fr_insee,
        "INSEE, Numéro d'inscription au répertoire",
    ),
    _person(
        "es-dni",
        "Identity number of Spain (DNI or NIE) with its letter; one of 23 numbers with a letter passes",
        _number(r"[0-9]{8}-?[A-Za-z]", r"[0-9]{2}\.[0-9]{3}\.[0-9]{3}-?[A-Za-z]", r"[XYZxyz]-?[0-9]{7}-?[A-Za-z]"),
        _es_dni,
        "Real Decreto 1553/2005; Orden INT/2058/2008",
    ),
    _person(
        "it-codice-fiscale",
        "Tax code of a person in Italy (codice fiscale)",
        _code(r"[A-Za-z]{6}[0-9L-Vl-v]{2}[A-Ta-t][0-9L-Vl-v]{2}[A-Za-z][0-9L-Vl-v]{3}[A-Za-z]"),
        _it_codice_fiscale,
        "Decreto del Ministero delle Finanze 23 dicembre 1976",
    ),
    _person(
        "pl-pesel",
        "Person number of Poland (PESEL)",
        _number(r"[0-9]{11}"),
        _pl_pesel,
        "Ustawa o ewidencji ludności z 24 września 2010, art. 15",
    ),
    _person(
        "nl-bsn",
        "Citizen service number of the Netherlands (BSN); one of 11 numbers of nine digits passes",
        _number(r"[0-9]{9}", r"[0-9]{4}\.[0-9]{2}\.[0-9]{3}"),
        _nl_bsn,
        "Wet algemene bepalingen burgerservicenummer; Logisch Ontwerp GBA, elfproef",
    ),
)
