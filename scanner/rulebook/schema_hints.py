"""What a JSON schema says of values that may be written in several ways; pydantic only sees what they become."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pydantic import GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

LIST = {
    "type": "object",
    "description": "The values of a list in _shared.",
    "properties": {"list": {"type": "string"}},
    "required": ["list"],
    "additionalProperties": False,
}
REGEX = {"type": "string", "description": "A regular expression in RE2's syntax."}


@dataclass(frozen=True, slots=True)
class Hint:
    """Among the annotations of a type: how its schema differs from what pydantic makes of it."""

    change: Callable[[JsonSchemaValue], JsonSchemaValue]

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return self.change(handler(core))


def _never_null(schema: JsonSchemaValue) -> JsonSchemaValue:
    options = [one for one in schema.get("anyOf", ()) if one != {"type": "null"}]
    return options[0] if len(options) == 1 else schema


def _one_or_more(schema: JsonSchemaValue) -> JsonSchemaValue:
    one = schema["items"]
    either = {"anyOf": [one, LIST]}
    return {"anyOf": [one, {**schema, "items": either, "minItems": 1}, LIST]}


def _patterns(schema: JsonSchemaValue) -> JsonSchemaValue:
    either = {"anyOf": [REGEX, schema["items"], LIST]}
    return {"anyOf": [REGEX, schema["items"], {**schema, "items": either, "minItems": 1}, LIST]}


NEVER_NULL = Hint(_never_null)
"""It may be left out, but not written without a value."""
ONE_OR_MORE = Hint(_one_or_more)
"""A value, a list, or a list in `_shared`; for what is made a tuple."""
PATTERNS = Hint(_patterns)
"""The same of patterns, each of which may be a text."""
OR_TEXT = Hint(lambda schema: {"anyOf": [{"type": "string", "description": "A text, as UTF-8."}, schema]})
OR_NUMBER = Hint(lambda schema: {"anyOf": [{"type": "number", "minimum": 0}, schema]})
