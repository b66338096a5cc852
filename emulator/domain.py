"""One Egnyte domain: everything that is remembered, and the two rules that all acts share (who may, what is recorded).

The acts themselves are functions in emulator/acts/ that take a Domain. Domain is not thread-safe: it belongs to the
event loop that serves it (from elsewhere go through `Running.call` in server.py).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from emulator.bin import TrashItem
from emulator.blobs import BlobStore
from emulator.chunks import ChunkedUpload
from emulator.clock import Clock
from emulator.errors import ApiError
from emulator.eventlog import Event, EventLog
from emulator.faults import Faults
from emulator.generated import GeneratedFolder
from emulator.ids import Ids
from emulator.links import Link
from emulator.notes import Note
from emulator.oauth import OAuth
from emulator.perms import Level, Permissions
from emulator.properties import Properties
from emulator.requestlog import RequestLog
from emulator.switches import Switches
from emulator.table import Table
from emulator.tokens import Token, Tokens
from emulator.tree import File, Folder, Node, Tree
from emulator.users import Actor, Directory, User
from emulator.webhooks import Webhook

SHARED = "/Shared"
PRIVATE = "/Private"


@dataclass(frozen=True, slots=True)
class Notice:
    """What a webhook is told: a type of section 4.2, and data with the keys of section 4.3."""

    event_type: str
    at: int
    actor: Actor
    path: str
    data: dict[str, Any] = field(default_factory=dict)


class Domain:
    """`qps` and `daily` are the limits of every token that has none of its own; the defaults are Egnyte's."""

    def __init__(
        self, name: str = "orchidworks", *, blob_folder: Path | None = None, qps: int = 2, daily: int = 1_000
    ) -> None:
        self.name = name
        self.qps = qps
        self.daily = daily
        self.clock = Clock()
        self.ids = Ids()
        self.switches = Switches()
        self.users = Directory()
        self.tokens = Tokens()
        self.oauth = OAuth()
        self.tree = Tree(self.ids.uuid(), self.clock.now())
        self.events = EventLog(self.switches)
        self.permissions = Permissions()
        self.trash: dict[str, TrashItem] = {}
        self.notes: Table[Note] = Table(Note)
        self.links: Table[Link] = Table(Link)
        self.webhooks: Table[Webhook] = Table(Webhook)
        self.properties = Properties()
        self.blobs = BlobStore(blob_folder)
        self.uploads: dict[str, ChunkedUpload] = {}
        self.faults = Faults()
        self.requests = RequestLog()
        self.listeners: list[Callable[[Notice], None]] = []
        self.deliveries: deque[dict[str, Any]] = deque(maxlen=10_000)  # to webhooks, for whoever wants to see
        self.certificate = b""  # PEM, of the HTTPS port if there is one
        self.changes = 0  # grows with every act: what the state folder goes by
        for path in (SHARED, PRIVATE):
            self.new_folder(self.tree.root, path[1:])
        shared = self.tree.find(SHARED)
        assert isinstance(shared, Folder)
        self.permissions.of(shared.folder_id).groups.update({"All Administrators": "Owner", "All Power Users": "Full"})

    def add_user(self, user: User) -> User:
        """With a personal folder. Ids of 0 are filled in, beyond 32 bits as seen in the field."""
        user.id = user.id or 5_000_000_001 + len(self.users.by_id)
        user.created = user.created or self.clock.now()
        self.users.add(user)
        private = self.tree.find(PRIVATE)
        assert isinstance(private, Folder)
        if private.child(user.username) is None:
            self.new_folder(private, user.username)
        self.changes += 1
        return user

    def new_folder(self, parent: Folder, name: str) -> Folder:
        """Without checks and without an event."""
        now = self.clock.now()
        folder = Folder(self.ids.uuid(), name, parent, now, now)
        self.tree.attach(folder, parent)
        return folder

    def issue_token(self, user: User, *, value: str = "", client_id: str = "demo-client", **limits: Any) -> Token:
        """`limits` are fields of Token: scopes, expires, refresh, qps, daily."""
        self.changes += 1
        return self.tokens.add(Token(value or self.ids.word(24), user.id, client_id, **limits))

    def permission(self, user: User, node: Node) -> Level:
        """What a user may do with a file or folder. Admins own everything, a user owns what is below its /Private; what
        is generated nobody may change."""
        folder = node.parent if isinstance(node, File) else node
        held = self._held(user, folder)
        return min(held, Level.VIEWER) if isinstance(folder, GeneratedFolder) else held

    def _held(self, user: User, folder: Folder) -> Level:
        if user.is_admin:
            return Level.OWNER
        top, second = _first_two(folder)
        if top == PRIVATE[1:].casefold():
            return Level.OWNER if second == user.username.casefold() else (Level.NONE if second else Level.NAV)
        held = self.permissions.effective(self.users, user, folder)
        return held if second else max(held, Level.NAV)  # everybody may look for what is theirs in / and /Shared

    def require(self, user: User, node: Node, level: Level, text: str = "") -> None:
        """403 below `level`; what may not even be seen answers as the switch `hidden_status` says (row 25)."""
        held = self.permission(user, node)
        if held >= level:
            return
        if held == Level.NONE and self.switches.hidden_status == 404:
            raise ApiError(404, "Item does not exist")
        raise ApiError(403, text or "You do not have permission to perform this action")

    def record(
        self,
        actor: Actor,
        type_: str,
        action: str,
        data: dict[str, Any],
        *,
        paths: tuple[str, ...],
        object_path: str | None = None,
        attributes: dict[str, Any] | None = None,
    ) -> Event:
        """Appends an event and counts the change. `object_path` is the encoded URL path for object_detail."""
        now = self.clock.now()
        shown_as = actor.user
        if actor.impersonator is not None and self.switches.act_as_actor == "admin":
            shown_as = actor.impersonator
        event = Event(
            self.events.next_id(), now, now + self.events.delay(), shown_as.id, actor.user.id, actor.client_id,
            actor.source, type_, action, data, paths, object_path, attributes,
        )  # fmt: skip
        self.events.append(event)
        self.changes += 1
        return event

    def notify(self, event_type: str, actor: Actor, path: str, data: dict[str, Any]) -> None:
        """Tells the listeners (webhooks)."""
        self.changes += 1
        for listener in self.listeners:
            listener(Notice(event_type, self.clock.now(), actor, path, data))

    def close(self) -> None:
        """Ends uploads under way and removes temporary content."""
        for upload in self.uploads.values():
            upload.writer.discard()
        self.uploads.clear()
        self.blobs.close()


def _first_two(folder: Folder) -> tuple[str, str]:
    """The names below the root and below that, casefolded; empty where there is none."""
    names: list[str] = []
    at = folder
    while at.parent is not None:
        names.append(at.name.casefold())
        at = at.parent
    padded = [*reversed(names), "", ""]
    return padded[0], padded[1]
