"""YAML written by people, read with suspicion: every key's line is kept, every problem is reported at once.

Duplicate keys are errors (PyYAML keeps the last without a word), anchors, aliases and tags are refused (they make bombs
and types nobody expects), and size, depth and count have ceilings. JSON is valid input, being YAML.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Collection, Hashable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, get_args

import yaml
from pydantic import BaseModel, RootModel, ValidationError

from scanner.errors import ConfigurationError, Problem

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 40
MAX_NODES = 50_000

# Where libyaml is there it reads, in a tenth of the time. PyYAML reads what that refuses, for the messages, and what
# holds what it lets pass (tabs, and what stands behind a second byte order mark) or crashes on (half a character).
_COMPOSER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NOT_FOR_LIBYAML = re.compile("[\t\ufeff\ud800-\udfff]")

_KEY = "[key]"
"""What pydantic calls a key that is none, behind the key itself."""

Loc = tuple[int | str, ...]
"""The way to a value: keys of mappings and positions in lists."""


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
    name = str(path)
    try:
        with path.open("rb") as file:
            raw = file.read(max_bytes + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "no valid path"
        raise _refused(name, f"cannot be read: {reason}", "Check the path and its rights.") from error
    if len(raw) > max_bytes:
        raise _refused(name, f"is larger than {max_bytes} bytes", "Split it.")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise _refused(f"{name}:{line}", "is not UTF-8", "Save it as UTF-8.") from error
    return parse_document(text, name)


def parse_document(text: str, name: str) -> Document:
    """Raises ConfigurationError with all problems found: syntax, duplicate keys, aliases, tags, depth."""
    text = _without_tabs(text)
    try:
        _refuse(text, name)
        node = yaml.compose(text, Loader=_COMPOSER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"{name}:{mark.line + 1}" if mark else name
        raise _refused(where, f"is not valid YAML: {error.problem or error.context}") from error
    except yaml.reader.ReaderError as error:
        raise _refused(name, f"holds a character that YAML does not allow, at position {error.position}") from error
    if node is None:
        return Document(name, None, {(): 1})
    builder = _Builder(name)
    value = builder.build(node, ())
    if builder.problems:
        raise ConfigurationError(builder.problems)
    return Document(name, value, builder.lines)


class Places(Protocol):
    """Says where a value was written."""

    def where(self, loc: Loc) -> str: ...


def validation_problems(
    error: ValidationError,
    places: Places,
    prefix: Loc = (),
    *,
    model: type[BaseModel] | None = None,
    silent: Collection[Loc] = (),
) -> list[Problem]:
    """A pydantic error as problems with file and line, in plain words and without the values.

    With the model that was filled, an unknown key comes with the nearest known one. `silent`: places of which
    everything has been said already.
    """
    problems = []
    for item in error.errors(include_url=False, include_input=False):
        loc = prefix + tuple(part for part in item["loc"] if part != _KEY)
        if silent and any(loc[:end] in silent for end in range(len(loc) + 1)):
            continue
        what = f"{dotted(loc)}: {_plain(item['type'], item['msg'])}"
        unknown = item["type"] == "extra_forbidden" and model is not None
        problems.append(Problem(places.where(loc), what, _nearest_key(model, item["loc"]) if unknown else ""))
    return problems


_PLAIN = {
    "extra_forbidden": "unknown key",
    "missing": "is required",
    "list_type": "must be a list",
    "tuple_type": "must be a list",
    "model_type": "must be a mapping of keys",
    "dict_type": "must be a mapping of keys",
    "string_type": "must be text",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "too_short": "must not be empty",
}


def _plain(kind: str, message: str) -> str:
    if kind in _PLAIN:
        return _PLAIN[kind]
    for opening in ("Value error, ", "Assertion failed, "):
        message = message.removeprefix(opening)
    return message.replace("Input should be", "must be").replace("Input should", "must")


def _nearest_key(model: type[BaseModel] | None, loc: Loc) -> str:
    known = _known_keys(model, loc[:-1])
    near = difflib.get_close_matches(str(loc[-1]), known, n=1)
    if near:
        return f"Did you mean {near[0]}?"
    return f"Known here: {', '.join(known)}." if known else ""


def _known_keys(model: object, loc: Loc) -> list[str]:
    """The keys of the model at the end of a way through models, lists and options; empty where it leads elsewhere."""
    for part in loc:
        if isinstance(part, str):
            fields = {field.alias or name: field for name, field in getattr(model, "model_fields", {}).items()}
            model = _inner(fields[part].annotation) if part in fields else None
    return [field.alias or name for name, field in getattr(model, "model_fields", {}).items()]


def _inner(annotation: object) -> object:
    """The first model of keys within an annotation."""
    if isinstance(annotation, type) and issubclass(annotation, RootModel):
        return _inner(annotation.model_fields["root"].annotation)
    if getattr(annotation, "model_fields", None) is not None:
        return annotation
    return next((model for model in map(_inner, get_args(annotation)) if model is not None), None)


def dotted(loc: Loc) -> str:
    """`domains[0].name`"""
    text = ""
    for part in loc:
        text += f"[{part}]" if isinstance(part, int) else ("." if text else "") + part
    return text or "the document"


def _refused(where: str, what: str, remedy: str = "") -> ConfigurationError:
    return ConfigurationError([Problem(where, what, remedy)])


def _without_tabs(text: str) -> str:
    """JSON may be indented with tabs, which YAML does not allow; inside its strings a tab cannot stand as it is."""
    if "\t" not in text or not text.lstrip().startswith(("{", "[")):
        return text
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return text
    return text.replace("\t", " ")


def _refuse(text: str, name: str) -> None:
    """Raises yaml.YAMLError for what is not YAML, ConfigurationError for too much of it."""
    if _NOT_FOR_LIBYAML.search(text) is None:
        try:
            _refuse_excess(text, name, _COMPOSER)
        except yaml.YAMLError:
            pass
        else:
            return
    _refuse_excess(text, name, yaml.SafeLoader)


def _refuse_excess(text: str, name: str, reader: Any) -> None:
    """Walk the events first: they come one by one, so that a bomb is refused before anything is built of it."""
    depth = 0
    for count, event in enumerate(yaml.parse(text, Loader=reader)):
        where = f"{name}:{_line(event)}"
        if getattr(event, "anchor", None):
            raise _refused(where, "anchors and aliases are not allowed", "Write the value out.")
        if getattr(event, "tag", None):
            raise _refused(where, "tags (!) are not allowed", "Put a text that begins with ! in quotes.")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            raise _refused(where, f"is nested more than {MAX_DEPTH} deep")
        if count > MAX_NODES:
            raise _refused(where, f"has more than {MAX_NODES} values", "Split the file.")


class _Builder:
    """Values and lines of a composed document; collects problems instead of stopping at the first."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.lines: dict[Loc, int] = {}
        self.problems: list[Problem] = []
        self._scalars = yaml.SafeLoader("")

    def build(self, node: yaml.Node, loc: Loc) -> Any:
        self.lines[loc] = _line(node)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, loc)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(item, (*loc, index)) for index, item in enumerate(node.value)]
        return self._scalar(node)

    def _mapping(self, node: yaml.MappingNode, loc: Loc) -> dict[Hashable, Any]:
        built: dict[Hashable, Any] = {}
        for key_node, value_node in node.value:
            key = self._key(key_node)
            if key is None:
                continue
            if key in built:
                first = self.lines[(*loc, key)]
                what = f"{dotted((*loc, key))}: key appears twice (first on line {first})"
                self._problem(key_node, what, "Remove one.")
                continue
            built[key] = self.build(value_node, (*loc, key))
            self.lines[(*loc, key)] = _line(key_node)
        return built

    def _key(self, node: yaml.Node) -> str | None:
        if isinstance(node, yaml.ScalarNode) and node.tag == yaml.resolver.BaseResolver.DEFAULT_SCALAR_TAG:
            return str(node.value)
        self._problem(node, "keys must be text", "Put the key in quotes.")
        return None

    def _scalar(self, node: yaml.Node) -> Any:
        try:
            return self._scalars.construct_object(node, deep=True)
        except (yaml.YAMLError, ValueError):
            # The reason is not repeated: it may hold the value.
            self._problem(node, "value not understood", "Put it in quotes if it is a text.")
            return None

    def _problem(self, node: yaml.Node, what: str, remedy: str) -> None:
        self.problems.append(Problem(f"{self.name}:{_line(node)}", what, remedy))


def _line(part: yaml.Node | yaml.Event) -> int:
    mark = part.start_mark
    return mark.line + 1 if mark is not None else 1
