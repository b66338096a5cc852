"""The table of the chart's values, from helm/values.yaml: what stands above a key after `# --` is its meaning."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

VALUES = Path(__file__).parent.parent / "helm" / "values.yaml"
_KEY = re.compile(r"( *)([A-Za-z][A-Za-z0-9]*):")
_MEANING = re.compile(r" *# -- (.*)")
_FURTHER = re.compile(r" *# (.*)")


@dataclass(frozen=True, slots=True)
class Value:
    """A documented key, with all that is below it."""

    path: tuple[str, ...]
    meaning: str
    default: Any


def chart_values_table() -> str:
    """Every documented value with its default and meaning."""
    rows = [f"| `{'.'.join(one.path)}` | {_shown(one.default)} | {one.meaning} |" for one in chart_values()]
    return "\n".join(["| value | default | meaning |", "| --- | --- | --- |", *rows])


def chart_values(file: Path = VALUES) -> list[Value]:
    """In the order of the file."""
    text = file.read_text(encoding="utf-8")
    defaults = yaml.safe_load(text)
    return [Value(path, meaning, _at(defaults, path)) for path, meaning in _documented(text.splitlines())]


def _documented(lines: list[str]) -> Iterator[tuple[tuple[str, ...], str]]:
    path: list[str] = []
    words: list[str] = []
    for line in lines:
        meaning, further, key = _MEANING.match(line), _FURTHER.match(line), _KEY.match(line)
        if meaning:
            words = [meaning[1]]
        elif further and words:
            words.append(further[1])
        elif key:
            path = [*path[: len(key[1]) // 2], key[2]]
            if words:
                yield tuple(path), " ".join(words)
            words = []


def _at(defaults: Any, path: tuple[str, ...]) -> Any:
    for key in path:
        defaults = defaults[key]
    return defaults


def _shown(default: Any) -> str:
    if default in ("", {}, []):
        return "–"
    flow = yaml.safe_dump(default, default_flow_style=True, width=10**6, sort_keys=False)
    # What is no list or mapping ends with the mark of a document's end.
    return f"`{flow.strip().removesuffix('...').strip()}`"
