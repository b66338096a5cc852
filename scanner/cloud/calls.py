"""Every call about JSON that we make: method, address, body, and whether it may be repeated without looking first.

Files are addressed by group id, folders by path, comments by path only (fact sheet 5.1, 6).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from scanner.cloud import history_wire, properties_wire, webhook_wire, wire
from scanner.cloud.fields import Json
from scanner.cloud.meter import Operation
from scanner.cloud.paths import encode_id, encode_path, encode_value
from scanner.cloud.port import FolderPermissions, Namespace, Priority, Subscription
from scanner.model import Cursor, EntryId, FolderId, GroupId

LISTING_PAGE = 1_000
NOTES_PAGE = 100
LINKS_PAGE = 500
TRASH_PAGE = 100
"""Items of a page, the most that each call gives (fact sheet 1.6)."""
_WEBHOOKS = "/pubapi/v1/webhooks"


@dataclass(frozen=True, slots=True)
class Call:
    """`target` is path and query, encoded. A call that is not `repeatable` may have been carried out though its answer
    never came."""

    operation: Operation
    method: str
    target: str
    priority: Priority
    body: Json | None = None
    repeatable: bool = True
    content: bytes | None = None
    """What is uploaded, in place of a body."""
    secret: str = field(default="", repr=False)
    """What of the body may not stand in a message, even where the platform repeats it."""


def account() -> Call:
    return Call("account", "GET", "/pubapi/v1/userinfo", Priority.FEED)


def feed_range() -> Call:
    return Call("feed_range", "GET", "/pubapi/v2/events/cursor", Priority.FEED)


def events_after(cursor: Cursor, count: int, suppress: str = "none") -> Call:
    """`suppress`: `app` or `user` hides what was done with our key, also by somebody else; `none` nothing (fact sheet
    3.2)."""
    hidden = "" if suppress == "none" else f"&suppress={suppress}"
    return Call("events_after", "GET", f"/pubapi/v2/events?id={cursor:d}&count={count:d}{hidden}", Priority.FEED)


def file(group_id: GroupId, priority: Priority) -> Call:
    return Call("file", "GET", f"/pubapi/v1/fs/ids/file/{encode_id(group_id)}", priority)


def at_path(path: str, priority: Priority) -> Call:
    return Call("at_path", "GET", f"/pubapi/v1/fs{encode_path(path)}?list_content=false", priority)


def list_folder(path: str, offset: int, priority: Priority) -> Call:
    query = f"list_content=true&count={LISTING_PAGE}&offset={offset:d}&sort_by=name&sort_direction=ascending"
    return Call("list_folder", "GET", f"/pubapi/v1/fs{encode_path(path)}?{query}", priority)


def folder_stats(folder_id: FolderId, priority: Priority) -> Call:
    return Call("folder_stats", "GET", f"/pubapi/v1/fs/ids/folder/{encode_id(folder_id)}/stats", priority)


def add_folder(path: str) -> Call:
    target = f"/pubapi/v1/fs{encode_path(path)}"
    return Call("add_folder", "POST", target, Priority.REMEDIATION, wire.ADD_FOLDER, repeatable=False)


def move(group_id: GroupId, destination: str) -> Call:
    target = f"/pubapi/v1/fs/ids/file/{encode_id(group_id)}"
    return Call("move", "POST", target, Priority.REMEDIATION, wire.move_body(destination), repeatable=False)


def versions(group_id: GroupId, priority: Priority) -> Call:
    """Only a direct look at a file tells its older versions (fact sheet 5.2)."""
    return Call("versions", "GET", f"/pubapi/v1/fs/ids/file/{encode_id(group_id)}", priority)


def delete_version(group_id: GroupId, entry_id: EntryId) -> Call:
    """Repeatable: no other version ever has the id."""
    target = f"/pubapi/v1/fs/ids/file/{encode_id(group_id)}?entry_id={encode_value(entry_id)}"
    return Call("delete_version", "DELETE", target, Priority.REMEDIATION)


def delete(group_id: GroupId) -> Call:
    return Call("delete", "DELETE", f"/pubapi/v1/fs/ids/file/{encode_id(group_id)}", Priority.REMEDIATION)


def trash(offset: int) -> Call:
    query = f"sort_by=delete_date&sort_direction=desc&count={TRASH_PAGE}&offset={offset:d}"
    return Call("trash", "GET", f"/pubapi/v1/fs/trash?{query}", Priority.REMEDIATION)


def restore(item_id: str) -> Call:
    body = history_wire.restore_body(item_id)
    return Call("restore", "POST", "/pubapi/v1/fs/trash", Priority.REMEDIATION, body, repeatable=False)


def lock(group_id: GroupId, token: str, seconds: int) -> Call:
    """Repeatable: with the same token it renews our own."""
    target = f"/pubapi/v1/fs/ids/file/{encode_id(group_id)}"
    return Call("lock", "POST", target, Priority.REMEDIATION, wire.lock_body(token, seconds))


def unlock(group_id: GroupId, token: str) -> Call:
    target = f"/pubapi/v1/fs/ids/file/{encode_id(group_id)}"
    return Call("unlock", "POST", target, Priority.REMEDIATION, wire.unlock_body(token))


def add_text(path: str, text: str) -> Call:
    """Not repeatable: a second one would be a version upon the first."""
    target = f"/pubapi/v1/fs-content{encode_path(path)}"
    return Call("add_text", "POST", target, Priority.REMEDIATION, repeatable=False, content=text.encode())


def add_namespace(namespace: Namespace) -> Call:
    body = properties_wire.namespace_body(namespace)
    return Call("add_namespace", "POST", "/pubapi/v1/properties/namespace", Priority.REMEDIATION, body)


def properties(entry_id: EntryId, namespace: str) -> Call:
    return Call("properties", "GET", _properties(entry_id, namespace), Priority.REMEDIATION)


def set_properties(entry_id: EntryId, namespace: str, values: Mapping[str, str | None]) -> Call:
    """Repeatable: only the keys named change (fact sheet 7.3)."""
    return Call("set_properties", "PUT", _properties(entry_id, namespace), Priority.REMEDIATION, dict(values))


def _properties(entry_id: EntryId, namespace: str) -> str:
    """An entry id in the place of a group id means one version (fact sheet 7.3)."""
    return f"/pubapi/v1/fs/ids/file/{encode_id(entry_id)}/properties/{encode_id(namespace)}"


def links(path: str, offset: int) -> Call:
    query = f"path={encode_value(path)}&offset={offset:d}&count={LINKS_PAGE}"
    return Call("links", "GET", f"/pubapi/v2/links?{query}", Priority.REMEDIATION)


def public_links(offset: int, priority: Priority) -> Call:
    query = f"accessibility=anyone&offset={offset:d}&count={LINKS_PAGE}"
    return Call("public_links", "GET", f"/pubapi/v2/links?{query}", priority)


def delete_link(link_id: str) -> Call:
    """Repeatable: the second time it answers 404, which is what we want."""
    return Call("delete_link", "DELETE", f"/pubapi/v1/links/{encode_id(link_id)}", Priority.REMEDIATION)


def notes(path: str, offset: int) -> Call:
    query = f"file={encode_value(path)}&count={NOTES_PAGE}&offset={offset:d}"
    return Call("notes", "GET", f"/pubapi/v1/notes?{query}", Priority.REMEDIATION)


def add_note(path: str, body: str) -> Call:
    note = wire.note_body(path, body)
    return Call("add_note", "POST", "/pubapi/v1/notes", Priority.REMEDIATION, note, repeatable=False)


def permissions(path: str) -> Call:
    return Call("permissions", "GET", f"/pubapi/v2/perms{encode_path(path)}", Priority.REMEDIATION)


def close_folder(path: str, now: FolderPermissions, owners: dict[str, str]) -> Call:
    """Repeatable: it names the levels that shall be, whatever they were."""
    body = wire.closing_body(now, owners)
    return Call("close_folder", "POST", f"/pubapi/v2/perms{encode_path(path)}", Priority.REMEDIATION, body)


def own_level(path: str) -> Call:
    """Without a name it is our own (fact sheet 7.2)."""
    return Call("own_level", "GET", f"/pubapi/v1/perms/user?folder={encode_value(path)}", Priority.REMEDIATION)


def person(user_id: int) -> Call:
    return Call("person", "GET", f"/pubapi/v2/users/{user_id:d}", Priority.ENRICHMENT)


def webhooks() -> Call:
    return Call("webhooks", "GET", _WEBHOOKS, Priority.ENRICHMENT)


def webhook(webhook_id: str) -> Call:
    return Call("webhook", "GET", f"{_WEBHOOKS}/{encode_id(webhook_id)}/details", Priority.ENRICHMENT)


def add_webhook(wanted: Subscription) -> Call:
    body = webhook_wire.body(wanted)
    return Call("add_webhook", "POST", _WEBHOOKS, Priority.ENRICHMENT, body, repeatable=False, secret=wanted.secret)


def set_webhook(webhook_id: str, wanted: Subscription) -> Call:
    """Repeatable: it is the whole configuration."""
    target = f"{_WEBHOOKS}/{encode_id(webhook_id)}"
    return Call("set_webhook", "PUT", target, Priority.ENRICHMENT, webhook_wire.body(wanted), secret=wanted.secret)


def delete_webhook(webhook_id: str) -> Call:
    return Call("delete_webhook", "DELETE", f"{_WEBHOOKS}/{encode_id(webhook_id)}", Priority.ENRICHMENT)
