"""What was there before: versions of a file and what lies in the trash, as the platform prints them (fact sheet 5.2,
5.9); and the ids that an upload answers with (5.5). Pure."""

from __future__ import annotations

from datetime import UTC, datetime

from scanner.cloud.fields import Json, ident, mapping, maybe_number, maybe_text, moment, number, rows
from scanner.cloud.port import TrashItem, VersionInfo
from scanner.errors import CloudRefused, Conflict, NotFound
from scanner.model import EntryId, GroupId

_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_MEANS: dict[str, type[CloudRefused]] = {"404": NotFound, "409": Conflict}


def versions(value: object) -> tuple[VersionInfo, ...]:
    """The current one last, whatever its date; the others by date, since their order is not promised."""
    body = mapping(value, "versions")
    older = [_version(row) for row in rows(body, "versions", "versions")]
    older.sort(key=lambda one: one.uploaded_at or _LONG_AGO)
    return (*older, _version(body))


def trash_page(value: object) -> tuple[TrashItem, ...]:
    return tuple(_item(row) for row in rows(mapping(value, "trash"), "items", "trash"))


def restore_body(item_id: str) -> Json:
    return {"action": "RESTORE", "ids": [item_id]}


def check_restored(value: object) -> None:
    """A success may be a failure: 207 with a list of what was not restored. Raises NotFound, Conflict, CloudRefused."""
    failed = rows(mapping(value, "restore"), "resources", "restore") if value is not None else []
    for row in failed:
        code = str(row.get("code"))
        told = (maybe_text(row, "descriptions") or maybe_text(row, "description") or "no reason given")[:200]
        raise _MEANS.get(code, CloudRefused)(f"restore: {told}", int(code) if code in _MEANS else 207)


def uploaded(value: object) -> tuple[GroupId, EntryId]:
    body = mapping(value, "add_text")
    return GroupId(ident(body, "group_id", "add_text")), EntryId(ident(body, "entry_id", "add_text"))


def _version(row: Json) -> VersionInfo:
    return VersionInfo(
        EntryId(ident(row, "entry_id", "versions")),
        number(row, "size", "versions"),
        maybe_text(row, "checksum") or "",
        moment(row, "uploaded"),
    )


def _item(row: Json) -> TrashItem:
    return TrashItem(
        ident(row, "id", "trash"),
        maybe_text(row, "path") or "",
        maybe_text(row, "type") or "",
        maybe_number(row, "size"),
        moment(row, "delete_date"),
    )
