"""Lists and macros in a rule are replaced by what they stand for, before the rule is read.

So everything that follows sees one rule as if it had been written out: validation, the digest, lint. Each value keeps
the place where it was written, and the place it is used at.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from scanner.document import MAX_DEPTH, Document, Loc, dotted
from scanner.errors import Problem
from scanner.rulebook.definitions import Definition, Kind, Shared
from scanner.settings.units import shown

MOST_IN_ONE = 50_000
"""Values that lists and macros may stand for in one rule."""
MOST_IN_ALL = 500_000
"""The same in all rules together: a rule of a hundred bytes may stand for MOST_IN_ONE."""
USED = ", used in "
"""Between the place of a definition and the place of its use."""


@dataclass(slots=True)
class Budget:
    """Values that may still be put in; shared by all rules that are loaded together."""

    left: int = MOST_IN_ALL


@dataclass(slots=True)
class Expanded:
    """A document written out. Where nothing is used, it is the document as it was."""

    document: Document
    value: Any
    places: dict[Loc, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    silent: set[Loc] = field(default_factory=set)
    """Where something stands for what could not be put in: nothing else is to be said of that place."""
    used: set[str] = field(default_factory=set)
    """The names that were put in, also those inside other definitions."""

    def where(self, loc: Loc) -> str:
        for end in range(len(loc), -1, -1):
            if loc[:end] in self.places:
                return self.places[loc[:end]]
        return self.document.where(loc)


@dataclass(frozen=True, slots=True)
class Use:
    """A list or macro that is named somewhere."""

    kind: Kind
    name: object
    """As written; text if it is right."""
    loc: Loc
    alone: bool
    """Whether nothing stands beside it that cannot."""


def expand(document: Document, keys: tuple[str, ...], shared: Shared, budget: Budget | None = None) -> Expanded:
    """What stands below these keys of the document, written out. Nothing is changed in the document. `shared` must have
    been checked: a definition that leads back to itself must be among its broken ones."""
    expanded = Expanded(document, document.value)
    if any(True for key in keys for _ in uses(document.value.get(key), (key,))):
        writer = _Writer(expanded, shared, budget or Budget())
        expanded.value = {
            key: writer.write(inner, _Origin(document, (key,)), (key,)) if key in keys else inner
            for key, inner in document.value.items()
        }
    return expanded


def uses(value: Any, loc: Loc) -> Iterator[Use]:
    """All lists and macros that are named in a value, at any depth."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key in (Kind.LIST, Kind.MACRO):
                yield _use(value, Kind(key), (*loc, key))
            else:
                yield from uses(inner, (*loc, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from uses(inner, (*loc, index))


def _use(mapping: dict[Any, Any], kind: Kind, loc: Loc) -> Use:
    return Use(kind, mapping[kind.value], loc, alone=kind is Kind.MACRO or len(mapping) == 1)


def fault(use: Use, shared: Shared) -> tuple[str, str] | None:
    """What is wrong with naming it, and what to do."""
    what = dotted(use.loc)
    if not isinstance(use.name, str):
        return f"{what}: must be the name of one {use.kind}", f"Write {{{use.kind}: name}}, for _shared/name.yaml."
    if not use.alone:
        return f"{what}: stands beside other keys", f"Write {{{use.kind}: {use.name}}} alone."
    known = shared.definitions.get(use.name)
    if known is None:
        if use.name in shared.broken:
            return None
        near = difflib.get_close_matches(use.name, shared.definitions, n=1)
        hint = f"Did you mean {near[0]}?" if near else f"Write it as _shared/{use.name}.yaml, with the key {use.kind}."
        return f"{what}: there is no {use.kind} {shown(use.name)}", hint
    if known.kind is not use.kind:
        what += f": {use.name} is a {known.kind}, not a {use.kind} ({known.document.where((known.kind.value,))})"
        return what, f"Write {{{known.kind}: {use.name}}} where a {known.kind} belongs."
    return None


@dataclass(frozen=True, slots=True)
class _Origin:
    """Where a value was written, and through which uses it came."""

    document: Document
    loc: Loc
    used: str = ""
    within: tuple[str, ...] = ()

    def at(self, part: int | str) -> _Origin:
        return _Origin(self.document, (*self.loc, part), self.used, self.within)

    def into(self, definition: Definition) -> _Origin:
        used = f"{USED}{self.place}"
        return _Origin(definition.document, (definition.kind.value,), used, (*self.within, definition.name))

    @property
    def place(self) -> str:
        return self.document.where(self.loc) + self.used


class _Writer:
    """Writes one document out; its problems, places and names go into `expanded`."""

    def __init__(self, expanded: Expanded, shared: Shared, budget: Budget) -> None:
        self._out = expanded
        self._shared = shared
        self._budget = budget
        self._left = MOST_IN_ONE
        self._full = False

    def write(self, value: Any, origin: _Origin, loc: Loc) -> Any:
        self._out.places[loc] = origin.place
        if not self._has_room(origin, loc):
            self._out.silent.add(loc)
            return None
        if isinstance(value, dict):
            if Kind.LIST.value in value:
                return self._values(value, origin, loc, 0, hole=loc)
            return self._mapping(value, origin, loc)
        return self._items(value, origin, loc, 0) if isinstance(value, list) else value

    def _mapping(self, value: dict[str, Any], origin: _Origin, loc: Loc) -> Any:
        macro = Kind.MACRO.value
        written = {key: self.write(one, origin.at(key), (*loc, key)) for key, one in value.items() if key != macro}
        if macro not in value:
            return written
        use = _use(value, Kind.MACRO, (*origin.loc, macro))
        if not written:
            return self._conditions(use, origin, loc)
        # Beside other conditions it is one more that must hold: the last of `all`.
        self._out.places.setdefault((*loc, "all"), origin.at(macro).place)
        every = written.setdefault("all", [])
        if isinstance(every, list):
            every.append(self._conditions(use, origin.at(macro), (*loc, "all", len(every))))
        return written

    def _conditions(self, use: Use, origin: _Origin, loc: Loc) -> Any:
        definition = self._named(use, origin, loc)
        return {} if definition is None else self.write(definition.value, origin.into(definition), loc)

    def _items(self, values: list[Any], origin: _Origin, loc: Loc, first: int) -> list[Any]:
        """A list within a list is spliced in: its values are values of the outer one."""
        written: list[Any] = []
        for index, value in enumerate(values):
            here, place = origin.at(index), first + len(written)
            if isinstance(value, dict) and Kind.LIST.value in value:
                written += self._values(value, here, loc, place, hole=(*loc, place))
            else:
                written.append(self.write(value, here, (*loc, place)))
        return written

    def _values(self, value: dict[str, Any], origin: _Origin, loc: Loc, first: int, hole: Loc) -> list[Any]:
        definition = self._named(_use(value, Kind.LIST, (*origin.loc, Kind.LIST.value)), origin, hole)
        if definition is None or self._full:
            return [None]
        inside = origin.into(definition)
        if hole == loc:
            self._out.places[loc] = inside.place
        return self._items(definition.value, inside, loc, first)

    def _named(self, use: Use, origin: _Origin, hole: Loc) -> Definition | None:
        wrong = fault(use, self._shared)
        if wrong is not None:
            self._out.problems.append(Problem(origin.document.where(use.loc), *wrong))
        name = use.name if isinstance(use.name, str) else ""
        if wrong is not None or name in self._shared.broken:
            self._out.silent.add(hole)
            return None
        self._out.used.add(name)
        return self._shared.definitions[name]

    def _has_room(self, origin: _Origin, loc: Loc) -> bool:
        if not origin.within:
            return True
        self._left -= 1
        self._budget.left -= 1
        if self._left >= 0 and self._budget.left >= 0 and len(loc) <= MAX_DEPTH:
            return True
        if not self._full:
            self._full = True
            self._out.problems.append(self._excess(origin, loc))
        return False

    def _excess(self, origin: _Origin, loc: Loc) -> Problem:
        if len(loc) > MAX_DEPTH:
            return Problem(origin.place, f"{dotted(loc[:4])}: is nested more than {MAX_DEPTH} deep with its macros")
        if self._left < 0:
            what = f"its lists and macros stand for more than {MOST_IN_ONE} values"
        else:
            what = f"the lists and macros of all rules together stand for more than {MOST_IN_ALL} values"
        return Problem(self._out.document.where(()), what, "Use shorter ones.")
