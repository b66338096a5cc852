"""Moves a file without ever overwriting another, and says where it lies."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator

from scanner.cloud.port import Cloud, FileInfo, Priority
from scanner.errors import Conflict, NotFound, RetryLater
from scanner.model import FileVersion, GroupId

LOCK_WAIT = 900.0
"""Seconds until a locked file is tried again: locks last an hour unless told otherwise (fact sheet 5.7), and each try
costs three calls of a small quota."""
MOST_NAMES = 20
"""Names tried beside one that is taken."""
NAME_BYTES = 245
"""Longest name that Egnyte takes (fact sheet 1.4)."""


def lies_below(path: str, folder: str) -> bool:
    """Names differ not by case alone (fact sheet 1.4)."""
    return path.lower().startswith(folder.lower() + "/")


def parent_of(path: str) -> str:
    return path.rpartition("/")[0]


def newer_version(info: FileInfo, judged: FileVersion) -> FileVersion | None:
    """The current version where it is not the one judged; it has to be scanned."""
    if info.entry_id == judged.entry_id:
        return None
    return info.version_in(judged.domain)


def is_same_content(info: FileInfo, checksum: str | None, size: int | None) -> bool:
    """Whether a new entry id stands for a content we know: nobody confirms that a move keeps the id (fact sheet 10, row
    21). False in doubt, also where the platform has the checksum of a chunked upload and we the plain one."""
    return bool(checksum) and info.checksum == checksum and info.size == size


async def move_file(
    cloud: Cloud, group_id: GroupId, destination: str, make_folder: Callable[[], Awaitable[None]]
) -> str:
    """Move to a full path, or beside it where the name is taken. Gives the path where the file is now.

    The folder is made only when a first move was refused: nearly always it is there, and looking costs calls. Raises
    RetryLater where the file is locked, Conflict, NotFound, Forbidden.
    """
    try:
        return await cloud.move(group_id, destination)
    except (Conflict, NotFound) as error:
        info = await cloud.file(group_id, priority=Priority.REMEDIATION)
        if info.locked:
            raise RetryLater(f"{info.path} is locked by somebody", LOCK_WAIT) from error
    await make_folder()
    for candidate in names_beside(destination):
        try:
            return await cloud.move(group_id, candidate)
        except Conflict:
            if not await _is_taken(cloud, candidate):
                raise
    raise Conflict(f"{destination} and {MOST_NAMES} names beside it are taken", 409)


def names_beside(path: str) -> Iterator[str]:
    """The path itself, then `name_1.ext` and so on; a long name is shortened to make room."""
    yield path
    folder, _, name = path.rpartition("/")
    stem, dot, extension = name.rpartition(".")
    if not stem:
        stem, dot, extension = name, "", ""
    for number in range(1, MOST_NAMES + 1):
        ending = f"_{number}{dot}{extension}"
        room = NAME_BYTES - len(_bytes(ending))
        yield f"{folder}/{shortened(stem, room)}{ending}"


def shortened(name: str, most: int) -> str:
    """The name, cut at so many bytes."""
    return _bytes(name)[:most].decode(errors="ignore")


def _bytes(name: str) -> bytes:
    """JSON can smuggle in halves of surrogate pairs, which plain UTF-8 refuses."""
    return name.encode("utf-8", "surrogatepass")


async def make_folders(cloud: Cloud, path: str) -> bool:
    """Create a folder with the parents that it lacks; False where it was there."""
    missing = []
    while path:
        try:
            await cloud.at_path(path, priority=Priority.REMEDIATION)
            break
        except NotFound:
            missing.append(path)
            path = parent_of(path)
    for folder in reversed(missing):
        await cloud.add_folder(folder)
    return bool(missing)


async def _is_taken(cloud: Cloud, path: str) -> bool:
    try:
        await cloud.at_path(path, priority=Priority.REMEDIATION)
    except NotFound:
        return False
    return True
