"""YAML written by people, read with suspicion: every key's line is kept, every problem is reported at once.

Duplicate keys are errors (PyYAML keeps the last without a word), anchors and aliases are refused (they make bombs), and
size, depth and node count have ceilings. JSON is valid input, being YAML.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from scanner.errors import ConfigurationError, Problem

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 40
MAX_NODES = 50_000

Loc = tuple[int | str, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """The values of one file and the line each came from."""

    name: str
    value: Any
    lines: dict[Loc, int] = field(repr=False)

    def where(self, loc: Loc) -> str:
        """`file:line` of a value, or of the nearest thing around it."""
        for end in range(len(loc), -1, -1):
            if loc[:end] in self.lines:
                return f"{self.name}:{self.lines[loc[:end]]}"
        return self.name


def read_document(path: Path, max_bytes: int = MAX_BYTES) -> Document:
    """Raises ConfigurationError for a file that cannot be read or is not one YAML document."""
    try:
        with path.open("rb") as file:
            raw = file.read(max_bytes + 1)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ConfigurationError(
            [Problem(str(path), f"cannot be read: {reason}", "Check the path and its rights.")]
        ) from error
    if len(raw) > max_bytes:
        raise ConfigurationError([Problem(str(path), f"is larger than {max_bytes} bytes", "Split it.")])
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ConfigurationError(
            [Problem(str(path), f"is not UTF-8 (byte {error.start})", "Save it as UTF-8.")]
        ) from error
    return parse_document(text, str(path))


def parse_document(text: str, name: str) -> Document:
    """Raises ConfigurationError with all problems found: syntax, duplicate keys, aliases, depth."""
    try:
        _refuse_excess(text, name)
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"{name}:{mark.line + 1}" if mark else name
        raise ConfigurationError([Problem(where, f"is not valid YAML: {error.problem}")]) from error
    except yaml.YAMLError as error:
        raise ConfigurationError([Problem(name, f"is not valid YAML: {str(error).splitlines()[0]}")]) from error
    if node is None:
        return Document(name, None, {(): 1})
    builder = _Builder(name)
    value = builder.build(node, ())
    if builder.problems:
        raise ConfigurationError(builder.problems)
    return Document(name, value, builder.lines)


def validation_problems(error: ValidationError, document: Document, prefix: Loc = ()) -> list[Problem]:
    """A pydantic error as problems with file and line; unknown keys and the like in plain words."""
    return [
        Problem(
            document.where(prefix + item["loc"]),
            f"{_dotted(prefix + item['loc'])}: {_plain(item['type'], item['msg'])}",
        )
        for item in error.errors(include_url=False, include_input=False)
    ]


def _plain(kind: str, message: str) -> str:
    if kind == "extra_forbidden":
        return "unknown key"
    if kind == "missing":
        return "is required"
    return message.removeprefix("Value error, ").removeprefix("Assertion failed, ")


def _dotted(loc: Loc) -> str:
    text = ""
    for part in loc:
        text += f"[{part}]" if isinstance(part, int) else ("." if text else "") + part
    return text or "the document"


def _refuse_excess(text: str, name: str) -> None:
    """Walk the events first: they come one by one, so that a bomb is refused before anything is built of it."""
    depth = nodes = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        line = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise ConfigurationError(
                [Problem(f"{name}:{line}", "anchors and aliases are not allowed", "Write the value out.")]
            )
        nodes += 1
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH or nodes > MAX_NODES:
            raise ConfigurationError([Problem(f"{name}:{line}", "is nested too deeply or has too many values")])


class _Builder:
    def __init__(self, name: str) -> None:
        self.name = name
        self.lines: dict[Loc, int] = {}
        self.problems: list[Problem] = []
        self._scalars = yaml.SafeLoader("")

    def build(self, node: yaml.Node, loc: Loc) -> Any:
        self.lines[loc] = node.start_mark.line + 1
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, loc)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(item, (*loc, index)) for index, item in enumerate(node.value)]
        return self._scalar(node)

    def _mapping(self, node: yaml.MappingNode, loc: Loc) -> dict[Hashable, Any]:
        built: dict[Hashable, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            key = self._scalar(key_node) if isinstance(key_node, yaml.ScalarNode) else None
            if not isinstance(key, str):
                self.problems.append(Problem(f"{self.name}:{line}", "keys must be text", "Put the key in quotes."))
                continue
            if key in built:
                first = self.lines[(*loc, key)]
                self.problems.append(
                    Problem(
                        f"{self.name}:{line}",
                        f"{_dotted((*loc, key))}: key appears twice (first on line {first})",
                        "Remove one.",
                    )
                )
                continue
            built[key] = self.build(value_node, (*loc, key))
            self.lines[(*loc, key)] = line
        return built

    def _scalar(self, node: yaml.Node) -> Any:
        try:
            value = self._scalars.construct_object(node, deep=True)  # type: ignore[no-untyped-call]
        except (yaml.YAMLError, ValueError) as error:
            self.problems.append(Problem(f"{self.name}:{node.start_mark.line + 1}", f"value not understood: {error}"))
            return None
        return value
