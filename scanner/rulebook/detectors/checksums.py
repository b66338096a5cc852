"""Check digits, each by its standard's name. Pure; what is handed over is ASCII digits, unless a function says more."""

from __future__ import annotations

import string
from collections.abc import Sequence
from zlib import crc32

_BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase


def luhn(number: str) -> bool:
    """ISO/IEC 7812-1 annex B, over digits whose last is the check digit."""
    total = 0
    for place, digit in enumerate(reversed(number)):
        doubled = int(digit) << (place % 2)
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0


def remainder_97(text: str) -> int:
    """Of digits and capital letters, A being 10 and Z 35 (ISO/IEC 7064 MOD 97-10, as ISO 13616 uses it)."""
    remainder = 0
    for character in text:
        value = int(character, 36)
        remainder = (remainder * (10 if value < 10 else 100) + value) % 97
    return remainder


def mod_11_10(number: str) -> bool:
    """ISO/IEC 7064 MOD 11,10, over digits whose last is the check digit."""
    product = 10
    for digit in number[:-1]:
        product = ((int(digit) + product) % 10 or 10) * 2 % 11
    return (product + int(number[-1])) % 10 == 1


def weighted(number: str, weights: Sequence[int]) -> int:
    """The sum of all digits, each times its weight. As many weights as digits."""
    return sum(int(digit) * weight for digit, weight in zip(number, weights, strict=True))


def base62_crc32(text: str) -> str:
    """CRC-32 of ASCII text, in six digits of base 62 (0-9, A-Z, a-z)."""
    rest, written = crc32(text.encode("ascii")), ""
    while rest:
        rest, digit = divmod(rest, 62)
        written = _BASE62[digit] + written
    return written.rjust(6, "0")
