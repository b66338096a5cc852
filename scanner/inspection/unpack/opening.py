"""Between the taker-apart and the openers: what an opener is given, and what it tells. Runs inside the sandbox.

An opener knows one format. It reads what it is given, hands on what lies inside, and says what it could not open; the
taker-apart counts, limits, stores, identifies and opens what was handed on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from scanner.inspection.marks import LOOKED_THROUGH
from scanner.model import Unchecked, Unscannable
from scanner.rulebook.anatomy import Trait


@dataclass(frozen=True, slots=True)
class Source:
    """One content to open."""

    name: str
    """File name; may be empty or meaningless."""
    mime: str
    """As libmagic sees its first 64 KiB."""
    head: bytes
    """The first 64 KiB."""
    size: int
    file: BinaryIO
    """At its beginning, seekable, for reading only."""

    def read_at(self, offset: int, length: int) -> bytes:
        """So many bytes; fewer at the end."""
        self.file.seek(offset)
        return self.file.read(length)

    def beginning(self) -> bytes:
        """As much as is looked through for what stands within another content; all of a shorter one."""
        return self.head if self.size == len(self.head) else self.read_at(0, LOOKED_THROUGH)


class Told(Protocol):
    """What an opener tells. Each call may raise Enough, which an opener lets pass: a limit of the whole is reached."""

    def member(self, name: str, content: Iterable[bytes]) -> None:
        """Something lies inside. `name` as it is written there, folders included; hostile names are welcome. The
        content is read at once, in pieces, and no further than the limits go."""
        ...

    def locked(self, name: str, size: int) -> None:
        """Something lies inside that needs a password; its size as the directory says it."""
        ...

    def trait(self, trait: Trait) -> None: ...

    def text(self, piece: str) -> None:
        """Text taken out of it; pieces are joined as they are."""
        ...

    def incomplete(self, reason: Unscannable | Unchecked, detail: str) -> None:
        """Something in it could not be looked at. The opener goes on with the rest."""
        ...

    def incomplete_text(self, reason: Unscannable, detail: str) -> None:
        """Its text was not taken out as a whole; what lies inside it does not depend on that."""
        ...

    @property
    def passwords(self) -> tuple[str, ...]:
        """To be tried on what is encrypted, in this order."""
        ...


BEHIND = "behind its end"
"""Name of a member: what stands behind the end of an archive, where whoever opened the whole need not have looked."""


class Enough(Exception):
    """A limit of the whole is reached; nothing more is opened."""


class TooMuch(ValueError):
    """A limit of one opener's, not damage."""


Opener = Callable[[Source, Told], None]
"""Raises Enough (from `Told`), TooMuch, and OSError or ValueError for what is damaged: the last two become
`incomplete(limits)` and `incomplete(corrupt)`."""
