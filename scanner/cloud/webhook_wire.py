"""Webhooks as the platform has them (fact sheet 4.1). Pure."""

from __future__ import annotations

from scanner.cloud.fields import Json, ident, mapping, maybe_number, maybe_text, moment, rows, text
from scanner.cloud.port import Subscription, Webhook

MOST_FOLDERS = 100
EVENT_TYPES = ("fs:*",)
"""All that may concern a version of a file; there is no type for an update (fact sheet 4.2)."""


def body(wanted: Subscription) -> Json:
    """The whole configuration, for a registration or an update; a `status` counts in updates only. Folders that cannot
    be told (too many, or a comma in a name) are left out, which means the whole domain."""
    secret = {"authHeader": wanted.header, "authHeaderValue": wanted.secret}
    folders = wanted.folders if _can_be_told(wanted.folders) else ()
    where = {"path": ", ".join(folders)} if folders else {}
    return {"url": wanted.url, "eventType": list(EVENT_TYPES), "status": "enabled", **secret, **where}


def ids(value: object) -> tuple[str, ...]:
    """Of an array of webhooks. Raises BadAnswer."""
    return tuple(ident(row, "webhookId", "webhooks") for row in rows({"array": _array(value)}, "array", "webhooks"))


def added(value: object) -> str:
    """The id of a new one. Raises BadAnswer."""
    return ident(mapping(value, "add_webhook"), "webhookId", "add_webhook")


def webhook(value: object) -> Webhook:
    """Raises BadAnswer."""
    row = mapping(value, "webhook")
    seconds = maybe_number(row, "expires")
    return Webhook(
        id=ident(row, "webhookId", "webhook"),
        url=text(row, "url", "webhook"),
        enabled=maybe_text(row, "status") == "enabled",
        expires_at=None if seconds is None else moment({"expires": seconds * 1000}, "expires"),
    )


def _array(value: object) -> object:
    """What is no array must not pass for an empty one."""
    return False if value is None else value


def _can_be_told(folders: tuple[str, ...]) -> bool:
    return len(folders) <= MOST_FOLDERS and not any("," in folder for folder in folders)
