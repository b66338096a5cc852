"""Metadata namespaces and their keys: definitions, with the rules that were found on live domains (fact sheet 7.3)."""

from __future__ import annotations

import re
from typing import Any

from emulator.domain import Domain
from emulator.errors import ApiError
from emulator.properties import Namespace

SCOPES = ("public", "protected", "private")
TYPES = ("integer", "string", "decimal", "date", "enum", "labels", "multi_value_enum")
_WITH_CHOICES = ("enum", "multi_value_enum")
_SCOPE_TYPES = ("GLOBAL", "FOLDER_SCOPE", "DOCUMENT_TYPE")
_NAME = re.compile(r"[A-Za-z0-9_]{1,100}")
_KEY_FIELDS = {"type", "data", "displayName", "helpText", "priority"}
_FIELDS = {"name", "scope", "displayName", "keys", "metadataScopeType", "inheritable"}


def create(domain: Domain, client_id: str, body: dict[str, Any]) -> Namespace:
    """409 for a name that is taken."""
    _only(body, _FIELDS)
    name = body.get("name")
    _check_name(name)
    if name in domain.properties.namespaces:
        raise ApiError(409, f"The namespace {name} already exists")
    keys = body.get("keys", {})
    if not isinstance(keys, dict):
        raise ApiError(400, "keys must be an object")
    for key, definition in keys.items():
        _check_name(key)
        _check_key(definition)
    namespace = Namespace(str(name), client_id, "public", keys=keys)
    _set_fields(namespace, {"scope": "public", **body})
    domain.properties.namespaces[namespace.name] = namespace
    domain.changes += 1
    return namespace


def found(domain: Domain, client_id: str, name: str) -> Namespace:
    """404 also for another application's private one."""
    namespace = domain.properties.namespaces.get(name)
    if namespace is None or not namespace.readable(client_id):
        raise ApiError(404, f"The namespace {name} does not exist")
    return namespace


def owned(domain: Domain, client_id: str, name: str) -> Namespace:
    """403 where only another application may write."""
    namespace = found(domain, client_id, name)
    if not namespace.writable(client_id):
        raise ApiError(403, f"The namespace {name} belongs to another application")
    return namespace


def change(domain: Domain, namespace: Namespace, body: dict[str, Any]) -> None:
    _only(body, _FIELDS - {"name", "keys"})
    _set_fields(namespace, body)
    domain.changes += 1


def delete(domain: Domain, namespace: Namespace, *, force: bool) -> None:
    """403 while something has a value in it, unless forced."""
    if not force and domain.properties.users_of(namespace.name):
        raise ApiError(403, f"The namespace {namespace.name} is in use")
    domain.properties.forget(namespace.name)
    del domain.properties.namespaces[namespace.name]
    domain.changes += 1


def add_key(domain: Domain, namespace: Namespace, body: dict[str, Any]) -> None:
    """`{"key": name, "type": …}`; 409 for a key that exists."""
    definition = dict(body)
    key = definition.pop("key", None)
    _check_name(key)
    if key in namespace.keys:
        raise ApiError(409, f"The key {key} already exists")
    _check_key(definition)
    namespace.keys[str(key)] = definition
    domain.changes += 1


def change_key(domain: Domain, namespace: Namespace, key: str, body: dict[str, Any]) -> None:
    """All but the type, which values depend on."""
    if "type" in body:
        raise ApiError(400, "The type of a key cannot be changed")
    changed = key_of(namespace, key) | body
    _check_key(changed)
    namespace.keys[key] = changed
    domain.changes += 1


def delete_key(domain: Domain, namespace: Namespace, key: str, *, force: bool) -> None:
    """403 while something has a value of it, unless forced."""
    key_of(namespace, key)
    if not force and domain.properties.users_of(namespace.name, key):
        raise ApiError(403, f"The key {key} is in use")
    domain.properties.forget(namespace.name, key)
    del namespace.keys[key]
    domain.changes += 1


def key_of(namespace: Namespace, key: str) -> dict[str, Any]:
    if key not in namespace.keys:
        raise ApiError(404, f"The key {key} does not exist")
    return namespace.keys[key]


def _check_name(name: object) -> None:
    """No hyphen (live)."""
    if not isinstance(name, str) or _NAME.fullmatch(name) is None:
        raise ApiError(400, f"The name {name!r} is invalid: letters, digits and underscores only")


def _check_key(definition: object) -> None:
    if not isinstance(definition, dict):
        raise ApiError(400, "A key must be an object")
    _only(definition, _KEY_FIELDS)
    kind, data = definition.get("type"), definition.get("data")
    if kind not in TYPES:
        raise ApiError(400, f"type must be one of {', '.join(TYPES)}")
    help_text = definition.get("helpText")
    if not isinstance(help_text, str) or not help_text.strip():
        raise ApiError(400, "helpText must not be empty")
    choices = isinstance(data, list) and bool(data) and all(isinstance(each, str) for each in data)
    if choices != (kind in _WITH_CHOICES) or (data is not None and not choices):
        raise ApiError(400, f"data lists the choices of {' and '.join(_WITH_CHOICES)}, and of no other type")


def _set_fields(namespace: Namespace, body: dict[str, Any]) -> None:
    if "scope" in body and body["scope"] not in SCOPES:
        raise ApiError(400, f"scope must be one of {', '.join(SCOPES)}")
    if body.get("metadataScopeType", "GLOBAL") not in _SCOPE_TYPES:
        raise ApiError(400, f"metadataScopeType must be one of {', '.join(_SCOPE_TYPES)}")
    if not isinstance(body.get("inheritable", False), bool) or not isinstance(body.get("displayName", ""), str):
        raise ApiError(400, "Invalid value of inheritable or displayName")
    namespace.scope = body.get("scope", namespace.scope)
    namespace.display_name = body.get("displayName", namespace.display_name)
    namespace.more |= {name: body[name] for name in ("metadataScopeType", "inheritable") if name in body}


def _only(body: dict[str, Any], known: set[str]) -> None:
    if unknown := sorted(set(body) - known):
        raise ApiError(400, f"Unrecognized property {unknown[0]!r}")
