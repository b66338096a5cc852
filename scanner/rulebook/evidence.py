"""Where in a content the ground for a rule lies, for people to find it. Pure; holds nothing of the content but what is
masked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from scanner.rulebook.conditions import Condition
from scanner.rulebook.content_conditions import Scanned, Text
from scanner.rulebook.deciding import No, Part, decide
from scanner.rulebook.known import Known
from scanner.rulebook.match import Member


@dataclass(frozen=True, slots=True, order=True)
class Evidence:
    """The first of several comes first in order: what lies in the content itself, then members in their order."""

    member: int = -1
    """Position; -1 is the content itself."""
    taken_out: bool = False
    """The offset is one in the text taken out of it."""
    offset: int = -1
    """-1 is nowhere in particular."""
    place: str = ""
    """Of the member."""
    excerpt: str = ""
    """Masked."""

    def __str__(self) -> str:
        byte = f"byte {self.offset}{' of its text' if self.taken_out else ''}" if self.offset >= 0 else ""
        return ", ".join(part for part in (self.place, byte) if part)


def evidence(part: Part, known: Known) -> Evidence | None:
    """The first thing that a part which holds rests on; None where it rests on nothing that has a place."""
    return min(_each(part, known), default=None)


def _each(part: Part, known: Known) -> Iterator[Evidence]:
    if isinstance(part, No):
        return
    if isinstance(part, Member):
        yield from _in_members(part, known)
    elif isinstance(part, Text):
        for search, tally in part.found(known):
            yield Evidence(-1, search.taken_out, -1 if tally.offset is None else tally.offset, "", tally.excerpt)
    elif isinstance(part, Scanned):
        for match in part.matches(known):
            if match.offset is not None:
                yield Evidence(offset=match.offset)
    elif not isinstance(part, Condition):
        for inner in part.parts:
            if decide(inner, known):
                yield from _each(inner, known)


def _in_members(condition: Member, known: Known) -> Iterator[Evidence]:
    """Of the first member that will do."""
    for one in known.inside():
        if one.member is not None and decide(condition.root, one):
            found = evidence(condition.root, one) or Evidence()
            yield replace(found, member=one.member.index, place=one.member.place)
            return
