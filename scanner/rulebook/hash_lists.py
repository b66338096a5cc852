"""Lists of digests beside a rule: `sha256: {file: known-bad.txt}` becomes the digests, before the rule is read.

So the rulebook's digest covers what stands in the list, and deciding touches no file.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from scanner.document import Loc, Places, dotted
from scanner.errors import Problem
from scanner.rulebook.values import MOST_VALUES

LARGEST_LIST = 1024**2
"""Bytes of one list."""


def fill_in(document: Written, folder: Path, keys: Sequence[str] = ("match",)) -> list[Problem]:
    """Put the digests of every list named below these keys in its place, in the document itself. Returns what is
    wrong."""
    return [one for key in keys for one in _visit(document.value.get(key), (key,), document, folder)]


class Written(Places, Protocol):
    """What somebody wrote, and where."""

    @property
    def value(self) -> Any: ...


def _visit(value: Any, loc: Loc, document: Places, folder: Path) -> list[Problem]:
    problems = []
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        if key == "sha256" and isinstance(inner, dict) and "list" not in inner:
            value[key], found = _read(inner, document.where((*loc, key)), dotted((*loc, key)), folder)
            problems += found
        else:
            problems += _visit(inner, (*loc, key), document, folder)
    return problems


_PLACEHOLDER = ["0" * 64]
"""Stands where a list could not be read, so that nothing else is said of that place."""


def _read(written: dict[str, Any], where: str, key: str, folder: Path) -> tuple[list[str], list[Problem]]:
    name = written.get("file")
    if set(written) != {"file"} or not isinstance(name, str) or not name or Path(name).name != name or "\0" in name:
        remedy = "Write {file: known-bad.txt}, for a file beside the rule."
        return _PLACEHOLDER, [Problem(where, f"{key}: is neither digests nor the name of a list", remedy)]
    path = folder / name
    if not path.is_file():
        return _PLACEHOLDER, [Problem(where, f"{key}: there is no file {name}", "Put it beside the rule.")]
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_LIST + 1)
    except OSError as error:
        what = f"{key}: {name} cannot be read: {error.strerror}"
        return _PLACEHOLDER, [Problem(where, what, "Check its rights.")]
    lines = {n: line.partition(b"#")[0].strip() for n, line in enumerate(content.splitlines(), start=1)}
    digests = {n: line for n, line in lines.items() if line}
    if len(content) > LARGEST_LIST or not 1 <= len(digests) <= MOST_VALUES:
        return _PLACEHOLDER, [Problem(where, f"{key}: {name} does not have 1 to {MOST_VALUES} digests")]
    wrong = [n for n, line in digests.items() if not re.fullmatch(rb"[0-9a-fA-F]{64}", line)]
    if wrong:
        return _PLACEHOLDER, [_no_digest(path, n) for n in wrong]
    return [line.decode("ascii") for line in digests.values()], []


def _no_digest(path: Path, line: int) -> Problem:
    return Problem(f"{path}:{line}", "is no SHA-256", "Write 64 hexadecimal digits a line.")
