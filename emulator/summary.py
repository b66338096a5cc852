"""The whole domain as one JSON value: what tests compare with. Ordered by path, so that two of them compare well."""

from __future__ import annotations

from typing import Any

from emulator.acts.locks import active_lock
from emulator.bin import TrashItem
from emulator.domain import Domain
from emulator.tree import File, Folder, Version


def summary(domain: Domain) -> dict[str, Any]:
    nodes = list(domain.tree.root.walk())
    files = sorted((each for each in nodes if isinstance(each, File)), key=lambda each: each.path)
    folders = sorted((each for each in nodes if isinstance(each, Folder)), key=lambda each: each.path)
    return {
        "now": domain.clock.now(),
        "files": [_file(domain, each) for each in files],
        "folders": [{"folder_id": each.folder_id, "path": each.path} for each in folders],
        "notes": [{**row, "path": _path(domain, row["resource_id"])} for row in domain.notes.dump()],
        "links": [{**row, "path": _path(domain, row["resource_id"])} for row in domain.links.dump()],
        "trash": [_trashed(item) for item in domain.trash.values()],
        "properties": domain.properties.dump(),
        "last_event_id": domain.events.last_id,
    }


def _file(domain: Domain, file: File) -> dict[str, Any]:
    versions = [_version(version) for version in file.versions]
    locked = active_lock(domain, file) is not None
    return {"group_id": file.group_id, "path": file.path, "locked": locked, "versions": versions}


def _version(version: Version) -> dict[str, Any]:
    """`sha512` is of the content; `checksum` is what the API says, which differs after a chunked upload."""
    return {
        "entry_id": version.entry_id,
        "size": version.size,
        "checksum": version.checksum,
        "sha512": version.blob.sha512,
        "uploaded_by": version.uploaded_by,
    }


def _trashed(item: TrashItem) -> dict[str, Any]:
    row: dict[str, Any] = {"id": item.id, "type": item.kind, "path": item.path, "deleted_by": item.deleted_by}
    if item.version is not None:
        row["entry_id"] = item.version.entry_id
    if isinstance(item.node, File):
        row["group_id"] = item.node.group_id
    return row


def _path(domain: Domain, resource_id: str) -> str | None:
    node = domain.tree.files.get(resource_id) or domain.tree.folders.get(resource_id)
    return None if node is None else node.path
