"""Ids that look random and are not: the same seed and the same history give the same ids, also after a restart."""

from __future__ import annotations

import hashlib
import uuid
from string import ascii_letters, digits

_ALPHABET = ascii_letters + digits


class Ids:
    """A counter behind a hash. `count` is part of the saved state, so that no id is ever given twice."""

    def __init__(self, seed: str = "emulator", count: int = 0) -> None:
        self._seed = seed
        self.count = count

    def uuid(self) -> str:
        return str(uuid.UUID(bytes=self._digest()[:16], version=4))

    def word(self, length: int = 10) -> str:
        """Letters and digits, at most 32 characters: the look of link ids and tokens."""
        return "".join(_ALPHABET[byte % len(_ALPHABET)] for byte in self._digest()[:length])

    def _digest(self) -> bytes:
        self.count += 1
        return hashlib.sha256(f"{self._seed}:{self.count}".encode()).digest()
