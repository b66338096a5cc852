"""Suppressions as files: an operator's decisions that findings do not count, each with a reason, an author and an end.

What they do to a verdict is `judge.suppression`'s business; here they are read, or refused with every problem at once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError, model_validator

from scanner.document import read_document, validation_problems
from scanner.errors import ConfigurationError, Problem
from scanner.rulebook.globs import GlobSet
from scanner.rulebook.match import Written
from scanner.rulebook.rule_files import yaml_files
from scanner.rulebook.texts import Id, Line
from scanner.rulebook.until import Until
from scanner.rulebook.values import Digests, Globs, OneOrMore, PathGlobs

MOST_FILES = 1_000
MOST_SUPPRESSIONS = 10_000
LARGEST_FILE = 1024**2
"""Bytes of one file."""


def _narrow(probes: tuple[str, ...], advice: str) -> AfterValidator:
    """Refuses globs that match whatever they are asked: one slip must not blind the scanner."""

    def check(globs: tuple[str, ...]) -> tuple[str, ...]:
        known = GlobSet(globs)
        if all(known.matches(probe) for probe in probes):
            raise ValueError(f"holds for everything; {advice}")
        return globs

    return AfterValidator(check)


_SIGNATURES = _narrow(("q", "qz.7-x", "qz.8.xy-9"), "name signatures, or a family of them, as in PUA.Win.Packer.*")
_PATHS = _narrow(("/qz", "/qz/7x", "/qz/7x/8.y"), "name a folder, as in /Shared/Tools/**")


class Suppression(BaseModel):
    """What is written of one. It names findings (rule or signature) and files (content, path, or both)."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    name: Id
    """Stands in verdicts and in the ledger; unique."""
    rule: Written[OneOrMore[Id]] = None
    """Ids of rules."""
    signature: Written[Annotated[Globs, _SIGNATURES]] = None
    """Of what an engine names as malware."""
    sha256: Written[Digests] = None
    """The content; somebody has looked at all of it."""
    path: Written[Annotated[PathGlobs, _PATHS]] = None
    """The whole path, name included."""
    reason: Line
    author: Line
    until: Until
    """The last day on which it holds, in UTC."""

    @model_validator(mode="after")
    def _says_what_and_where(self) -> Suppression:
        if self.rule is None and self.signature is None:
            raise ValueError("says of no finding that it does not count; write rule or signature")
        if self.sha256 is None and self.path is None:
            raise ValueError("says of no file where that holds; write sha256 or path")
        return self

    @cached_property
    def signatures(self) -> GlobSet | None:
        return GlobSet(self.signature) if self.signature else None

    @cached_property
    def paths(self) -> GlobSet | None:
        return GlobSet(self.path) if self.path else None


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    suppressions: tuple[Suppression, ...]
    """May be empty: the last one of a file can be removed like any other."""


@dataclass(frozen=True, slots=True)
class Suppressions:
    """All suppressions on file, in the order of their names; never changed once made."""

    all: tuple[Suppression, ...] = ()
    digest: str = ""
    """SHA-256 over all of them; empty where there is none."""


NO_SUPPRESSIONS = Suppressions()


@dataclass(slots=True)
class SuppressionsInForce:
    """Those of a running service; swapped as a whole between two verdicts."""

    now: Suppressions = NO_SUPPRESSIONS


def load_suppressions(paths: Sequence[Path]) -> Suppressions:
    """All suppressions of these files and folders. Raises ConfigurationError with every problem found."""
    problems: list[Problem] = []
    files = list(dict.fromkeys(yaml_files(paths, problems, "suppressions.paths", "files of suppressions")))
    if len(files) > MOST_FILES:
        problems.append(Problem(str(paths[0]), f"there are more than {MOST_FILES} files", "Use fewer."))
    placed: list[tuple[str, Suppression]] = []
    for file in files[:MOST_FILES]:
        try:
            placed += _read(file)
        except ConfigurationError as error:
            problems += error.problems
    problems += _same_names(placed)
    if len(placed) > MOST_SUPPRESSIONS:
        problems.append(Problem(str(paths[0]), f"there are more than {MOST_SUPPRESSIONS} suppressions", "Use fewer."))
    if problems:
        raise ConfigurationError(problems)
    return suppressions_of([one for _, one in placed])


def suppressions_of(suppressions: Sequence[Suppression]) -> Suppressions:
    """Their names must differ."""
    ordered = tuple(sorted(suppressions, key=lambda one: one.name))
    digest = hashlib.sha256()
    for one in ordered:
        digest.update(one.model_dump_json(exclude_unset=True).encode() + b"\n")
    return Suppressions(ordered, digest.hexdigest() if ordered else "")


def _read(path: Path) -> Iterator[tuple[str, Suppression]]:
    document = read_document(path, LARGEST_FILE)
    if not isinstance(document.value, dict):
        what = "must be a mapping with the key suppressions"
        raise ConfigurationError([Problem(document.where(()), what, "See docs/suppressions.md.")])
    try:
        file = _File.model_validate(document.value)
    except ValidationError as error:
        raise ConfigurationError(validation_problems(error, document, model=_File)) from error
    for index, one in enumerate(file.suppressions):
        yield document.where(("suppressions", index, "name")), one


def _same_names(placed: Sequence[tuple[str, Suppression]]) -> Iterator[Problem]:
    first: dict[str, str] = {}
    for where, one in placed:
        if one.name in first:
            what = f"name: {one.name} is taken ({first[one.name]})"
            yield Problem(where, what, "Give each suppression a name of its own.")
        first.setdefault(one.name, where)
