"""Comments (fact sheet 6): asked for with `body`, answered with `message`; addressed by path only."""

from __future__ import annotations

from typing import Any

from emulator import names
from emulator.acts.noting import add_note, delete_note, found_note, may_delete, node_of, noted
from emulator.clock import iso_offset_ms
from emulator.domain import Domain
from emulator.errors import ApiError, message
from emulator.http import Request, Response, json_response
from emulator.notes import Note
from emulator.perms import Level
from emulator.routes.control import parsed_time
from emulator.routes.fs import check_json
from emulator.routing import Routes
from emulator.tree import Node
from emulator.users import User

routes = Routes(shape=message, scope="Egnyte.filesystem")

DEFAULT_COUNT = 25
MAX_COUNT = 100


@routes.on("POST", "/pubapi/v1/notes")
async def create(domain: Domain, request: Request) -> Response:
    """Nothing but `path` and `body` is accepted."""
    check_json(request)
    body = await request.json()
    if unknown := sorted(set(body) - {"path", "body"}):
        raise ApiError(400, f"Unsupported property: {unknown[0]}")
    for name in ("path", "body"):
        if not isinstance(body.get(name), str):
            raise ApiError(400, f"Property {name} is required and must be text")
    made = add_note(domain, request.actor, body["path"], body["body"])
    return json_response(_row(domain, request.actor.user, *found_note(domain, request.actor.user, made.id)), 201)


@routes.on("GET", "/pubapi/v1/notes")
async def list_notes(domain: Domain, request: Request) -> Response:
    """Oldest first; without `file` and `folder` the whole domain, for admins."""
    user = request.actor.user
    wanted = _place(domain, request)
    first, last = _time(request, "start_time"), _time(request, "end_time")
    found: list[tuple[Note, Node]] = []
    for note in domain.notes.rows.values():
        node = node_of(domain, note)
        if node is None or domain.permission(user, node) < Level.VIEWER_ONLY or not _below(node.path, wanted):
            continue
        if (first is None or note.created >= first) and (last is None or note.created <= last):
            found.append((note, node))
    offset = request.number("offset", 0)
    count = min(request.number("count", DEFAULT_COUNT, minimum=1), MAX_COUNT)
    rows = [_row(domain, user, *each) for each in found[offset : offset + count]]
    return json_response({"total_results": len(found), "count": len(rows), "offset": offset, "notes": rows})


@routes.on("GET", "/pubapi/v1/notes/{note_id}")
async def show(domain: Domain, request: Request) -> Response:
    note, node = found_note(domain, request.actor.user, request.params["note_id"])
    return json_response(_row(domain, request.actor.user, note, node))


@routes.on("DELETE", "/pubapi/v1/notes/{note_id}")
async def delete(domain: Domain, request: Request) -> Response:
    delete_note(domain, request.actor, request.params["note_id"])
    return Response()


def _place(domain: Domain, request: Request) -> tuple[str, bool]:
    """The path asked for, and whether all below it counts too."""
    user = request.actor.user
    for name in ("file", "folder"):
        if (path := request.query.get(name)) is not None:
            return noted(domain, user, names.normal(path)).path, name == "folder"
    if not user.is_admin:
        raise ApiError(403, "Only administrators may list all notes of the domain")
    return "/", True


def _below(path: str, wanted: tuple[str, bool]) -> bool:
    top, deep = wanted
    return path == top or (deep and path.startswith(top.rstrip("/") + "/"))


def _time(request: Request, name: str) -> int | None:
    text = request.query.get(name)
    return None if text is None else parsed_time(text)


def _row(domain: Domain, user: User, note: Note, node: Node) -> dict[str, Any]:
    author = domain.users.by_id[note.user_id]
    return {
        "id": note.id,
        "message": note.body,
        "username": author.username,
        "can_delete": may_delete(domain, user, note, node),
        "creation_time": iso_offset_ms(note.created),
        "formatted_name": author.full_name,
        "file_path": node.path,
        "folder_id" if note.is_folder else "group_id": note.resource_id,
    }
