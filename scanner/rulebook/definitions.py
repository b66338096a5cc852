"""What rules share: a list or a macro a file, named for the file, in a folder `_shared`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from scanner.document import Document, read_document
from scanner.errors import ConfigurationError, Problem
from scanner.rulebook.hash_lists import fill_in

MOST_DEFINITIONS = 1_000
LARGEST_FILE = 1024**2
"""Bytes of one file; a list may be longer than a rule."""
_REMEDY = "Write one of them: `list` for values, `macro` for conditions."


class Kind(StrEnum):
    """What a definition stands for; also the keys of its file and of its use."""

    LIST = "list"
    """Values of a condition."""
    MACRO = "macro"
    """Conditions, as in `match`."""


@dataclass(frozen=True, slots=True)
class Definition:
    """One file, of the right shape."""

    name: str
    kind: Kind
    path: Path
    document: Document

    @property
    def value(self) -> Any:
        return self.document.value[self.kind.value]


@dataclass(frozen=True, slots=True)
class Shared:
    """All definitions, which every rule may use."""

    definitions: Mapping[str, Definition] = field(default_factory=dict)
    broken: frozenset[str] = frozenset()
    """Names whose definition is wrong. That has been said once, and is not said again of each use."""


NOTHING_SHARED = Shared()


def read_definitions(files: Sequence[Path], problems: list[Problem]) -> Shared:
    """What stands in these files; `problems` gets all that is wrong with each by itself."""
    definitions: dict[str, Definition] = {}
    first: dict[str, Path] = {}
    broken: set[str] = set()
    if len(files) > MOST_DEFINITIONS:
        problems.append(Problem(str(files[0].parent), f"there are more than {MOST_DEFINITIONS} lists and macros"))
    for path in files[:MOST_DEFINITIONS]:
        name = path.stem
        if name in first:
            what = f"the name {name} is taken by {first[name]}"
            problems.append(Problem(str(path), what, "Give each list and macro a name of its own."))
            continue
        first[name] = path
        try:
            definitions[name] = _read(path)
        except ConfigurationError as error:
            problems += error.problems
            broken.add(name)
    return Shared(definitions, frozenset(broken))


def _read(path: Path) -> Definition:
    document = read_document(path, LARGEST_FILE)
    problems = list(_misshapen(document, path.stem))
    if not problems:
        kind = next(kind for kind in Kind if kind.value in document.value)
        problems += fill_in(document, path.parent, (kind.value,))
    if problems:
        raise ConfigurationError(problems)
    return Definition(path.stem, kind, path, document)


def _misshapen(document: Document, name: str) -> Iterator[Problem]:
    if not re.fullmatch("[a-z0-9]+(-[a-z0-9]+)*", name) or len(name) > 64:
        what = "its name must be lower-case words joined by hyphens, at most 64 characters"
        yield Problem(document.name, what, "Rename it, as in office-extensions.yaml.")
    if not isinstance(document.value, dict):
        yield Problem(document.where(()), "must be a mapping with the key list or macro", _REMEDY)
        return
    for key in document.value:
        if key not in (*Kind, "why"):
            yield Problem(document.where((key,)), f"{key}: unknown key", "Known here: list, macro, why.")
    if sum(kind.value in document.value for kind in Kind) != 1:
        yield Problem(document.where(()), "must have either list or macro", _REMEDY)
        return
    why = document.value.get("why", "")
    if not isinstance(why, str) or len(why) > 5_000:
        yield Problem(document.where(("why",)), "why: must be text of at most 5000 characters")
    for kind, shape, words in ((Kind.LIST, list, "a list of values"), (Kind.MACRO, dict, "a mapping of conditions")):
        value = document.value.get(kind.value, None)
        if kind.value in document.value and (not isinstance(value, shape) or not value):
            yield Problem(document.where((kind.value,)), f"{kind.value}: must be {words}, and not empty", _REMEDY)
