"""YARA files beside the rules: found and read, each for itself. What one says is for yara-x (`inspection.yara`).

A file that cannot be used is never passed over in silence, and never stops the rest: it is disabled, with the reason.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from scanner.errors import Problem
from scanner.rulebook.rule_files import folders_below

SUFFIXES = (".yar", ".yara")
"""In capitals, too."""
MOST_FILES = 2_000
LARGEST_FILE = 16 * 1024**2
"""Bytes of one file; the largest public collection, in one file, has 12 MiB."""
LARGEST_TOTAL = 32 * 1024**2
"""Bytes of all files together."""


class Ground(StrEnum):
    """Why a file is disabled. A closed list: these are metric labels."""

    ERROR = "error"
    """yara-x does not understand it, or it asks for something that is not allowed."""
    UNUSABLE = "unusable"
    """It cannot be read, is no text, too large, or one too many."""
    COST = "cost"
    """Compiling it takes too long or too much memory."""


@dataclass(frozen=True, slots=True)
class YaraFile:
    """One file as it was read."""

    path: Path
    namespace: str
    """Its place below the folder of rules, without suffix: `malware/webshells`."""
    source: str


@dataclass(frozen=True, slots=True)
class DisabledFile:
    """A file whose rules are not in force. Its rules' names are unknown."""

    path: Path
    namespace: str
    ground: Ground
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class YaraFiles:
    """All files found, in the order of their namespaces."""

    files: tuple[YaraFile, ...]
    disabled: tuple[DisabledFile, ...]
    digest: str
    """SHA-256 over namespaces and contents of all files, the disabled ones too; empty where there is none."""


def read_yara_files(paths: Sequence[Path]) -> YaraFiles:
    """All YARA files in these folders, and beside these files. Raises nothing: what is wrong is in `disabled`."""
    reading = _Reading()
    for path, namespace in sorted(_found(paths, reading), key=lambda pair: (pair[1], str(pair[0]))):
        reading.take(path, namespace)
    return YaraFiles(tuple(reading.files), tuple(reading.disabled), reading.digest())


def _found(paths: Sequence[Path], reading: _Reading) -> Iterator[tuple[Path, str]]:
    seen: set[str] = set()
    for path in paths:
        for file, root in _below(path, reading):
            real = os.path.realpath(file)
            if real not in seen:
                seen.add(real)
                yield file, file.relative_to(root).with_suffix("").as_posix()


def _below(path: Path, reading: _Reading) -> Iterator[tuple[Path, Path]]:
    """Files, each with the folder that its namespace begins below. What is no path at all, the loader of rules says."""
    if path.is_dir():
        yield from ((file, path) for file in _walk(path, reading))
    elif path.is_file():
        # As if the rulebook around it had been given: rules/<family>/<rule-id>.yaml
        family = path.absolute().parent
        beside = [path.absolute()] if path.suffix.lower() in SUFFIXES else sorted(family.iterdir())
        yield from ((file, family.parent) for file in beside if _named_as_yara(file.name))


def _walk(path: Path, reading: _Reading) -> Iterator[Path]:
    """Linked folders too, hidden ones not: as with rules."""
    problems: list[Problem] = []
    for folder, names in folders_below(path, problems):
        yield from (Path(folder, name) for name in sorted(names) if _named_as_yara(name))
    for problem in problems:
        reading.disable(Path(problem.where), "", problem)


def _named_as_yara(name: str) -> bool:
    return name.lower().endswith(SUFFIXES) and not name.startswith(".")


class _Reading:
    """Files one after the other, within the limits on all of them."""

    def __init__(self) -> None:
        self.files: list[YaraFile] = []
        self.disabled: list[DisabledFile] = []
        self._digest = hashlib.sha256()
        self._count = 0
        self._total = 0
        self._taken: dict[str, Path] = {}

    def digest(self) -> str:
        return self._digest.hexdigest() if self._count else ""

    def take(self, path: Path, namespace: str) -> None:
        """Read a file, or disable it."""
        self._count += 1
        read = _read(path) if self._count <= MOST_FILES else _too_many(path)
        content = read if isinstance(read, bytes) else read.what.encode(errors="surrogateescape")
        for part in (namespace.encode(errors="surrogateescape"), content):
            self._digest.update(hashlib.sha256(part).digest())
        problem = read if isinstance(read, Problem) else self._unusable(path, namespace, read)
        if problem is not None:
            self.disable(path, namespace, problem)
            return
        self._taken[namespace] = path
        self._total += len(content)
        self.files.append(YaraFile(path, namespace, content.decode("utf-8-sig")))

    def disable(self, path: Path, namespace: str, problem: Problem) -> None:
        self.disabled.append(DisabledFile(path, namespace, Ground.UNUSABLE, (problem,)))

    def _unusable(self, path: Path, namespace: str, content: bytes) -> Problem | None:
        if namespace in self._taken:
            what = f"its namespace {namespace} is taken by {self._taken[namespace]}"
            return Problem(str(path), what, "Rename one of the two.")
        if self._total + len(content) > LARGEST_TOTAL:
            what = f"with it the YARA files have more than {LARGEST_TOTAL // 1024**2} MiB together"
            return Problem(str(path), what, "Use fewer.")
        try:
            namespace.encode()
            content.decode()
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            return Problem(f"{path}:{line}", "is not UTF-8", "Save it as UTF-8, or write the byte as \\x in a string.")
        except UnicodeEncodeError:
            return Problem(repr(str(path)), "its name is not UTF-8", "Rename it.")
        return None


def _read(path: Path) -> bytes | Problem:
    if not path.is_file():
        return Problem(str(path), "is not a file that can be read", "Remove it, or mend the link.")
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
    except OSError as error:
        return Problem(str(path), f"cannot be read: {error.strerror}", "Check its rights.")
    if len(content) > LARGEST_FILE:
        return Problem(str(path), f"is larger than {LARGEST_FILE // 1024**2} MiB", "Split it.")
    return content


def _too_many(path: Path) -> Problem:
    return Problem(str(path), f"there are more than {MOST_FILES} YARA files", "Use fewer.")
