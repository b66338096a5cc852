"""New files, versions, folders. A new version is the same `create` as a first upload (row 1): only the ids tell."""

from __future__ import annotations

from emulator import names
from emulator.acts import told
from emulator.acts.place import check_location, check_unlocked, parent_of
from emulator.acts.removal import trim_versions
from emulator.blobs import Blob
from emulator.domain import Domain
from emulator.errors import ApiError
from emulator.perms import Level
from emulator.tree import File, Folder, Version
from emulator.users import Actor


def check_upload(domain: Domain, actor: Actor, path: str) -> None:
    """What can be refused before any content is read."""
    names.check_path(path)
    check_location(domain, path, folder=False)
    parent = parent_of(domain, path)
    domain.require(
        actor.user, parent, Level.EDITOR, f"You do not have permission to upload to the folder {parent.path}"
    )
    taken = parent.child(names.split(path)[1])
    if isinstance(taken, Folder):
        raise ApiError(403, f"A folder with the name of the uploaded file exists at {taken.path}")
    if taken is None:
        names.check_name(names.split(path)[1], folder=False)
    else:
        check_unlocked(domain, actor, taken)


def upload(
    domain: Domain, actor: Actor, path: str, blob: Blob, *, checksum: str = "", last_modified: int | None = None
) -> File:
    """A file, or a version on top of the one that has this path. `checksum` is the blob's SHA-512 unless given.

    Identical content makes a new version all the same (row 36). Empty content is refused.
    """
    check_upload(domain, actor, path)
    if blob.size == 0:
        raise ApiError(400, "Empty files cannot be uploaded")
    parent = parent_of(domain, path)
    name = names.split(path)[1]
    file = parent.child(name)
    if not isinstance(file, File):
        file = File(domain.ids.uuid(), name, parent)
        domain.tree.attach(file, parent)
    _add_version(domain, actor, file, blob, (checksum or blob.sha512, last_modified))
    trim_versions(domain, actor, file)
    told.appeared(domain, actor, file)
    return file


def promote_version(domain: Domain, actor: Actor, file: File, entry_id: str) -> Version:
    """An old version made current: a new entry id with its bytes, told as `create` (row 7)."""
    domain.require(actor.user, file, Level.EDITOR)
    old = file.version(entry_id)
    if old is None:
        raise ApiError(404, "Version does not exist")
    version = _add_version(domain, actor, file, old.blob, (old.checksum, old.last_modified))
    told.appeared(domain, actor, file)
    return version


def add_folder(domain: Domain, actor: Actor, path: str) -> Folder:
    """Its creator owns it (live). An existing one is refused (row 19)."""
    names.check_path(path)
    check_location(domain, path, folder=True)
    above, name = names.split(path)
    if domain.switches.add_folder_parents == "make" and domain.tree.find(above) is None:
        add_folder(domain, actor, above)
    parent = parent_of(domain, path)
    if parent.child(name) is not None:
        raise ApiError(domain.switches.conflict_status, "Folder already exists at this location")
    domain.require(actor.user, parent, Level.EDITOR)
    names.check_name(name, folder=True)
    folder = domain.new_folder(parent, name)
    domain.permissions.of(folder.folder_id).users[actor.user.username] = Level.OWNER.label
    told.appeared(domain, actor, folder)
    return folder


def _add_version(domain: Domain, actor: Actor, file: File, blob: Blob, as_sent: tuple[str, int | None]) -> Version:
    """`as_sent` is the checksum, and the client's time of modification if it gave one."""
    now = domain.clock.now()
    checksum, modified = as_sent
    entry_id = domain.ids.uuid()
    version = Version(entry_id, blob, checksum, now if modified is None else modified, now, actor.user.username)
    domain.tree.add_version(file, version)
    file.parent.last_modified = now
    return version
