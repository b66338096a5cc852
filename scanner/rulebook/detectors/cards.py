"""Numbers of payment cards: issuer ranges, lengths and the Luhn digit. Pure.

The test numbers that the schemes publish are valid numbers, and found. Some of UnionPay's cards have no Luhn digit;
those are missed, since without it every long number would be one.
"""

from __future__ import annotations

import re

from scanner.rulebook.detectors.checksums import luhn
from scanner.rulebook.detectors.detector import (
    AFTER_NUMBER,
    BEFORE_NUMBER,
    SPACE,
    Detector,
    compact,
    compact_bytes,
)
from scanner.rulebook.detectors.masking import last

_16_TO_19 = frozenset(range(16, 20))
_MAESTRO = frozenset(range(12, 20))
_DINERS = frozenset(range(14, 20))
_RANGES = (
    # Visa
    ("4", "4", frozenset({13, 16, 19})),
    # Mastercard
    ("51", "55", frozenset({16})),
    ("2221", "2720", frozenset({16})),
    # American Express
    ("34", "34", frozenset({15})),
    ("37", "37", frozenset({15})),
    # Discover
    ("6011", "6011", _16_TO_19),
    ("644", "659", _16_TO_19),
    # Diners Club
    ("300", "305", _DINERS),
    ("3095", "3095", _DINERS),
    ("36", "36", _DINERS),
    ("38", "39", _DINERS),
    # JCB
    ("3528", "3589", _16_TO_19),
    # UnionPay
    ("62", "62", _16_TO_19),
    ("8100", "8171", _16_TO_19),
    # Maestro: the ranges it is known by. All of 50 and 56 to 69 would take in half of the world's article numbers.
    ("5018", "5018", _MAESTRO),
    ("5020", "5020", _MAESTRO),
    ("5038", "5038", _MAESTRO),
    ("5893", "5893", _MAESTRO),
    ("6304", "6304", _MAESTRO),
    ("6759", "6759", _MAESTRO),
    ("6761", "6763", _MAESTRO),
)
"""The first and the last prefix of a range, and the lengths of its numbers."""
_GROUPINGS = (
    ("62", 6, 13),
    ("[3468]", 4, 4, 4, 4, 3),
    ("[2-68]", 4, 4, 4, 4),
    ("3[47]", 4, 6, 5),
    ("3[0689]", 4, 6, 4),
    ("5[08]|6[37]", 4, 4, 5),
    ("5[08]|6[37]", 4, 4, 4),
)
"""How numbers are written in groups, by what they begin with. The longest first: of several that fit, RE2 takes the
first."""
_GROUP = rb"[0-9A-Fa-f]{4}"
_GROUPS_BEFORE = re.compile(rb"(?:" + _GROUP + rb" ){2}\Z")
_GROUPS_AFTER = re.compile(rb"(?: " + _GROUP + rb"){2}(?![0-9A-Za-z])")


def _regex() -> str:
    grouped = [_grouped(separator, *grouping) for grouping in _GROUPINGS for separator in (SPACE, "-")]
    return f"{BEFORE_NUMBER}({'|'.join(['[2-68][0-9]{11,18}', *grouped])}){AFTER_NUMBER}"


def _grouped(separator: str, prefix: str, first: int, *rest: int) -> str:
    begun = first - (1 if prefix.startswith("[") else 2)
    return separator.join([f"(?:{prefix})[0-9]{{{begun}}}", *(f"[0-9]{{{size}}}" for size in rest)])


def _alone(before: bytes, after: bytes) -> bool:
    """Tables of numbers or of code points are full of four groups that look like a card. One group more may be the
    month in which it ends; two must belong to another card."""
    crowded = _GROUPS_BEFORE.search(before) is not None and not _valid(before[-20:])
    return not crowded and (_GROUPS_AFTER.match(after) is None or _valid(after[:20]))


def _valid(candidate: bytes) -> bool:
    number = compact(candidate)
    return number.isdigit() and _issued(number) and luhn(number)


def _issued(number: str) -> bool:
    return any(low <= number[: len(low)] <= high and len(number) in lengths for low, high, lengths in _RANGES)


PAYMENT_CARD = Detector(
    name="payment-card",
    title="Number of a payment card (Visa, Mastercard, American Express, Discover, Diners Club, JCB, UnionPay, "
    "Maestro); the schemes' own test numbers count",
    regex=_regex(),
    valid=_valid,
    mask=last(4),
    source="ISO/IEC 7812-1; the schemes' published issuer ranges",
    canonical=compact_bytes,
    alone=_alone,
)
