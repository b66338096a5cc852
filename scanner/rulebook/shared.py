"""The lists and macros of a rulebook, checked as a whole: once, and not again in each rule that uses them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from pydantic import BaseModel, ValidationError

from scanner.document import dotted, validation_problems
from scanner.errors import Problem
from scanner.rulebook.definitions import Definition, Kind, Shared, read_definitions
from scanner.rulebook.expansion import Expanded, Use, expand, fault, uses
from scanner.rulebook.match import Match, MemberMatch

MOST_NESTED = 10
"""Definitions in definitions."""
MOST_NAMED = 10_000
"""How often definitions may name others, each counted once in each."""


def read_shared(files: Sequence[Path], problems: list[Problem]) -> Shared:
    """All definitions of these files; `problems` gets what is wrong with them, each thing once."""
    shared = read_definitions(files, problems)
    named = {name: _uses_in(one) for name, one in shared.definitions.items()}
    if sum(map(len, named.values())) > MOST_NAMED:
        what = f"lists and macros name each other more than {MOST_NAMED} times"
        problems.append(Problem(str(files[0].parent), what, "Write some of them out."))
        return Shared(shared.definitions, frozenset(shared.definitions) | shared.broken)
    graph = _Graph({name: frozenset(by_name) for name, by_name in named.items()})
    wrong = set(shared.broken)
    for name, definition in shared.definitions.items():
        found = [one for use in named[name].values() for one in _misused(use, definition, shared, graph)]
        problems += found
        wrong |= {name} if found else set()
    checked = Shared(shared.definitions, graph.leading_to(wrong))
    # The inner ones first: what is wrong with them is not said again of those that name them.
    for name in sorted(shared.definitions, key=graph.levels.__getitem__):
        if name not in checked.broken and _is_senseless(shared.definitions[name], checked, problems):
            wrong.add(name)
            checked = Shared(shared.definitions, graph.leading_to(wrong))
    return checked


def unused(shared: Shared, used: set[str]) -> tuple[Definition, ...]:
    """Definitions that are not among the names used."""
    return tuple(one for name, one in shared.definitions.items() if name not in used)


def _uses_in(definition: Definition) -> dict[object, Use]:
    """By name; of several that name the same, the first. What is no name stands for itself."""
    found: dict[object, Use] = {}
    for use in uses(definition.value, (definition.kind.value,)):
        found.setdefault(use.name if isinstance(use.name, str) and use.alone else use.loc, use)
    return found


class _Graph:
    """Which definition names which."""

    def __init__(self, named: Mapping[str, frozenset[object]]) -> None:
        self._named = named
        self._reached: dict[str, frozenset[object]] = {}
        self.levels = dict.fromkeys(named, 1)
        """How many definitions lie in each other, this one included; counted up to one more than may."""
        for _ in range(MOST_NESTED):
            self.levels = {
                name: 1 + max((self.levels.get(str(inner), 0) for inner in inners), default=0)
                for name, inners in named.items()
            }

    def reached(self, name: str) -> frozenset[object]:
        """The name, and all that lie in what it stands for."""
        if name not in self._reached:
            reached, waiting = set[object](), list[object]([name])
            while waiting:
                one = waiting.pop()
                if one not in reached:
                    reached.add(one)
                    waiting += self._named.get(str(one), ())
            self._reached[name] = frozenset(reached)
        return self._reached[name]

    def leading_to(self, names: set[str]) -> frozenset[str]:
        """These, and all that name them, be it by way of others."""
        return frozenset(names) | {name for name in self._named if not self.reached(name).isdisjoint(names)}


def _misused(use: Use, definition: Definition, shared: Shared, graph: _Graph) -> Iterator[Problem]:
    where = definition.document.where(use.loc)
    wrong = fault(use, shared)
    if wrong is not None:
        yield Problem(where, *wrong)
        return
    name = str(use.name)
    if definition.name in graph.reached(name):
        by_way = "" if name == definition.name else f", by way of {name}"
        what = f"{dotted(use.loc)}: {definition.name} would stand for itself{by_way}"
        yield Problem(where, what, "Write out one of them.")
    elif graph.levels.get(name, 0) >= MOST_NESTED:
        what = f"{dotted(use.loc)}: lists and macros are nested more than {MOST_NESTED} deep"
        yield Problem(where, what, "Write some of them out.")


def _is_senseless(definition: Definition, shared: Shared, problems: list[Problem]) -> bool:
    """A macro must be conditions by itself. What a list is worth shows only in a condition."""
    if definition.kind is not Kind.MACRO:
        return False
    expanded = expand(definition.document, (Kind.MACRO.value,), shared)
    found = list(expanded.problems)
    if not found:
        # One that speaks of members alone is as good; a use in the wrong place is told at that place.
        attempts = [_refusals(expanded, model) for model in (Match, MemberMatch)]
        found = [] if [] in attempts else attempts[0]
    problems += found
    return bool(found)


def _refusals(expanded: Expanded, model: type[BaseModel]) -> list[Problem]:
    try:
        model.model_validate(expanded.value[Kind.MACRO.value])
    except ValidationError as error:
        return validation_problems(error, expanded, (Kind.MACRO.value,), model=model)
    return []
