"""The rule language as a JSON schema (draft 2020-12), for editors: completes keys and explains them while one writes.

It lets through much that `rules check` refuses, and refuses nothing that it takes.
"""

from __future__ import annotations

from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from scanner.model import PLANNED_STEPS
from scanner.rulebook.rule import Rule

DIALECT = "https://json-schema.org/draft/2020-12/schema"
MACRO = {"type": "string", "description": "The conditions of a macro in _shared."}
FILE_OF_DIGESTS = {
    "type": "object",
    "description": "A file beside the rule with a digest on each line.",
    "properties": {"file": {"type": "string"}},
    "required": ["file"],
    "additionalProperties": False,
}


def rule_schema() -> dict[str, Any]:
    """Of one rule file."""
    schema = Rule.model_json_schema(schema_generator=_Generator)
    definitions = schema["$defs"]
    for tree in ("Match", "MemberMatch"):
        definitions[tree]["properties"]["macro"] = MACRO
        definitions[tree]["minProperties"] = 1
    definitions["Sha256"]["anyOf"].append(FILE_OF_DIGESTS)
    definitions["StepKind"]["enum"] = list(PLANNED_STEPS)
    definitions["StepKind"]["description"] = "What is done beside what the policy asks for."
    return {"$schema": DIALECT, **schema, "title": "A rule of scanner"}


def shared_schema() -> dict[str, Any]:
    """Of a list or a macro in `_shared`."""
    return {
        "$schema": DIALECT,
        "title": "A list or macro of scanner's rules",
        "type": "object",
        "properties": {
            "why": {"type": "string", "maxLength": 5_000, "description": "What it stands for."},
            "list": {"type": "array", "minItems": 1, "description": "Values of a condition."},
            "macro": {
                "description": "Conditions as in match, or on members.",
                "anyOf": [{"$ref": "#/$defs/Match"}, {"$ref": "#/$defs/MemberMatch"}],
            },
        },
        "additionalProperties": False,
        "oneOf": [{"required": ["list"]}, {"required": ["macro"]}],
        "$defs": rule_schema()["$defs"],
    }


class _Generator(GenerateJsonSchema):
    """Without titles, which repeat the keys, and without nulls, which cannot be written."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        if schema.get("default", ...) is None:
            return self.generate_inner(schema["schema"])
        return super().default_schema(schema)

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        """With what docs/rules.md says of how a value is written."""
        made = super().model_schema(schema)
        made.pop("title", None)
        written = getattr(schema["cls"], "written", None)
        if written:
            made["description"] = f"{made.get('description', '')} Written as: {written}".strip()
        return made
