"""Metadata values: only the keys that are named change. No event tells of it, a webhook does (fact sheet 7.3)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from emulator.acts.namespaces import key_of
from emulator.domain import Domain
from emulator.errors import ApiError
from emulator.perms import Level
from emulator.properties import Namespace
from emulator.tree import File, Node
from emulator.users import Actor


@dataclass(frozen=True, slots=True)
class Target:
    """What the values hang on (a group id, an entry id or a folder id), and the item whose rights count."""

    resource_id: str
    node: Node


def tagged(domain: Domain, kind: str, resource_id: str) -> Target:
    """404 for an id that nothing has."""
    tree = domain.tree
    found: Node | None
    if kind == "folder":
        found = tree.folders.get(resource_id)
    else:
        found = tree.files.get(resource_id) or tree.entries.get(resource_id)
    if found is None:
        raise ApiError(404, "Item does not exist")
    return Target(resource_id, found)


def set_values(domain: Domain, actor: Actor, target: Target, namespace: Namespace, values: dict[str, Any]) -> None:
    """All or nothing: 400 for an unknown key or a value that does not fit its type; 403 below Editor."""
    node = target.node
    domain.require(actor.user, node, Level.EDITOR)
    for key, value in values.items():
        _check(namespace, key, value)
    domain.properties.update(target.resource_id, namespace.name, values)
    for key, value in values.items():
        action = "delete" if value is None else "add"
        data = {"targetPath": node.path, "namespace": namespace.name, "key": key, "action": action}
        if isinstance(node, File):
            data["targetGroupId"] = node.group_id
        domain.notify(f"meta:{action}_metadata_key", actor, node.path, data)


def _check(namespace: Namespace, key: str, value: object) -> None:
    if key not in namespace.keys:
        raise ApiError(400, f"The namespace {namespace.name} has no key {key}")
    definition = key_of(namespace, key)
    if value is not None and not _FITS[definition["type"]](value, definition.get("data", [])):
        raise ApiError(400, f"The value of {key} is no {definition['type']}")


def _integer(value: object, _data: list[str]) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _decimal(value: object, _data: list[str]) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _string(value: object, _data: list[str]) -> bool:
    return isinstance(value, str)


def _date(value: object, _data: list[str]) -> bool:
    """Epoch milliseconds as text."""
    return isinstance(value, str) and value.isdecimal()


def _enum(value: object, data: list[str]) -> bool:
    return value in data


def _choices(value: object, data: list[str]) -> bool:
    return isinstance(value, list) and all(each in data for each in value)


def _labels(value: object, _data: list[str]) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


_FITS: dict[str, Callable[[object, list[str]], bool]] = {
    "integer": _integer, "decimal": _decimal, "string": _string, "date": _date, "enum": _enum,
    "multi_value_enum": _choices, "labels": _labels,
}  # fmt: skip
