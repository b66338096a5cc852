"""A taker-apart that only writes down what it is told."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from scanner.files.kind import HEAD, mime_of
from scanner.inspection.unpack.opening import Enough, Source, Told
from scanner.model import Unchecked, Unscannable
from scanner.rulebook.anatomy import Trait


@dataclass
class Record:
    """What was told, in order; stops an opener, as the taker-apart does, after `most` bytes."""

    passwords: tuple[str, ...] = ()
    most: int = field(default=100_000_000, compare=False)
    members: list[tuple[str, bytes]] = field(default_factory=list)
    locks: list[tuple[str, int]] = field(default_factory=list)
    traits: set[Trait] = field(default_factory=set)
    texts: list[str] = field(default_factory=list)
    gaps: list[Unscannable | Unchecked] = field(default_factory=list)
    details: list[str] = field(default_factory=list)
    text_gaps: list[Unscannable] = field(default_factory=list)

    def member(self, name: str, content: Iterable[bytes]) -> None:
        data = b"".join(content)
        self._count(len(data))
        self.members.append((name, data))

    def locked(self, name: str, size: int) -> None:
        self.locks.append((name, size))

    def trait(self, trait: Trait) -> None:
        self.traits.add(trait)

    def text(self, piece: str) -> None:
        self._count(len(piece.encode()))
        self.texts.append(piece)

    def incomplete(self, reason: Unscannable | Unchecked, detail: str) -> None:
        self.gaps.append(reason)
        self.details.append(detail)

    def incomplete_text(self, reason: Unscannable, detail: str) -> None:
        self.text_gaps.append(reason)

    @property
    def all_text(self) -> str:
        return "".join(self.texts)

    def _count(self, size: int) -> None:
        self.most -= size
        if self.most < 0:
            raise Enough


def told_of(
    opener: Callable[[Source, Told], None],
    content: bytes,
    *,
    name: str = "",
    passwords: tuple[str, ...] = (),
    most: int = 100_000_000,
) -> Record:
    """What an opener tells of a content; Enough ends it quietly, as in the taker-apart."""
    record = Record(passwords, most)
    try:
        opener(source_of(content, name), record)
    except Enough:
        pass
    return record


def source_of(content: bytes, name: str = "") -> Source:
    mime = mime_of(content[:HEAD])
    assert isinstance(mime, str)
    return Source(name, mime, content[:HEAD], len(content), io.BytesIO(content))


def survives(opener: Callable[[Source, Told], None], content: bytes, *, passwords: tuple[str, ...] = ()) -> Record:
    """The same of a damaged content, of which an opener may also say that it is damaged."""
    try:
        return told_of(opener, content, passwords=passwords)
    except (OSError, ValueError):
        return Record()
