"""Egnyte's JSON as our model, and our acts as its JSON (fact sheet 5 to 7). Pure.

Fields we need must be there and of their type, else BadAnswer; the rest may be missing, and unknown ones do not matter.
Events are in event_wire.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from scanner.cloud.fields import (
    Json,
    flag,
    ident,
    mapping,
    maybe_id,
    maybe_number,
    maybe_text,
    moment,
    number,
    rows,
    text,
)
from scanner.cloud.port import FileInfo, FolderInfo, FolderPage, FolderPermissions, FolderStats, Link, Note
from scanner.errors import BadAnswer, NotFound
from scanner.model import Account, EntryId, FolderId, GroupId, Person

ADD_FOLDER = {"action": "add_folder"}
ADMINISTRATORS = "All Administrators"
"""A built-in group; its members may do everything anyway."""
_MOST_SUBJECTS = 100_000
MOST_GROUPS = 1_000
"""Of one user that are looked at."""


@dataclass(frozen=True, slots=True)
class NotesPage:
    """`total` is None where the platform does not say it."""

    notes: tuple[Note, ...]
    total: int | None


def account(value: object) -> Account:
    """`user_type` is missing on older gateways (fact sheet 2.4)."""
    body = mapping(value, "account")
    return Account(
        id=number(body, "id", "account"),
        username=text(body, "username", "account"),
        user_type=maybe_text(body, "user_type"),
    )


def file_info(value: object, what: str = "file") -> FileInfo:
    body = mapping(value, what)
    if flag(body, "is_folder"):
        raise BadAnswer(f"{what}: a folder, where a file was asked for", 200)
    return FileInfo(
        group_id=GroupId(ident(body, "group_id", what)),
        entry_id=EntryId(ident(body, "entry_id", what)),
        path=text(body, "path", what),
        size=number(body, "size", what),
        checksum=maybe_text(body, "checksum") or "",
        uploaded_by=maybe_text(body, "uploaded_by") or "",
        uploaded_at=moment(body, "uploaded"),
        locked=flag(body, "locked"),
        num_versions=maybe_number(body, "num_versions") or 1,
    )


def folder_info(value: object, what: str) -> FolderInfo:
    body = mapping(value, what)
    return FolderInfo(FolderId(ident(body, "folder_id", what)), text(body, "path", what))


def item(value: object) -> FileInfo | FolderInfo:
    """What stands at a path. An entry id tells a file, should `is_folder` be missing."""
    body = mapping(value, "at_path")
    is_folder = flag(body, "is_folder") or ("is_folder" not in body and "entry_id" not in body)
    return folder_info(body, "at_path") if is_folder else file_info(body, "at_path")


def folder_page(value: object, offset: int) -> FolderPage:
    """`count` is not to be trusted, `total_count` only together with the items (fact sheet 5.3). Raises NotFound for a
    file: there is no folder of that path."""
    body = mapping(value, "list_folder")
    if body.get("is_folder") is False or ("entry_id" in body and "folder_id" not in body):
        raise NotFound("list_folder: that is a file", 404)
    folders = tuple(folder_info(row, "list_folder") for row in rows(body, "folders", "list_folder"))
    files = tuple(file_info(row, "list_folder") for row in rows(body, "files", "list_folder"))
    end = offset + len(folders) + len(files)
    total = maybe_number(body, "total_count")
    # Below what was listed it is no total of the items: then only an empty page is the end.
    more = end > offset and total != end
    return FolderPage(folder_info(body, "list_folder"), folders, files, end if more else None)


def folder_stats(value: object) -> FolderStats:
    body = mapping(value, "folder_stats")
    return FolderStats(
        folders=number(body, "foldersCount", "folder_stats"),
        files=number(body, "filesCount", "folder_stats"),
        versions=number(body, "fileVersionsCount", "folder_stats"),
        size=number(body, "allFilesSize", "folder_stats"),
        size_of_versions=number(body, "allVersionsSize", "folder_stats"),
    )


def move_body(destination: str) -> Json:
    """Paths in bodies are not encoded (fact sheet 1.3)."""
    return {"action": "move", "destination": destination}


def moved_path(value: object, destination: str) -> str:
    """Where the file is now; older answers do not say."""
    return maybe_text(value, "path") or destination if isinstance(value, dict) else destination


def lock_body(token: str, seconds: int) -> Json:
    return {"action": "lock", "lock_token": token, "lock_timeout": seconds}


def unlock_body(token: str) -> Json:
    return {"action": "unlock", "lock_token": token}


def links_page(value: object) -> tuple[Link, ...]:
    return tuple(_link(row) for row in rows(mapping(value, "links"), "links", "links"))


def note(value: object, what: str = "add_note") -> Note:
    """A note is asked for by `body` and answers with `message` (fact sheet 6)."""
    body = mapping(value, what)
    group_id = maybe_id(body, "group_id")
    return Note(
        id=ident(body, "id", what),
        message=maybe_text(body, "message") or "",
        username=maybe_text(body, "username") or "",
        group_id=None if group_id is None else GroupId(group_id),
    )


def note_body(path: str, body: str) -> Json:
    """Any further property is a 400 (fact sheet 6)."""
    return {"path": path, "body": body}


def notes_page(value: object) -> NotesPage:
    body = mapping(value, "notes")
    found = tuple(note(row, "notes") for row in rows(body, "notes", "notes"))
    return NotesPage(found, maybe_number(body, "total_results"))


def permissions(value: object) -> FolderPermissions:
    """What does not say whether it inherits is taken for inheriting: the less closed of the two."""
    body = mapping(value, "permissions")
    return FolderPermissions(
        users=_levels(body, "userPerms"),
        groups=_levels(body, "groupPerms"),
        inherits=body.get("inheritsPermissions") is not False,
    )


def closing_body(now: FolderPermissions, owners: dict[str, str]) -> Json:
    """A delta: who is to lose a level is named with `None` (fact sheet 7.2). User names compare without case."""
    keep = {name.lower() for name in owners}
    return {
        "userPerms": {name: "None" for name in now.users if name.lower() not in keep} | owners,
        "groupPerms": {name: "None" for name in now.groups if name != ADMINISTRATORS},
        "inheritsPermissions": False,
        "keepParentPermissions": False,
    }


def own_level(value: object) -> str:
    return text(mapping(value, "own_level"), "permission", "own_level")


def person(value: object) -> Person:
    """Type and groups are told of, not promised: what is missing or odd there is left out."""
    row = mapping(value, "person")
    groups = row.get("groups")
    named = [one.get("displayName") for one in groups if isinstance(one, dict)] if isinstance(groups, list) else []
    return Person(
        username=text(row, "userName", "person"),
        user_type=maybe_text(row, "userType") or "",
        groups=tuple(name for name in named if isinstance(name, str))[:MOST_GROUPS],
    )


def _link(row: Json) -> Link:
    return Link(
        id=ident(row, "id", "links"),
        path=maybe_text(row, "path") or "",
        resource_id=maybe_id(row, "resource_id") or "",
        type=maybe_text(row, "type") or "",
        accessibility=maybe_text(row, "accessibility") or "",
        created_by=maybe_text(row, "created_by") or "",
    )


def _levels(body: Json, name: str) -> dict[str, str]:
    found: Any = body.get(name)
    if found is None:
        return {}
    if not isinstance(found, dict) or len(found) > _MOST_SUBJECTS:
        raise BadAnswer(f"permissions: {name} is not an object", 200)
    if not all(isinstance(level, str) for level in found.values()):
        raise BadAnswer(f"permissions: {name} holds something that is no level", 200)
    return dict(found)
