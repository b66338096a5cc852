"""Files and folders as the fs API prints them (fact sheet 5.2, 5.3), with its quirks: camelCase `lastModified` on
folders only, `versions` without the current one and absent for single versions, empty arrays left out."""

from __future__ import annotations

from typing import Any

from emulator.acts.locks import active_lock
from emulator.clock import rfc1123
from emulator.domain import Domain
from emulator.generated import FILE_SIZE, GeneratedFolder, counted
from emulator.http import Request
from emulator.perms import Level
from emulator.tree import File, Folder, Node, Version
from emulator.users import User

MAX_COUNT = 1_000


def file_row(domain: Domain, file: File) -> dict[str, Any]:
    """As in a folder listing."""
    current = file.current
    return {
        "checksum": current.checksum,
        "size": current.size,
        "path": file.path,
        "name": file.name,
        "locked": active_lock(domain, file) is not None,
        "is_folder": False,
        "entry_id": current.entry_id,
        "group_id": file.group_id,
        "parent_id": file.parent.folder_id,
        "last_modified": rfc1123(current.last_modified),
        "uploaded_by": current.uploaded_by,
        "uploaded": current.uploaded,
        "num_versions": len(file.versions),
    }


def file_metadata(domain: Domain, request: Request, file: File, version: Version) -> dict[str, Any]:
    """The answer to a direct GET, of the current version or of the one that `entry_id` names."""
    row = file_row(domain, file)
    row |= _version_row(version)
    if version is file.current and len(file.versions) > 1:
        row["versions"] = [{"is_folder": False, **_version_row(old)} for old in file.versions[:-1]]
    _add_options(domain, request, file, row)
    return row


def folder_metadata(domain: Domain, request: Request, folder: Folder) -> dict[str, Any]:
    """With the listing, unless `list_content=false`. Without paging parameters `count` is 0, whatever is listed."""
    paging = "count" in request.query or "offset" in request.query
    offset = request.number("offset", 0)
    page, total = _page(domain, request, folder, offset, min(request.number("count", 100, minimum=1), MAX_COUNT))
    row = _folder_details(domain, folder)
    if request.flag("list_content", default=True):
        row |= {"count": len(page) if paging else 0, "offset": offset, "total_count": total}
        row |= _listing(domain, request, page)
    _add_options(domain, request, folder, row)
    return row


def _page(domain: Domain, request: Request, folder: Folder, offset: int, count: int) -> tuple[list[Node], int]:
    """Children from `offset` on, and how many there are in all."""
    if isinstance(folder, GeneratedFolder):  # all of one size and age: whatever they are sorted by, it is by name
        backwards = request.query.get("sort_direction") == "descending"
        return folder.page(offset, count, backwards=backwards), len(folder.below()) + len(folder.own())
    children = _sorted(visible_children(domain, request.actor.user, folder), request)
    return children[offset : offset + count], len(children)


def visible_children(domain: Domain, user: User, folder: Folder) -> list[Node]:
    """By name, folders before files in one sequence; folders that the user may not see are left out."""
    folders = [each for each in folder.folders.values() if domain.permission(user, each) > Level.NONE]
    folders.sort(key=lambda each: each.name.casefold())
    if domain.permission(user, folder) <= Level.NAV:
        return list(folders)
    return [*folders, *sorted(folder.files.values(), key=lambda each: each.name.casefold())]


def folder_row(folder: Folder) -> dict[str, Any]:
    """As in a folder listing."""
    return {
        "name": folder.name,
        "lastModified": folder.last_modified,
        "uploaded": folder.created,
        "path": folder.path,
        "folder_id": folder.folder_id,
        "is_folder": True,
        "parent_id": folder.parent.folder_id if folder.parent is not None else None,
    }


def folder_stats(folder: Folder) -> dict[str, int]:
    """Of everything below."""
    nodes = list(folder.walk())
    files = [each for each in nodes if isinstance(each, File)]
    more, folders = counted([folder, *(each for each in nodes if isinstance(each, Folder))])
    current = sum(file.current.size for file in files) + more * FILE_SIZE
    everything = sum(version.size for file in files for version in file.versions) + more * FILE_SIZE
    return {
        "allVersionsSize": everything,
        "allFilesSize": current,
        "allVersionsSizeInKB": everything // 1024,
        "allFilesSizeInKB": current // 1024,
        "filesCount": len(files) + more,
        "fileVersionsCount": sum(len(file.versions) for file in files) + more,
        "foldersCount": len(nodes) - len(files) + folders,
    }


def _folder_details(domain: Domain, folder: Folder) -> dict[str, Any]:
    options = folder.options
    return folder_row(folder) | {
        "public_links": options.public_links,
        "allow_links": options.allow_links,
        "allow_upload_links": options.allow_links,
        "restrict_move_delete": options.restrict_move_delete,
        "allowed_file_link_types": ["anyone", "password", "domain", "recipients"],
        "allowed_folder_link_types": ["anyone", "password", "domain", "recipients"],
        "folder_description": options.folder_description,
    }


def _listing(domain: Domain, request: Request, page: list[Node]) -> dict[str, Any]:
    rows: dict[str, list[dict[str, Any]]] = {"folders": [], "files": []}
    for node in page:
        row = file_row(domain, node) if isinstance(node, File) else folder_row(node)
        _add_options(domain, request, node, row)
        rows["files" if isinstance(node, File) else "folders"].append(row)
    return {key: value for key, value in rows.items() if value}


def _sorted(children: list[Node], request: Request) -> list[Node]:
    """Children come sorted by name; an unknown key leaves them so."""
    key = request.query.get("sort_by", "name")
    backwards = request.query.get("sort_direction") == "descending"
    if key == "name" and not backwards:
        return children
    folders = [each for each in children if isinstance(each, Folder)]
    files = [each for each in children if isinstance(each, File)]
    folders.sort(key=lambda each: each.last_modified if key == "last_modified" else 0)
    files.sort(key=lambda each: _file_key(each, key))
    if backwards:
        folders.reverse()
        files.reverse()
    return [*folders, *files]


def _file_key(file: File, key: str) -> tuple[int, str]:
    current = file.current
    numbers = {"last_modified": current.last_modified, "size": current.size, "created_time": current.uploaded}
    if key == "uploaded_by":
        return 0, current.uploaded_by
    return numbers.get(key, 0), file.name.casefold()


def _version_row(version: Version) -> dict[str, Any]:
    return {
        "entry_id": version.entry_id,
        "checksum": version.checksum,
        "size": version.size,
        "last_modified": rfc1123(version.last_modified),
        "uploaded_by": version.uploaded_by,
        "uploaded": version.uploaded,
    }


def _add_options(domain: Domain, request: Request, node: Node, row: dict[str, Any]) -> None:
    """What is printed only when asked for."""
    query = request.query
    if not query:
        return
    if request.flag("list_custom_metadata"):
        resource_id = query.get("entry_id", node.group_id) if isinstance(node, File) else node.folder_id
        row["custom_metadata"] = domain.properties.of(resource_id, request.token.client_id)
    if request.flag("perms") or request.flag("include_perm"):
        row["permission"] = domain.permission(request.actor.user, node).label
    if request.flag("include_locks") and isinstance(node, File):
        _add_lock(domain, node, row)


def _add_lock(domain: Domain, file: File, row: dict[str, Any]) -> None:
    lock = active_lock(domain, file)
    if lock is None:
        return
    owner = domain.users.by_id[lock.owner_id]
    row["lock_info"] = {
        "collaboration": lock.collaboration,
        "owner_id": owner.id,
        "first_name": owner.first_name,
        "last_name": owner.last_name,
        "email": owner.email,
    }
