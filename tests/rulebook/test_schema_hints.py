"""What schemas say of values that may be written in several ways."""

from __future__ import annotations

from typing import Annotated, Any

import pytest
from pydantic import TypeAdapter

from scanner.rulebook.schema_hints import LIST, NEVER_NULL, ONE_OR_MORE, OR_NUMBER, OR_TEXT, PATTERNS, REGEX

TEXT, NUMBERS = {"type": "string"}, {"items": {"type": "integer"}, "type": "array"}
ONE = {"type": "integer"}


@pytest.mark.parametrize(
    ("kind", "schema"),
    [
        (Annotated[str | None, NEVER_NULL], TEXT),
        (Annotated[int | str | None, NEVER_NULL], {"anyOf": [ONE, TEXT, {"type": "null"}]}),
        (Annotated[str, OR_NUMBER], {"anyOf": [{"type": "number", "minimum": 0}, TEXT]}),
        (Annotated[int, OR_TEXT], {"anyOf": [{"type": "string", "description": "A text, as UTF-8."}, ONE]}),
        (
            Annotated[tuple[int, ...], ONE_OR_MORE],
            {"anyOf": [ONE, {**NUMBERS, "items": {"anyOf": [ONE, LIST]}, "minItems": 1}, LIST]},
        ),
        (
            Annotated[tuple[int, ...], PATTERNS],
            {"anyOf": [REGEX, ONE, {**NUMBERS, "items": {"anyOf": [REGEX, ONE, LIST]}, "minItems": 1}, LIST]},
        ),
    ],
)
def test_a_schema_tells_all_ways_of_writing(kind: Any, schema: dict[str, Any]) -> None:
    assert TypeAdapter(kind).json_schema() == schema
