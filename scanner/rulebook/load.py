"""Rule files to a rulebook, or every problem of every file at once.

A file that cannot be understood is never left out: a rulebook without it would look complete.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from scanner.document import Document, read_document, validation_problems
from scanner.errors import ConfigurationError, Problem
from scanner.rulebook.definitions import NOTHING_SHARED, Definition, Shared
from scanner.rulebook.expansion import USED, Budget, Expanded, expand
from scanner.rulebook.hash_lists import fill_in
from scanner.rulebook.rule import Rule, Rulebook, rulebook_of
from scanner.rulebook.rule_files import find_rule_files
from scanner.rulebook.shared import read_shared, unused

MOST_RULES = 10_000
LARGEST_FILE = 256 * 1024
"""Bytes of one rule file."""
CONDITIONS = ("match", "exceptions")
"""The keys of a rule below which lists and macros may stand."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What stands in the files of a rulebook."""

    rules: dict[Path, Rule]
    unused: tuple[Definition, ...]
    """Lists and macros below these paths that none of these rules uses."""


def load_rulebook(paths: Sequence[Path]) -> Rulebook:
    """All rules of these files and folders. Raises ConfigurationError with every problem found."""
    return rulebook_of(load_rules(paths).values())


def load_rules(paths: Sequence[Path]) -> dict[Path, Rule]:
    """The rules by their files. Raises ConfigurationError with every problem found."""
    return load_all(paths).rules


def load_all(paths: Sequence[Path]) -> Loaded:
    """The rules by their files, and what of their lists and macros they do not use. Raises ConfigurationError with
    every problem found."""
    found = find_rule_files(paths)
    problems = found.problems
    shared = read_shared(found.shared, problems)
    budget, used = Budget(), set[str]()
    rules: dict[Path, Rule] = {}
    for file in found.rules[:MOST_RULES]:
        try:
            rules[file], expanded = _load(file, shared, budget)
            used |= expanded.used
        except ConfigurationError as error:
            problems += error.problems
    if len(found.rules) > MOST_RULES:
        problems.append(Problem(str(paths[0]), f"there are more than {MOST_RULES} rules", "Use fewer."))
    problems += _same_ids(rules)
    if problems:
        raise ConfigurationError(list(_each_once(problems)))
    inside = [one for one in unused(shared, used) if any(one.path.is_relative_to(path) for path in paths)]
    return Loaded(rules, tuple(inside))


def load_rule(path: Path, shared: Shared = NOTHING_SHARED) -> Rule:
    """The rule of one file. Raises ConfigurationError with every problem of the file."""
    return _load(path, shared, Budget())[0]


def _load(path: Path, shared: Shared, budget: Budget) -> tuple[Rule, Expanded]:
    document = read_document(path, LARGEST_FILE)
    if not isinstance(document.value, dict):
        raise ConfigurationError(
            [Problem(document.where(()), "a rule must be a mapping of keys", "See docs/rules.md.")]
        )
    expanded = expand(document, CONDITIONS, shared, budget)
    problems = [*_misnamed(document, path), *expanded.problems, *fill_in(expanded, path.parent, CONDITIONS)]
    try:
        rule = Rule.model_validate(expanded.value)
    except ValidationError as error:
        problems += validation_problems(error, expanded, model=Rule, silent=expanded.silent)
        raise ConfigurationError(sorted(problems, key=_line)) from error
    if problems:
        raise ConfigurationError(problems)
    return rule, expanded


def _misnamed(document: Document, path: Path) -> list[Problem]:
    written = document.value.get("id")
    if not isinstance(written, str) or written == path.stem:
        return []
    what = f"id: differs from the file's name, {path.name}"
    return [Problem(document.where(("id",)), what, "Name the file for its id: <id>.yaml.")]


def _line(problem: Problem) -> int:
    line = problem.where.rpartition(":")[2]
    return int(line) if line.isdecimal() else 0


def _same_ids(rules: dict[Path, Rule]) -> Iterator[Problem]:
    first: dict[str, Path] = {}
    for file, rule in rules.items():
        if rule.id in first:
            yield Problem(str(file), f"id: {rule.id} is taken by {first[rule.id]}", "Give each rule an id of its own.")
        first.setdefault(rule.id, file)


def _each_once(problems: Sequence[Problem]) -> Iterator[Problem]:
    """A value that is wrong in a list that many rules use is told of the first of them."""
    seen: set[tuple[str, str]] = set()
    for problem in problems:
        written, used, _ = problem.where.partition(USED)
        if not used or (written, problem.what) not in seen:
            seen.add((written, problem.what))
            yield problem
