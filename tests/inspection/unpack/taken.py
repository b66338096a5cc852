"""What the real sandbox makes of a content, as values to be compared."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from scanner.inspection.unpack.unpacked import Unpacked
from scanner.inspection.unpack.unpacker import Unpacker
from scanner.model import Gap, Unchecked, Unscannable
from scanner.rulebook.anatomy import Anatomy, Trait
from tests.contents import content_of, spool_in

PASSWORDS = ("first", "secret")


@dataclass(frozen=True)
class Taken:
    members: dict[str, bytes | None] = field(default_factory=dict)
    """By place; None for what could not be taken out."""
    traits: frozenset[Trait] = frozenset()
    """Of all."""
    text: str = ""
    """Of all, joined."""
    gap: Unscannable | Unchecked | None = None


@contextmanager
def apart_of(unpacker: Unpacker, content: bytes, name: str = "") -> Iterator[Unpacked]:
    spooled = content_of(content, spool_in(Path(tempfile.gettempdir())))
    try:
        with unpacker.unpack(spooled, name) as apart:
            yield apart
    finally:
        spooled.close()


def take_apart(unpacker: Unpacker, content: bytes, name: str = "") -> Taken:
    with apart_of(unpacker, content, name) as apart:
        anatomy = apart.anatomy
        members = {
            member.place: None if member.content is None else b"".join(apart.member_content(member).chunks())
            for member in anatomy.members
        }
        spans = [span for span in (anatomy.text, *(member.text for member in anatomy.members)) if span is not None]
        text = b"".join(b"".join(apart.text_content(span).chunks()) for span in spans).decode()
        return Taken(members, anatomy.all_traits, text, anatomy.gap and anatomy.gap.reason)


def anatomy_of(unpacker: Unpacker, content: bytes, name: str = "") -> Anatomy:
    with apart_of(unpacker, content, name) as apart:
        return apart.anatomy


def gap_of(unpacker: Unpacker, content: bytes, name: str = "") -> Gap | None:
    return anatomy_of(unpacker, content, name).gap
