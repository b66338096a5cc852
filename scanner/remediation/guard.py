"""Looks after the quarantine folder: somebody may rename it or open it, and then it is no quarantine any more.

What was found is told; mending is for a person to order, since it takes rights from people.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from scanner.cloud.port import Cloud, FileInfo, Priority
from scanner.errors import CloudRefused, NotFound
from scanner.model import Account, EntryId, GroupId
from scanner.remediation.closing import close, open_to
from scanner.remediation.place import lies_below, make_folders, move_file, parent_of


class FolderState(StrEnum):
    """A closed list: these are metric labels."""

    CLOSED = "closed"
    OPEN = "open"
    """Others than the account and administrators can open it."""
    MISSING = "missing"
    """It is not where it was, though files were put into it."""
    UNUSED = "unused"
    """There is none yet, and nothing was put into it."""
    UNKNOWN = "unknown"
    """The platform does not let us see."""


@dataclass(frozen=True, slots=True)
class Standing:
    state: FolderState
    finding: str


@dataclass(frozen=True, slots=True)
class Parked:
    """A file that our own move put into quarantine, as the ledger has it."""

    group_id: GroupId
    entry_id: EntryId
    path: str


async def look(cloud: Cloud, folder: str, account: Account, newest: Parked | None) -> Standing:
    """How the folder stands. `newest` of what was put into it and not released: where that is now tells a new name.
    Raises RetryLater."""
    try:
        if isinstance(await cloud.at_path(folder, priority=Priority.ENRICHMENT), FileInfo):
            return Standing(FolderState.MISSING, f"a file stands at {folder}")
        others = open_to(await cloud.permissions(folder), account)
    except NotFound:
        if newest is None:
            return Standing(FolderState.UNUSED, f"{folder} does not exist yet; it is created closed")
        return Standing(FolderState.MISSING, f"{folder} is not there{await _whereabouts(cloud, newest)}")
    except CloudRefused as error:
        return Standing(FolderState.UNKNOWN, f"its permissions cannot be read: {error}")
    if others:
        return Standing(FolderState.OPEN, f"open to {others}")
    return Standing(FolderState.CLOSED, "closed")


async def secure(cloud: Cloud, folder: str, account: Account) -> str:
    """Make the folder where it is missing, and close it. Gives what is wrong, empty if nothing. Raises RetryLater."""
    try:
        await make_folders(cloud, folder)
    except CloudRefused as error:
        return f"{folder} could not be made: {error}"
    return await close(cloud, folder, account)


async def bring_back(cloud: Cloud, folder: str, parked: Parked) -> str:
    """Where a file of the quarantine lies that is somewhere else, moved back by now; empty where it lies in the folder,
    is gone, or is another version by now. Raises RetryLater, CloudRefused."""
    try:
        info = await cloud.file(parked.group_id, priority=Priority.REMEDIATION)
    except NotFound:
        return ""
    if lies_below(info.path, folder) or info.entry_id != parked.entry_id:
        return ""
    destination = f"{folder}/{parked.path[len(folder) + 1 :]}"

    async def make() -> None:
        await make_folders(cloud, parent_of(destination))

    await move_file(cloud, parked.group_id, destination, make)
    return info.path


async def _whereabouts(cloud: Cloud, newest: Parked) -> str:
    try:
        info = await cloud.file(newest.group_id, priority=Priority.ENRICHMENT)
    except CloudRefused:
        return ", nor is what was put into it last"
    return f"; what was put into it last is now at {info.path}"
