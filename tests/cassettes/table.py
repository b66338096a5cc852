"""Every call site about JSON with its success and each of its errors: drives both recording and replay.

A situation is prepared in a fresh emulated domain when it is recorded; on replay only the cassette is there. Ids are
the emulator's, which are the same each time.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scanner.cloud.port import Cloud, Priority
from scanner.model import Cursor, GroupId
from tests.cloud.egnyte import Egnyte

FOLDER = Path(__file__).parent
RESULTS = FOLDER / "results.yaml"
TOKEN = "cassette-token-that-nobody-may-see"
PLAN, TAKEN, LOCKED = "/Shared/Kite/plan v3.txt", "/Shared/Kite/taken.txt", "/Shared/Kite/locked.txt"
TARGET, NEW = "/Shared/Kite/ü #1.q", "/Shared/Kite/New"
NOW = Priority.REMEDIATION
Seed = dict[str, Any]
"""Ids of what a recording begins with: group, locked, link, user, cursor."""
Ask = Callable[[Cloud, Seed], Awaitable[object]]
Prepare = Callable[[Egnyte], None]


@dataclass(frozen=True, slots=True)
class Situation:
    """`error` is the class of what the caller gets; empty for a success."""

    name: str
    error: str = ""
    prepare: Prepare = lambda _egnyte: None
    ask: Ask | None = None
    """In place of the site's own call."""


@dataclass(frozen=True, slots=True)
class Site:
    """`route` is what faults are made for: the site's own call, not those that look around it."""

    name: str
    ask: Ask
    route: str
    method: str = "GET"
    own: tuple[Situation, ...] = ()
    bad: Any = field(default_factory=lambda: {"brand": "new"})
    """A body of the wrong shape; None where the answer is not read."""


@dataclass(frozen=True, slots=True)
class Take:
    """One cassette."""

    site: Site
    situation: Situation = field(compare=False)

    @property
    def label(self) -> str:
        return f"{self.site.name}/{self.situation.name}"

    @property
    def path(self) -> Path:
        return FOLDER / f"{self.label}.yaml"

    def ask(self, cloud: Cloud, seed: Seed) -> Awaitable[object]:
        return (self.situation.ask or self.site.ask)(cloud, seed)


def act(**what: Any) -> Prepare:
    return lambda egnyte: void(egnyte.act(**what))


def switch(**changes: Any) -> Prepare:
    return lambda egnyte: egnyte.switch(**changes)


def faulty(route: str, method: str = "GET", **rule: Any) -> Prepare:
    return lambda egnyte: egnyte.fault(route=route, method=method, **rule)


def void(_value: object) -> None:
    """What is prepared has no result."""


def revoked(egnyte: Egnyte) -> None:
    egnyte.control("DELETE", f"tokens/{TOKEN}")


def revoked_by_old_gateway(egnyte: Egnyte) -> None:
    egnyte.switch(inactive_dialect="mashery")
    revoked(egnyte)


def aged_out(egnyte: Egnyte) -> None:
    egnyte.control("POST", "events/prune", json={"keep": 1})


def common(site: Site) -> tuple[Situation, ...]:
    """What any call may meet (fact sheet 2.4, 8.3). Pauses are long, so that nothing is repeated within the call."""
    page = {"status": 503, "body": "<html>Busy</html>", "headers": {"Retry-After": "60"}}

    def fault(**rule: Any) -> Prepare:
        return faulty(site.route, site.method, **rule)

    refusals = (
        Situation("success"),
        Situation("token-refused", "TokenRefused", revoked),
        Situation("token-refused-by-old-gateway", "TokenRefused", revoked_by_old_gateway),
        Situation("throttled", "Throttled", fault(throttle="day", dialect="429")),
        Situation("throttled-by-old-gateway", "Throttled", fault(throttle="day", dialect="mashery")),
        Situation("unavailable", "CloudUnavailable", fault(**page)),
    )
    odd = (Situation("bad-answer", "BadAnswer", fault(status=200, body=site.bad)),)
    return refusals + (odd if site.bad is not None else ())


def takes() -> list[Take]:
    return [Take(site, situation) for site in SITES for situation in (*common(site), *site.own)]


FORBIDDEN: dict[str, Any] = {
    "status": 403,
    "body": {"errorMessage": "You do not have permission to perform this action"},
}
GROUP_404 = Situation("not-found", "NotFound", ask=lambda cloud, _: cloud.file(GroupId("no-such-group"), priority=NOW))
SITES = [
    Site("account", lambda cloud, _: cloud.account(), "/userinfo"),
    Site("feed_range", lambda cloud, _: cloud.feed_range(), "/events/cursor"),
    Site(
        "events_after",
        lambda cloud, seed: cloud.events_after(Cursor(seed["cursor"]), 100),
        r"/events\?",
        own=(
            Situation("nothing-new", ask=lambda cloud, _: cloud.events_after(Cursor(10**6), 100)),
            Situation("cursor-expired", "CursorExpired", aged_out),
        ),
        bad={"events": [{"type": "file_system"}]},
    ),
    Site(
        "file",
        lambda cloud, seed: cloud.file(seed["group"], priority=NOW),
        "/fs/ids/file/",
        own=(GROUP_404, Situation("forbidden", "Forbidden", faulty("/fs/ids/file/", **FORBIDDEN))),
    ),
    Site(
        "at_path",
        lambda cloud, _: cloud.at_path(PLAN, priority=NOW),
        "/fs/Shared",
        own=(
            Situation("folder", ask=lambda cloud, _: cloud.at_path("/Shared/Kite", priority=NOW)),
            Situation("not-found", "NotFound", ask=lambda cloud, _: cloud.at_path(NEW, priority=NOW)),
            Situation("unparsable", "NotFound", ask=lambda cloud, _: cloud.at_path("/ /Shared", priority=NOW)),
            Situation("forbidden", "Forbidden", faulty("/fs/Shared", **FORBIDDEN)),
        ),
    ),
    Site(
        "list_folder",
        lambda cloud, _: cloud.list_folder("/Shared/Kite", 0, priority=NOW),
        "/fs/Shared",
        own=(
            Situation("not-found", "NotFound", ask=lambda cloud, _: cloud.list_folder(NEW, 0, priority=NOW)),
            Situation("file", "NotFound", ask=lambda cloud, _: cloud.list_folder(PLAN, 0, priority=NOW)),
            Situation("forbidden", "Forbidden", faulty("/fs/Shared", **FORBIDDEN)),
        ),
    ),
    Site(
        "add_folder",
        lambda cloud, _: cloud.add_folder(NEW),
        "/New$",
        "POST",
        own=(
            Situation("exists", prepare=act(action="add_folder", path=NEW)),
            Situation("file-there", "Conflict", ask=lambda cloud, _: cloud.add_folder(TAKEN)),
            Situation("parent-missing", "NotFound", ask=lambda cloud, _: cloud.add_folder(NEW + "/a/b")),
            Situation("bad-root", "Conflict", ask=lambda cloud, _: cloud.add_folder("/Elsewhere")),
            Situation("bad-name", "CloudRefused", ask=lambda cloud, _: cloud.add_folder("/Shared/Kite/a:b")),
            Situation("forbidden", "Forbidden", faulty("/New$", "POST", **FORBIDDEN)),
            Situation("empty-answer", "BadAnswer", faulty("/New$", "POST", status=201)),
        ),
    ),
    Site(
        "move",
        lambda cloud, seed: cloud.move(seed["group"], TARGET),
        "/fs/ids/file/",
        "POST",
        own=(
            Situation("there-already", prepare=act(action="move", path=PLAN, destination=TARGET)),
            Situation("name-taken", "Conflict", ask=lambda cloud, seed: cloud.move(seed["group"], TAKEN)),
            Situation(
                "name-taken-409", "Conflict", switch(conflict_status=409),
                ask=lambda cloud, seed: cloud.move(seed["group"], TAKEN),
            ),
            Situation("folder-missing", "Conflict", ask=lambda cloud, seed: cloud.move(seed["group"], NEW + "/a.q")),
            Situation("locked", "Conflict", ask=lambda cloud, seed: cloud.move(seed["locked"], TARGET)),
            Situation("not-found", "NotFound", ask=lambda cloud, _: cloud.move(GroupId("no-such-group"), TARGET)),
            Situation("forbidden", "Forbidden", faulty("/fs/ids/file/", "POST", **FORBIDDEN)),
            Situation("lost-once", prepare=faulty("/fs/ids/file/", "POST", status=504, count=1)),
        ),
        bad=None,
    ),
    Site(
        "links",
        lambda cloud, _: cloud.links(PLAN),
        "/v2/links",
        own=(
            Situation("none", ask=lambda cloud, _: cloud.links(TAKEN)),
            Situation("forbidden", "Forbidden", faulty("/v2/links", **FORBIDDEN)),
        ),
        bad={"links": [{"path": "/Shared"}]},
    ),
    Site(
        "delete_link",
        lambda cloud, seed: cloud.delete_link(seed["link"]),
        "/v1/links",
        "DELETE",
        own=(
            Situation("gone", ask=lambda cloud, _: cloud.delete_link("noSuchLink")),
            Situation("forbidden", "Forbidden", faulty("/v1/links", "DELETE", **FORBIDDEN)),
        ),
        bad=None,
    ),
    Site(
        "notes",
        lambda cloud, _: cloud.notes(PLAN),
        "/notes",
        own=(Situation("file-missing", "Forbidden", ask=lambda cloud, _: cloud.notes(NEW)),),
        bad={"notes": "none"},
    ),
    Site(
        "add_note",
        lambda cloud, _: cloud.add_note(PLAN, "quarantined: Eicar & <co>"),
        "/notes",
        "POST",
        own=(
            Situation("file-missing", "Forbidden", ask=lambda cloud, _: cloud.add_note(NEW, "hello")),
            Situation("too-long", "CloudRefused", switch(note_limit=5)),
            Situation("lost-once", prepare=faulty("/notes", "POST", status=504, count=1)),
        ),
    ),
    Site(
        "permissions",
        lambda cloud, _: cloud.permissions("/Shared/Kite"),
        "/v2/perms",
        own=(
            Situation("not-found", "NotFound", ask=lambda cloud, _: cloud.permissions(NEW)),
            Situation("forbidden", "Forbidden", faulty("/v2/perms", **FORBIDDEN)),
        ),
        bad={"userPerms": []},
    ),
    Site(
        "close_folder",
        lambda cloud, _: cloud.close_folder("/Shared/Kite", {"svc-scanner": "Owner"}),
        "/v2/perms",
        "POST",
        own=(
            Situation("not-found", "NotFound", ask=lambda cloud, _: cloud.close_folder(NEW, {"svc-scanner": "Owner"})),
            Situation("forbidden", "Forbidden", faulty("/v2/perms", "POST", **FORBIDDEN)),
        ),
        bad=None,
    ),
    Site(
        "own_level",
        lambda cloud, _: cloud.own_level("/Shared/Kite"),
        "/perms/user",
        own=(Situation("forbidden", "Forbidden", faulty("/perms/user", **FORBIDDEN)),),
    ),
    Site(
        "username",
        lambda cloud, seed: cloud.username(seed["user"]),
        "/users/",
        own=(
            Situation("nobody", ask=lambda cloud, _: cloud.username(4_000_000_000_000)),
            Situation("not-allowed", prepare=faulty("/users/", **FORBIDDEN)),
        ),
    ),
]  # fmt: skip
