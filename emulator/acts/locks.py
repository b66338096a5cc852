"""Locks on files: they time out by the emulator's clock, and their owner needs no token to open them (live)."""

from __future__ import annotations

from emulator.domain import Domain
from emulator.errors import ApiError
from emulator.perms import Level
from emulator.tree import File, Lock
from emulator.users import Actor

DEFAULT_TIMEOUT = 3_600


def active_lock(domain: Domain, file: File) -> Lock | None:
    """The lock, unless it has timed out."""
    if file.lock is not None and domain.clock.now() >= file.lock.expires:
        file.lock = None
    return file.lock


def lock(
    domain: Domain,
    actor: Actor,
    file: File,
    *,
    token: str = "",
    timeout: int = DEFAULT_TIMEOUT,
    collaboration: str = "",
) -> Lock:
    """Locks for `timeout` seconds, or renews the actor's own lock. An own token is honoured (live)."""
    domain.require(actor.user, file, Level.EDITOR)
    held = active_lock(domain, file)
    if held is not None and held.owner_id != actor.user.id:
        raise ApiError(domain.switches.locked_status, f"The file {file.path} is locked by another user")
    expires = domain.clock.now() + timeout * 1000
    file.lock = Lock(token or domain.ids.word(16), actor.user.id, expires, collaboration)
    _tell(domain, actor, file, "fs:lock_file")
    return file.lock


def unlock(domain: Domain, actor: Actor, file: File, token: str = "") -> None:
    """404 for a wrong token (live) and for a file that is not locked."""
    held = active_lock(domain, file)
    if held is None or (token and token != held.token):
        raise ApiError(404, "The file has no lock with this token")
    if not token and held.owner_id != actor.user.id:
        raise ApiError(domain.switches.locked_status, f"The file {file.path} is locked by another user")
    file.lock = None
    _tell(domain, actor, file, "fs:unlock_file")


def _tell(domain: Domain, actor: Actor, file: File, event_type: str) -> None:
    data = {"targetGroupId": file.group_id, "targetFileChecksum": file.current.checksum, "targetPath": file.path}
    domain.notify(event_type, actor, file.path, data)
