"""Acts of POST /_emulator/act on comments, links and permissions; those on files are in control_acts.py."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from emulator import names
from emulator.acts.granting import Change, change_permissions, shared_folder
from emulator.acts.linking import LinkTerms, add_links, delete_link
from emulator.acts.noting import add_note, delete_note
from emulator.domain import Domain
from emulator.routes.control import checked, user_named
from emulator.users import Actor

Body = dict[str, Any]
Act = Callable[[Domain, Actor, Body], Body]


def _add_note(domain: Domain, actor: Actor, body: Body) -> Body:
    return asdict(add_note(domain, actor, str(body.get("path", "")), str(body.get("body", ""))))


def _delete_note(domain: Domain, actor: Actor, body: Body) -> Body:
    delete_note(domain, actor, str(body.get("id", "")))
    return {}


def _add_link(domain: Domain, actor: Actor, body: Body) -> Body:
    """`{"path", "type"?, "accessibility"?, …}`: the keys of LinkTerms; gives the links."""
    path = names.normal(str(body.pop("path", "")))
    terms = checked(LinkTerms, {"type": "file", **body})
    return {"links": [asdict(link) for link in add_links(domain, actor, path, terms)]}


def _delete_link(domain: Domain, actor: Actor, body: Body) -> Body:
    delete_link(domain, actor, str(body.get("id", "")))
    return {}


def _set_permissions(domain: Domain, actor: Actor, body: Body) -> Body:
    """`{"path", "users"?: {name: level}, "groups"?: {name: level}, "inherits"?, "keep_parent"?}`, as a delta."""
    folder = shared_folder(domain.tree.find(names.normal(str(body.pop("path", "")))))
    grants = {"users": body.pop("users", {}), "groups": body.pop("groups", {})}
    change_permissions(domain, actor, folder, checked(Change, {"grants": grants, **body}))
    return {}


def _set_user(domain: Domain, _actor: Actor, body: Body) -> Body:
    """What an admin sets in the user management. A new password ends all tokens of the user (fact sheet 2.3)."""
    user = user_named(domain, str(body.pop("user", "")))
    changed = checked(type(user), {**asdict(user), **body})
    for name in body:
        setattr(user, name, getattr(changed, name))
    if "password" in body:
        for token in [each for each in domain.tokens.by_value.values() if each.user_id == user.id]:
            domain.tokens.revoke(token.value)
    domain.changes += 1
    return asdict(user)


SIDE_ACTS: dict[str, tuple[Act, set[str]]] = {
    "add_link": (_add_link, {"path", "type", "accessibility", "recipients", "link_to_current", "expires"}),
    "add_note": (_add_note, {"path", "body"}),
    "delete_link": (_delete_link, {"id"}),
    "delete_note": (_delete_note, {"id"}),
    "set_permissions": (_set_permissions, {"path", "users", "groups", "inherits", "keep_parent"}),
    "set_user": (_set_user, {"user", "trash_role", "active", "user_type", "password"}),
}
