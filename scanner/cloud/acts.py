"""The acts whose repeat would do harm: move, folder, comment, text. Where no answer came, the state is read first.

Refusals are read from the state too: whether a name is taken is answered with 403, 405 or 409 (fact sheet 10, rows 19,
20, 24, 35), and what stands there decides.
"""

from __future__ import annotations

from hashlib import sha512

from scanner.cloud import calls, history_wire, wire
from scanner.cloud.paths import check_destination
from scanner.cloud.port import Cloud, FileInfo, FolderInfo, Note, Priority
from scanner.cloud.session import Session
from scanner.errors import BadAnswer, CloudRefused, CloudUnavailable, Conflict, Forbidden, NotFound
from scanner.model import Account, EntryId, GroupId

_ROUNDS = 2
"""Times that an act is tried whose answer never came. After one that nobody understands it is not tried again."""
_DOUBTFUL = (403, 405, 409)
"""Statuses that a taken name is answered with."""
_LOCKED = 423


async def move(cloud: Cloud, session: Session, group_id: GroupId, destination: str) -> str:
    """See the port."""
    check_destination(destination)
    for left in reversed(range(_ROUNDS)):
        try:
            answer = await session.ask(calls.move(group_id, destination))
            return wire.moved_path(answer.value, destination)
        except (CloudUnavailable, BadAnswer) as error:
            info = await cloud.file(group_id, priority=Priority.REMEDIATION)
            if _same(info.path, destination):
                return info.path
            if not left or isinstance(error, BadAnswer):
                raise
        except NotFound as error:
            await cloud.file(group_id, priority=Priority.REMEDIATION)
            raise Conflict(f"move: the folder of {destination} is missing", error.status) from error
        except CloudRefused as error:
            return await _refused_move(cloud, group_id, destination, error)
    raise AssertionError("the last round returns or raises")


async def _refused_move(cloud: Cloud, group_id: GroupId, destination: str, error: CloudRefused) -> str:
    """The path, where it is there all the same; else raises what the state says of the refusal."""
    if error.status not in _DOUBTFUL:
        raise error
    info = await cloud.file(group_id, priority=Priority.REMEDIATION)
    if _same(info.path, destination):
        return info.path
    if info.locked:
        raise Conflict(f"move: {info.path} is locked", error.status) from error
    if await _at(cloud, destination) is not None:
        raise Conflict(f"move: the name {destination} is taken", error.status) from error
    raise error


async def add_folder(cloud: Cloud, session: Session, path: str) -> FolderInfo:
    """See the port."""
    check_destination(path)
    for left in reversed(range(_ROUNDS)):
        try:
            answer = await session.ask(calls.add_folder(path))
            return await _made_folder(cloud, path, answer.value)
        except (CloudUnavailable, BadAnswer) as error:
            found = await _at(cloud, path)
            if isinstance(found, FolderInfo):
                return found
            if not left or isinstance(error, BadAnswer):
                raise
        except CloudRefused as error:
            found = await _at(cloud, path) if error.status in _DOUBTFUL else None
            if isinstance(found, FolderInfo):
                return found
            if isinstance(found, FileInfo):
                raise Conflict(f"add_folder: a file stands at {path}", error.status) from error
            raise
    raise AssertionError("the last round returns or raises")


async def add_note(cloud: Cloud, session: Session, account: Account, path: str, body: str) -> Note:
    """See the port; `account` is ours."""
    for left in reversed(range(_ROUNDS)):
        try:
            answer = await session.ask(calls.add_note(path, body))
            return wire.note(answer.value)
        except (CloudUnavailable, BadAnswer) as error:
            found = _own_note(await cloud.notes(path), account, body)
            if found is not None:
                return found
            if not left or isinstance(error, BadAnswer):
                raise
    raise AssertionError("the last round returns or raises")


async def add_text(cloud: Cloud, session: Session, path: str, text: str) -> FileInfo:
    """See the port. Where somebody was faster, ours would be a version upon theirs: then it is taken off again."""
    check_destination(path)
    for left in reversed(range(_ROUNDS)):
        found = await _at(cloud, path)
        if found is not None:
            return same_text(found, text)
        try:
            answer = await session.ask(calls.add_text(path, text))
            group_id, entry_id = history_wire.uploaded(answer.value)
        except (CloudUnavailable, BadAnswer) as error:
            if not left or isinstance(error, BadAnswer):
                found = await _at(cloud, path)
                if found is None:
                    raise
                return same_text(found, text)
            continue
        info = await cloud.file(group_id, priority=Priority.REMEDIATION)
        if info.num_versions == 1:
            return info
        await cloud.delete_version(group_id, entry_id)
        raise Conflict(f"add_text: the name {path} is taken", 409)
    raise AssertionError("the last round returns or raises")


def same_text(found: FileInfo | FolderInfo, text: str) -> FileInfo:
    """What stands where a text is to be, if it is that. Raises Conflict for anything else."""
    checksum = sha512(text.encode()).hexdigest()
    if isinstance(found, FileInfo) and found.checksum == checksum and found.num_versions == 1:
        return found
    raise Conflict(f"add_text: the name {found.path} is taken", 409)


async def delete(cloud: Cloud, session: Session, group_id: GroupId) -> bool:
    """See the port."""
    return await _removed(cloud, session, calls.delete(group_id), group_id)


async def delete_version(cloud: Cloud, session: Session, group_id: GroupId, entry_id: EntryId) -> bool:
    """See the port."""
    return await _removed(cloud, session, calls.delete_version(group_id, entry_id), group_id)


async def _removed(cloud: Cloud, session: Session, call: calls.Call, group_id: GroupId) -> bool:
    try:
        await session.ask(call)
    except NotFound:
        return False
    except CloudRefused as error:
        await _raise_if_locked(cloud, call, group_id, error)
        raise
    return True


async def lock(cloud: Cloud, session: Session, group_id: GroupId, token: str, seconds: int) -> None:
    """See the port."""
    call = calls.lock(group_id, token, seconds)
    try:
        await session.ask(call)
    except NotFound:
        raise
    except CloudRefused as error:
        await _raise_if_locked(cloud, call, group_id, error)
        raise


async def _raise_if_locked(cloud: Cloud, call: calls.Call, group_id: GroupId, error: CloudRefused) -> None:
    """What a locked file is answered with is not documented (fact sheet 10, row 24). Raises Conflict."""
    if error.status not in _DOUBTFUL and error.status != _LOCKED:
        return
    info = await cloud.file(group_id, priority=Priority.REMEDIATION)
    if info.locked:
        raise Conflict(f"{call.operation}: {info.path} is locked", error.status) from error


async def _made_folder(cloud: Cloud, path: str, value: object) -> FolderInfo:
    """An old back end answers with nothing (fact sheet 5.7)."""
    if value is not None:
        return wire.folder_info(value, "add_folder")
    found = await _at(cloud, path)
    if isinstance(found, FolderInfo):
        return found
    raise BadAnswer(f"add_folder: no folder stands at {path} after a success", 201)


async def _at(cloud: Cloud, path: str) -> FileInfo | FolderInfo | None:
    """None also where we may not look: then the refusal at hand is all that is known."""
    try:
        return await cloud.at_path(path, priority=Priority.REMEDIATION)
    except (NotFound, Forbidden):
        return None


def _own_note(notes: tuple[Note, ...], account: Account, body: str) -> Note | None:
    ours = account.username.lower()
    mine = (note for note in notes if note.username.lower() == ours and note.message.strip() == body.strip())
    return next(mine, None)


def _same(path: str, other: str) -> bool:
    """Names differ not by case alone (fact sheet 1.4)."""
    return path.rstrip("/").lower() == other.rstrip("/").lower()
