"""The conditions on what lies in a content. `member`, which holds conditions itself, stands in `match`."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any

from pydantic import StrictBool

from scanner.rulebook.anatomy import Trait
from scanner.rulebook.conditions import Condition, Numbers
from scanner.rulebook.insides import Insides
from scanner.rulebook.known import Known
from scanner.rulebook.questions import Ask, Cost, Search
from scanner.rulebook.values import Bounds, OneOrMore, WrittenCount, WrittenNumbers, number_bounds

NOTHING_INSIDE = Insides()
TRAITS = {
    Trait.ENCRYPTED: "a part of it needs a password that is not known",
    Trait.MACRO: "code in an office document",
    Trait.AUTO_EXEC_MACRO: "code that runs when the document is opened or closed",
    Trait.EXTERNAL_TEMPLATE: "a template or frame that a document loads from elsewhere when it is opened",
    Trait.OLE_PACKAGE: "a file put into a document as an object to be clicked",
    Trait.PDF_JAVASCRIPT: "a script in a PDF",
    Trait.PDF_LAUNCH: "an action of a PDF that starts a program",
    Trait.PDF_EMBEDDED_FILE: "a file in a PDF",
    Trait.SHORTCUT: "a Windows shortcut (.lnk)",
    Trait.HTML_SMUGGLING: "a page that makes a file of data inside it and hands that to the reader",
}
"""The words of `has`, and what they mean."""


def insides(known: Known) -> Insides | None:
    """What lies in the content; None where nobody has looked."""
    return NOTHING_INSIDE if known.facts.hollow else known.told(Ask.INSIDES, Insides)


class Container(Condition[Any]):
    """On a content taken apart."""

    cost = Cost.UNPACK
    asks = (Ask.INSIDES,)

    def holds(self, known: Known) -> bool | None:
        inside = insides(known)
        return None if inside is None else self.holds_of(inside, known)

    def holds_of(self, inside: Insides, known: Known) -> bool | None:
        raise NotImplementedError

    def open_questions(self, known: Known) -> Iterator[Ask | Search]:
        return iter(()) if known.facts.hollow else super().open_questions(known)


class Number(Container):
    """A range of numbers, of which only so much is certain where not everything could be opened."""

    root: WrittenNumbers
    written = Numbers.written

    @cached_property
    def bounds(self) -> Bounds:
        return number_bounds(self.root)

    def number(self, inside: Insides, known: Known) -> float:
        raise NotImplementedError

    def holds_of(self, inside: Insides, known: Known) -> bool | None:
        number = self.number(inside, known)
        return number in self.bounds if inside.gap is None else self.bounds.settled_by(number)


class Members(Number):
    """So many members lie in it, at any depth."""

    root: WrittenCount

    def number(self, inside: Insides, known: Known) -> float:
        return inside.count


class Depth(Number):
    """Containers lie in each other so deep: 0 is no container, 1 is one with plain files."""

    root: WrittenCount

    def number(self, inside: Insides, known: Known) -> float:
        return inside.depth


class Ratio(Number):
    """Opened once, it becomes so many times as large."""

    def number(self, inside: Insides, known: Known) -> float:
        return inside.unpacked / max(known.facts.size, 1)


class Encrypted(Container):
    """A part of it needs a password that is not known (`true`), or none does (`false`)."""

    root: StrictBool
    written = "`true`, `false`"

    def holds_of(self, inside: Insides, known: Known) -> bool | None:
        if Trait.ENCRYPTED in inside.traits:
            return self.root
        return not self.root if inside.gap is None else None


class Has(Container):
    """It, or something in it, has one of these traits."""

    root: OneOrMore[Trait]
    written = "traits"

    def holds_of(self, inside: Insides, known: Known) -> bool | None:
        if not inside.traits.isdisjoint(self.root):
            return True
        return False if inside.gap is None else None


class HasItself(Condition[OneOrMore[Trait]]):
    """It has one of these traits itself."""

    written = "traits"

    def holds(self, known: Known) -> bool | None:
        member = known.member
        assert member is not None, "a condition of members"
        if not member.traits.isdisjoint(self.root):
            return True
        inside = known.told(Ask.INSIDES, Insides)
        return False if inside is not None and inside.gap is None else None
