"""docs/logs.md names each event of the log with its levels and fields, and none that no code writes."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from scanner.inspection.selftest.examination import Outcome

ROOT = Path(__file__).parents[1]
LEVELS = {"debug", "info", "warning", "error", "exception", "critical"}
EVENT = re.compile(r"[a-z]+\.[a-z_]+")
ROW = re.compile(r"^\| `([a-z]+\.[a-z_]+)` \| ([a-z, ]+) \| [^|]+ \| ([^|]+) \|$", re.MULTILINE)
IN_THE_LINE = {"exc_info": "exception"}
MADE_AT_RUN_TIME = {"selftest.finished": {one.value for one in Outcome}, "step.recorded": {"error", "path"}}
"""Fields whose names no call has as keywords. Of the details of steps the page names those that matter most."""


@dataclass
class Line:
    """What is told under one name, from wherever it is told."""

    levels: set[str] = field(default_factory=set)
    fields: set[str] = field(default_factory=set)


@cache
def written() -> dict[str, Line]:
    """By the code."""
    lines: dict[str, Line] = defaultdict(Line)
    for path in sorted((ROOT / "scanner").rglob("*.py")):
        text = path.read_text()
        if "structlog.get_logger(" in text:
            for function in functions(ast.parse(text)):
                for call, event in tellings(function):
                    lines[event].levels |= levels_of(call, function)
                    lines[event].fields |= fields_of(call, function) | MADE_AT_RUN_TIME.get(event, set())
    return dict(lines)


def functions(tree: ast.Module) -> Iterator[ast.AST]:
    """The outermost ones, for each call to be found once."""
    for node in tree.body:
        for one in node.body if isinstance(node, ast.ClassDef) else (node,):
            if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef):
                yield one


def tellings(function: ast.AST) -> Iterator[tuple[ast.Call, str]]:
    """Each call whose first argument is the name of an event."""
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and node.args:
            first = node.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str) and EVENT.fullmatch(first.value):
                if not ast.unparse(node.func)[0].isupper():  # a Problem, which begins with the name of a setting
                    yield node, first.value
            elif is_level(node.func) and not isinstance(first, ast.Constant):
                raise AssertionError(f"the name of an event is no literal: {ast.unparse(node)}")


def is_level(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and ast.unparse(node.value) == "log" and node.attr in LEVELS


def levels_of(call: ast.Call, function: ast.AST) -> set[str]:
    """Of `log.info(…)`; of `level(…)` where `level` was chosen before; of `tell(…, log.info)`."""
    places: list[ast.AST] = [call.func, *call.args]
    if isinstance(call.func, ast.Name):
        places += assigned(call.func.id, function)
    return {
        node.attr for place in places for node in ast.walk(place) if isinstance(node, ast.Attribute) and is_level(node)
    }


def fields_of(call: ast.Call, function: ast.AST) -> set[str]:
    """Keywords; of a `**mapping` the keys, where it is written down in the same function."""
    found = {IN_THE_LINE.get(one.arg, one.arg) for one in call.keywords if one.arg}
    for one in call.keywords:
        if one.arg is None and isinstance(one.value, ast.Name):
            maps = [value for value in assigned(one.value.id, function) if isinstance(value, ast.Dict)]
            found |= {key.value for each in maps for key in each.keys if isinstance(key, ast.Constant)}
    if ast.unparse(call.func) == "self._tell":
        found.add("domain")
    return found


def assigned(name: str, function: ast.AST) -> list[ast.expr]:
    return [
        node.value
        for node in ast.walk(function)
        if isinstance(node, ast.Assign) and any(isinstance(one, ast.Name) and one.id == name for one in node.targets)
    ]


def documented() -> dict[str, Line]:
    """By the page: a row for each event, whose fields stand in front of their meanings, with `; ` between them."""
    rows = ROW.findall((ROOT / "docs" / "logs.md").read_text())
    assert len({event for event, _, _ in rows}) == len(rows)
    return {
        event: Line(
            set(levels.split(", ")), {found[1] for part in fields.split("; ") if (found := re.match(r"`(\w+)`", part))}
        )
        for event, levels, fields in rows
    }


def test_the_page_has_each_event_with_its_levels_and_fields_and_no_other() -> None:
    code, page = written(), documented()

    assert {event: line for event, line in page.items() if code.get(event) != line} == {}
    assert set(code) - set(page) == set()
    assert len(code) > 60


def test_each_line_has_a_level() -> None:
    assert [event for event, line in written().items() if not line.levels] == []
