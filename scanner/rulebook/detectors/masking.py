"""Excerpts that may be shown and stored: enough to tell a value one has before one's eyes, never enough to use it or
to work it out. Pure; any bytes are masked, none raises.
"""

from __future__ import annotations

from collections.abc import Callable

LONGEST_EXCERPT = 80
"""Characters."""
_HIDDEN = "****"
_KEPT = frozenset(b" -.")
_LETTERS_AND_DIGITS = frozenset(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")


def last(shown: int) -> Callable[[bytes], str]:
    """Masks all but the last `shown` letters and digits, and shows at most a third of them. Spaces, hyphens and dots
    stay, so that the way it was written can be recognised.

    Payment cards may show their last four digits (PCI DSS 3.4.1 would allow the first six as well).
    """
    return lambda candidate: _starred(candidate.replace(b"\xc2\xa0", b" ")[-LONGEST_EXCERPT:], shown)


def _starred(candidate: bytes, shown: int) -> str:
    counted = sum(byte in _LETTERS_AND_DIGITS for byte in candidate)
    left = counted - min(shown, counted // 3)
    written = []
    for byte in candidate:
        known = byte in _LETTERS_AND_DIGITS
        written.append(chr(byte) if byte in _KEPT or (known and left <= 0) else "*")
        left -= known
    return "".join(written)


def key(*public: str) -> Callable[[bytes], str]:
    """For secrets that begin with a public word, such as the maker's prefix: shows that, and the last four characters
    where those are a small part of it.
    """
    prefixes = sorted(public, key=len, reverse=True)

    def mask(candidate: bytes) -> str:
        prefix = next((one for one in prefixes if candidate.startswith(one.encode())), "")
        tail = candidate[-4:]
        shown = len(candidate) - len(prefix) >= 16 and all(byte in _LETTERS_AND_DIGITS for byte in tail)
        return f"{prefix}{_HIDDEN}{tail.decode('ascii') if shown else ''}"

    return mask


def only(name: str) -> Callable[[bytes], str]:
    """Shows nothing of it."""
    return lambda _: f"{name} {_HIDDEN}"
