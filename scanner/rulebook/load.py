"""Rule files to a rulebook, or every problem of every file at once.

A file that cannot be understood is never left out: a rulebook without it would look complete.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from pydantic import ValidationError

from scanner.document import Document, read_document, validation_problems
from scanner.errors import ConfigurationError, Problem
from scanner.rulebook.hash_lists import fill_in
from scanner.rulebook.rule import Rule, Rulebook, rulebook_of

MOST_RULES = 10_000
LARGEST_FILE = 256 * 1024
"""Bytes of one rule file."""


def load_rulebook(paths: Sequence[Path]) -> Rulebook:
    """All rules of these files and folders. Raises ConfigurationError with every problem found."""
    return rulebook_of(load_rules(paths).values())


def load_rules(paths: Sequence[Path]) -> dict[Path, Rule]:
    """The rules by their files. Raises ConfigurationError with every problem found."""
    problems: list[Problem] = []
    files = list(_files(paths, problems))
    rules: dict[Path, Rule] = {}
    for file in files[:MOST_RULES]:
        try:
            rules[file] = load_rule(file)
        except ConfigurationError as error:
            problems += error.problems
    if len(files) > MOST_RULES:
        problems.append(Problem(str(paths[0]), f"there are more than {MOST_RULES} rules", "Use fewer."))
    problems += _same_ids(rules)
    if problems:
        raise ConfigurationError(problems)
    return rules


def load_rule(path: Path) -> Rule:
    """The rule of one file. Raises ConfigurationError with every problem of the file."""
    document = read_document(path, LARGEST_FILE)
    if not isinstance(document.value, dict):
        raise ConfigurationError(
            [Problem(document.where(()), "a rule must be a mapping of keys", "See docs/rules.md.")]
        )
    problems = [*_misnamed(document, path), *fill_in(document, path.parent)]
    try:
        rule = Rule.model_validate(document.value)
    except ValidationError as error:
        problems += validation_problems(error, document, model=Rule)
        raise ConfigurationError(sorted(problems, key=_line)) from error
    if problems:
        raise ConfigurationError(problems)
    return rule


def _misnamed(document: Document, path: Path) -> list[Problem]:
    written = document.value.get("id")
    if not isinstance(written, str) or written == path.stem:
        return []
    what = f"id: differs from the file's name, {path.name}"
    return [Problem(document.where(("id",)), what, "Name the file for its id: <id>.yaml.")]


def _line(problem: Problem) -> int:
    line = problem.where.rpartition(":")[2]
    return int(line) if line.isdecimal() else 0


def _files(paths: Sequence[Path], problems: list[Problem]) -> Iterator[Path]:
    """Each file once, in a stable order. What may be a rule but is not named like one is a problem, not left out."""
    seen: set[Path] = set()
    for path in paths:
        for file in _below(path, problems):
            if file.suffix == ".yml":
                problems.append(Problem(str(file), "is not read: rule files end in .yaml", "Rename it."))
            elif file not in seen:
                seen.add(file)
                yield file


def _below(path: Path, problems: list[Problem]) -> Iterator[Path]:
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "no valid path"
        problems.append(Problem(str(path), f"cannot be read: {reason}", "Check rules.paths."))
        return
    if stat.S_ISDIR(mode):
        yield from _walk(path, problems)
    elif stat.S_ISREG(mode):
        yield path
    else:
        problems.append(Problem(str(path), "is neither a file nor a folder", "Check rules.paths."))


def _walk(path: Path, problems: list[Problem]) -> Iterator[Path]:
    """Hidden folders are passed over: in a mounted ConfigMap they hold a second copy of everything."""

    def unreadable(error: OSError) -> None:
        problems.append(Problem(str(error.filename), f"cannot be read: {error.strerror}", "Check its rights."))

    for folder, folders, names in os.walk(path, onerror=unreadable):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            file = Path(folder, name)
            if file.suffix in (".yaml", ".yml") and not name.startswith("."):
                yield from _regular(file, problems)


def _regular(file: Path, problems: list[Problem]) -> Iterator[Path]:
    if file.is_file():
        yield file
    else:
        problems.append(Problem(str(file), "is not a file that can be read", "Remove it, or mend the link."))


def _same_ids(rules: dict[Path, Rule]) -> Iterator[Problem]:
    first: dict[str, Path] = {}
    for file, rule in rules.items():
        if rule.id in first:
            yield Problem(str(file), f"id: {rule.id} is taken by {first[rule.id]}", "Give each rule an id of its own.")
        first.setdefault(rule.id, file)
