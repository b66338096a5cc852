"""Comments: made, found and deleted. A missing file answers 403 here, as a forbidden one does (fact sheet 6)."""

from __future__ import annotations

from emulator import names
from emulator.domain import Domain
from emulator.errors import ApiError
from emulator.notes import Note
from emulator.perms import Level
from emulator.tree import File, Folder, Node
from emulator.users import Actor, User

_REFUSED = "You do not have permission to access this item, or it does not exist"


def add_note(domain: Domain, actor: Actor, path: str, body: str) -> Note:
    """400 for an empty text or one above the switch `note_limit` (row 30)."""
    node = noted(domain, actor.user, path)
    if not body.strip():
        raise ApiError(400, "body must not be empty")
    if len(body) > domain.switches.note_limit:
        raise ApiError(400, f"body is longer than {domain.switches.note_limit} characters")
    is_folder = isinstance(node, Folder)
    note = Note(domain.ids.uuid(), node_id(node), is_folder, body, actor.user.id, domain.clock.now())
    domain.notes.add(note)
    _tell(domain, actor, note, node, "create")
    return note


def delete_note(domain: Domain, actor: Actor, note_id: str) -> None:
    """Own notes, and any note for owners of its folder."""
    note, node = found_note(domain, actor.user, note_id)
    if not may_delete(domain, actor.user, note, node):
        raise ApiError(403, "You do not have permission to delete this note")
    del domain.notes.rows[note.id]
    _tell(domain, actor, note, node, "delete")


def found_note(domain: Domain, user: User, note_id: str) -> tuple[Note, Node]:
    """404 also while its file lies in the trash; 403 where the user may not see the file."""
    note = domain.notes.rows.get(note_id)
    node = None if note is None else node_of(domain, note)
    if note is None or node is None:
        raise ApiError(404, "Note does not exist")
    if domain.permission(user, node) < Level.VIEWER_ONLY:
        raise ApiError(403, _REFUSED)
    return note, node


def noted(domain: Domain, user: User, path: str) -> Node:
    """The file or folder at a path; 403 where there is none or the user may not see it."""
    node = domain.tree.find(names.normal(path))
    if node is None or domain.permission(user, node) < Level.VIEWER_ONLY:
        raise ApiError(403, _REFUSED)
    return node


def node_of(domain: Domain, note: Note) -> Node | None:
    """What the note hangs on; None while that is not in the tree."""
    tree = domain.tree
    return tree.folders.get(note.resource_id) if note.is_folder else tree.files.get(note.resource_id)


def may_delete(domain: Domain, user: User, note: Note, node: Node) -> bool:
    return note.user_id == user.id or domain.permission(user, node) >= Level.OWNER


def node_id(node: Node) -> str:
    return node.group_id if isinstance(node, File) else node.folder_id


def _tell(domain: Domain, actor: Actor, note: Note, node: Node, action: str) -> None:
    """`data` of the event is the id alone, so that its reader must ask for the rest; the webhook's is inferred."""
    detail = f"/pubapi/v1/notes/{note.id}" if action == "create" else None
    domain.record(actor, "note", action, {"note_id": note.id}, paths=(node.path,), object_path=detail)
    webhook = "comment:set_comment" if action == "create" else "comment:remove_comment"
    domain.notify(webhook, actor, node.path, {"targetPath": node.path, "noteId": note.id})
