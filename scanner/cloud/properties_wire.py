"""Custom properties as the platform has them (fact sheet 7.3). Pure."""

from __future__ import annotations

from scanner.cloud.fields import Json, clean, mapping, rows
from scanner.cloud.port import Namespace

LONGEST_VALUE = 4_096


def namespace_body(namespace: Namespace) -> Json:
    """Protected: others may read it, only this application writes. An empty `helpText` is refused."""
    keys = {
        key: {"type": "string", "displayName": key, "helpText": help_text, "priority": priority}
        for priority, (key, help_text) in enumerate(namespace.keys.items(), start=1)
    }
    return {"name": namespace.name, "scope": "protected", "displayName": namespace.title, "keys": keys}


def values(value: object, namespace: str) -> dict[str, str]:
    """Texts only: what is of another type is not ours."""
    found: dict[str, str] = {}
    for row in rows(mapping(value, "properties"), "results", "properties"):
        inner = row.get(namespace)
        if isinstance(inner, dict):
            found |= {clean(key): clean(one[:LONGEST_VALUE]) for key, one in inner.items() if isinstance(one, str)}
    return found
