"""Settings from environment variables: SCANNER__SECTION__KEY, a number picks an item of a list.

Texts are taken as they are; what stands in [ ] or { } is read as YAML.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from scanner.document import Document, Loc, parse_document
from scanner.errors import ConfigurationError, Problem

PREFIX = "SCANNER__"
Origins = dict[Loc, str]
"""Which variable gave which value, whole sections and what is in them included."""


def lay_over(value: dict[str, Any], environ: Mapping[str, str]) -> tuple[Origins, list[Problem]]:
    """Put the variables' values into `value`, which is changed. What does not fit into it becomes a problem."""
    origins: Origins = {}
    problems: list[Problem] = []
    for name in sorted(key for key in environ if key.startswith(PREFIX)):
        loc = _loc(name)
        try:
            leaf = _read(name, environ[name])
            _put(value, loc, leaf.value)
        except ConfigurationError as error:
            problems += [replace(problem, where=label(name)) for problem in error.problems]
        except LookupError as error:
            problems.append(Problem(label(name), str(error.args[0]), "Compare it with `scanner config schema`."))
        else:
            origins |= {loc + inner: name for inner in leaf.lines}
    return origins, problems


def label(name: str) -> str:
    """How a variable is named in a problem. Its value is never shown."""
    return f"environment variable {name}"


def _loc(name: str) -> Loc:
    parts = name.removeprefix(PREFIX).split("__")
    return tuple(int(part) if part.isascii() and part.isdigit() else part.lower() for part in parts)


def _read(name: str, text: str) -> Document:
    # Not so an address, [::1]:9464.
    if text[:1] + text.rstrip()[-1:] in ("[]", "{}"):
        return parse_document(text, label(name))
    return Document(label(name), text, {(): 1})


def _put(value: Any, loc: Loc, leaf: object) -> None:
    """Raises LookupError with a sentence where the way to the leaf leads through something else."""
    for index, part in enumerate(loc):
        if isinstance(value, list):
            if not isinstance(part, int) or part >= len(value):
                raise LookupError(f"the settings file has no item {part} there, but {len(value)} items")
        elif not isinstance(value, dict) or isinstance(part, int) or not part:
            raise LookupError("does not name a setting")
        if index == len(loc) - 1:
            value[part] = leaf
        else:
            value = value.setdefault(part, {}) if isinstance(value, dict) else value[part]
