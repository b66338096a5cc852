"""Base64 as lenient programs read it: what is no letter of it is passed over, and a letter that makes no byte dropped.

Pure.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterable

LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
FOREIGN = bytes(set(range(256)) - set(LETTERS))
"""Which every program passes over (RFC 2045, 6.8)."""
PIECES = re.compile(rb"[^=]++")
QUARTET = 4


def from_base64(coded: bytes) -> bytes:
    """What its letters hold, where each `=` ends a stretch of them and begins the next."""
    letters = letters_of(coded)
    return joined(letters[found.start() : found.end()] for found in PIECES.finditer(letters))


def letters_of(coded: bytes) -> bytes:
    """And each `=`."""
    return coded.translate(None, FOREIGN)


def joined(stretches: Iterable[bytes]) -> bytes:
    """What stretches of letters hold."""
    # Not by join: it makes a list of what may be tens of millions of pieces.
    whole = bytearray()
    for letters in stretches:
        whole += bytes_of(letters)
    return bytes(whole)


def bytes_of(letters: bytes) -> bytes:
    """What letters without any `=` hold."""
    letters = letters[:-1] if len(letters) % QUARTET == 1 else letters
    return binascii.a2b_base64(letters + b"=" * (-len(letters) % QUARTET))
