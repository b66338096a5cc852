"""Which files hold rules, and which hold what rules share. What may be one but is not named like one is a problem."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from scanner.errors import Problem

SHARED = "_shared"
"""A folder of this name holds lists and macros, no rules."""
ENDINGS = (".yaml", ".yml")
"""In capitals too, of what is meant to be YAML; only `.yaml` is read."""


@dataclass(slots=True)
class RuleFiles:
    """Each file once, in a stable order."""

    rules: list[Path] = field(default_factory=list)
    shared: list[Path] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def find_rule_files(paths: Sequence[Path]) -> RuleFiles:
    """All YAML files in these folders, and these files. Below `rules/_shared`, or beside what was given, are the lists
    and macros: a family, or one rule, is read with those of the rulebook around it."""
    found = RuleFiles()
    seen: set[Path] = set()
    seen_shared: set[str] = set()
    for path in paths:
        for file in _below(path, found.problems, "rules.paths"):
            shared = file if SHARED in file.parent.parts[len(path.parent.parts) :] else None
            if shared is not None:
                _once(shared, seen_shared, found)
            elif _is_misnamed(file):
                found.problems.append(_misnamed(file, "rule files"))
            elif file not in seen:
                seen.add(file)
                found.rules.append(file)
        for folder in shared_beside(path):
            for file in _walk(folder, found.problems):
                _once(file, seen_shared, found)
    return found


def yaml_files(paths: Sequence[Path], problems: list[Problem], setting: str, what: str) -> Iterator[Path]:
    """All YAML files in these folders, and these files, for another setting that names such: `what` they are."""
    for path in paths:
        for file in _below(path, problems, setting):
            if _is_misnamed(file):
                problems.append(_misnamed(file, what))
            else:
                yield file


def _is_misnamed(file: Path) -> bool:
    """Left out in silence, it would look as if it were in force."""
    return file.suffix != ".yaml" and file.suffix.lower() in ENDINGS


def _misnamed(file: Path, what: str) -> Problem:
    return Problem(str(file), f"is not read: {what} end in .yaml", "Rename it.")


def shared_beside(path: Path) -> tuple[Path, ...]:
    """The folders of lists and macros around a family, or around one rule, that is given alone."""
    around = (path.parent, path.parent.parent) if path.is_file() else (path.parent,)
    return tuple(folder / SHARED for folder in dict.fromkeys(around) if (folder / SHARED).is_dir())


def _once(file: Path, seen: set[str], found: RuleFiles) -> None:
    # By its real place: the same folder may be reached from several paths, each written in its own way.
    real = os.path.realpath(file)
    if real in seen:
        return
    seen.add(real)
    if _is_misnamed(file):
        found.problems.append(_misnamed(file, "rule files"))
    elif file.suffix == ".yaml":
        found.shared.append(file)


def _below(path: Path, problems: list[Problem], setting: str) -> Iterator[Path]:
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "no valid path"
        problems.append(Problem(str(path), f"cannot be read: {reason}", f"Check {setting}."))
        return
    if stat.S_ISDIR(mode):
        yield from _walk(path, problems)
    elif stat.S_ISREG(mode):
        yield path
    else:
        problems.append(Problem(str(path), "is neither a file nor a folder", f"Check {setting}."))


def _walk(path: Path, problems: list[Problem]) -> Iterator[Path]:
    for folder, names in folders_below(path, problems):
        for name in sorted(names):
            file = Path(folder, name)
            if file.suffix.lower() in ENDINGS and not name.startswith("."):
                yield from _regular(file, problems)


def folders_below(path: Path, problems: list[Problem]) -> Iterator[tuple[str, list[str]]]:
    """Each folder with the names of its files. Links are followed, each folder once: in a mounted ConfigMap every
    folder is one. Hidden folders are passed over: there they hold a second copy of everything."""

    def unreadable(error: OSError) -> None:
        problems.append(Problem(str(error.filename), f"cannot be read: {error.strerror}", "Check its rights."))

    seen = {os.path.realpath(path)}
    for folder, folders, names in os.walk(path, onerror=unreadable, followlinks=True):
        wanted = []
        for name in sorted(folders):
            real = os.path.realpath(Path(folder, name))
            if not name.startswith(".") and real not in seen:
                seen.add(real)
                wanted.append(name)
        folders[:] = wanted
        yield folder, names


def _regular(file: Path, problems: list[Problem]) -> Iterator[Path]:
    if file.is_file():
        yield file
    else:
        problems.append(Problem(str(file), "is not a file that can be read", "Remove it, or mend the link."))
