"""Every call site about JSON with its success and each of its errors: drives both recording and replay."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from scanner.cloud.port import Cloud, Namespace, Priority, Subscription
from scanner.model import Cursor, EntryId, FolderId, GroupId
from tests.cassettes.situations import Ask, Seed, Site, Situation, Take, act, aged_out, common, faulty, switch

PLAN, TAKEN, LOCKED = "/Shared/Kite/plan v3.txt", "/Shared/Kite/taken.txt", "/Shared/Kite/locked.txt"
TARGET, NEW = "/Shared/Kite/ü #1.q", "/Shared/Kite/New"
BINNED, TEXT = "/Shared/Kite/binned.txt", "/Shared/Kite/ü moved.txt"
NOBODY = GroupId("no-such-group")
KEYS = {"verdict": "What was found", "entry": "Which version"}
NAMESPACE, SEEDED = Namespace("scanner_new", "Scanner", KEYS), Namespace("scanner_seeded", "Scanner", KEYS)
NOW = Priority.REMEDIATION
FORBIDDEN: dict[str, Any] = {
    "status": 403,
    "body": {"errorMessage": "You do not have permission to perform this action"},
}
GROUP_404 = Situation("not-found", "NotFound", ask=lambda cloud, _: cloud.file(NOBODY, priority=NOW))
HOOK = Subscription("http://127.0.0.1:9/webhooks/acme", ("/Shared/Kite",), "X-Hook", "value-of-the-header")


def registered(call: Callable[[Cloud, str], Awaitable[object]]) -> Ask:
    """A call about a webhook that was registered just before."""

    async def ask(cloud: Cloud, _seed: Seed) -> object:
        return await call(cloud, await cloud.add_webhook(HOOK))

    return ask


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
        "folder_stats",
        lambda cloud, seed: cloud.folder_stats(FolderId(seed["folder"]), priority=NOW),
        "/stats$",
        own=(
            Situation("not-found", "NotFound", ask=lambda cloud, _: cloud.folder_stats(FolderId("none"), priority=NOW)),
            Situation("forbidden", "Forbidden", faulty("/stats$", **FORBIDDEN)),
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
            Situation("not-found", "NotFound", ask=lambda cloud, _: cloud.move(NOBODY, TARGET)),
            Situation("forbidden", "Forbidden", faulty("/fs/ids/file/", "POST", **FORBIDDEN)),
            Situation("lost-once", prepare=faulty("/fs/ids/file/", "POST", status=504, count=1)),
        ),
        bad=None,
    ),
    Site(
        "versions",
        lambda cloud, seed: cloud.versions(seed["group"], priority=NOW),
        "/fs/ids/file/",
        own=(
            Situation("one", ask=lambda cloud, seed: cloud.versions(seed["locked"], priority=NOW)),
            Situation("not-found", "NotFound", ask=lambda cloud, _: cloud.versions(NOBODY, priority=NOW)),
            Situation("forbidden", "Forbidden", faulty("/fs/ids/file/", **FORBIDDEN)),
        ),
    ),
    Site(
        "delete_version",
        lambda cloud, seed: cloud.delete_version(seed["group"], seed["entry"]),
        "/fs/ids/file/",
        "DELETE",
        own=(
            Situation("gone", ask=lambda cloud, seed: cloud.delete_version(seed["group"], EntryId("no-such-entry"))),
            Situation("locked", "Conflict", act(action="lock", path=PLAN)),
            Situation("forbidden", "Forbidden", faulty("/fs/ids/file/", "DELETE", **FORBIDDEN)),
            Situation("lost-once", prepare=faulty("/fs/ids/file/", "DELETE", status=504, count=1)),
        ),
        bad=None,
    ),
    Site(
        "delete",
        lambda cloud, seed: cloud.delete(seed["group"]),
        "/fs/ids/file/",
        "DELETE",
        own=(
            Situation("gone", ask=lambda cloud, _: cloud.delete(NOBODY)),
            Situation("locked", "Conflict", act(action="lock", path=PLAN)),
            Situation("forbidden", "Forbidden", faulty("/fs/ids/file/", "DELETE", **FORBIDDEN)),
        ),
        bad=None,
    ),
    Site(
        "trash",
        lambda cloud, _: cloud.trash(BINNED),
        "/fs/trash",
        own=(
            Situation("none", ask=lambda cloud, _: cloud.trash(PLAN)),
            Situation("forbidden", "Forbidden", faulty("/fs/trash", **FORBIDDEN)),
        ),
        bad={"items": [{"path": BINNED}]},
    ),
    Site(
        "restore",
        lambda cloud, seed: cloud.restore(seed["binned"]),
        "/fs/trash",
        "POST",
        own=(
            Situation("not-found", "NotFound", ask=lambda cloud, _: cloud.restore("no-such-item")),
            Situation("name-taken", "Conflict", act(action="move", path=TAKEN, destination=BINNED)),
            Situation("forbidden", "Forbidden", faulty("/fs/trash", "POST", **FORBIDDEN)),
        ),
        bad={"resources": "none"},
    ),
    Site(
        "lock",
        lambda cloud, seed: cloud.lock(seed["group"], "our-token", 1800),
        "/fs/ids/file/",
        "POST",
        own=(
            Situation("locked", "Conflict", ask=lambda cloud, seed: cloud.lock(seed["locked"], "our-token", 1800)),
            Situation("locked-409", "Conflict", switch(locked_status=409),
                ask=lambda cloud, seed: cloud.lock(seed["locked"], "our-token", 1800)),
            Situation("not-found", "NotFound", ask=lambda cloud, _: cloud.lock(NOBODY, "our-token", 1800)),
            Situation("forbidden", "Forbidden", faulty("/fs/ids/file/", "POST", **FORBIDDEN)),
        ),
        bad=None,
    ),
    Site(
        "unlock",
        lambda cloud, seed: cloud.unlock(seed["locked"], seed["token"]),
        "/fs/ids/file/",
        "POST",
        own=(
            Situation("other-token", ask=lambda cloud, seed: cloud.unlock(seed["locked"], "our-token")),
            Situation("forbidden", "Forbidden", faulty("/fs/ids/file/", "POST", **FORBIDDEN)),
        ),
        bad=None,
    ),
    Site(
        "add_text",
        lambda cloud, _: cloud.add_text(TEXT, "moved – ask jdoe"),
        "/fs-content/",
        "POST",
        own=(
            Situation("name-taken", "Conflict", ask=lambda cloud, _: cloud.add_text(PLAN, "moved")),
            Situation("folder-there", "Conflict", ask=lambda cloud, _: cloud.add_text("/Shared/Kite", "moved")),
            Situation("folder-missing", "NotFound", ask=lambda cloud, _: cloud.add_text(NEW + "/a.txt", "moved")),
            Situation("forbidden", "Forbidden", faulty("/fs-content/", "POST", **FORBIDDEN)),
            Situation("lost-once", prepare=faulty("/fs-content/", "POST", status=504, count=1)),
        ),
    ),
    Site(
        "add_namespace",
        lambda cloud, _: cloud.add_namespace(NAMESPACE),
        "/properties/namespace",
        "POST",
        own=(
            Situation("exists", ask=lambda cloud, _: cloud.add_namespace(SEEDED)),
            Situation("forbidden", "Forbidden", faulty("/properties/namespace", "POST", **FORBIDDEN)),
        ),
        bad=None,
    ),
    Site(
        "properties",
        lambda cloud, seed: cloud.properties(seed["entry"], SEEDED.name),
        "/properties/",
        own=(
            Situation("none", ask=lambda cloud, seed: cloud.properties(seed["group"], SEEDED.name)),
            Situation("not-found", "NotFound", ask=lambda cloud, seed: cloud.properties(seed["entry"], "no_such")),
            Situation("forbidden", "Forbidden", faulty("/properties/", **FORBIDDEN)),
        ),
        bad={"results": "none"},
    ),
    Site(
        "set_properties",
        lambda cloud, seed: cloud.set_properties(seed["entry"], SEEDED.name, {"verdict": "ü", "entry": None}),
        "/properties/",
        "PUT",
        own=(
            Situation(
                "not-found", "NotFound",
                ask=lambda cloud, _: cloud.set_properties(EntryId("no-such-entry"), SEEDED.name, {"verdict": "x"}),
            ),
            Situation("forbidden", "Forbidden", faulty("/properties/", "PUT", **FORBIDDEN)),
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
        "public_links",
        lambda cloud, _: cloud.public_links(0, priority=NOW),
        "/v2/links",
        own=(
            Situation("end", ask=lambda cloud, _: cloud.public_links(500, priority=NOW)),
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
        "person",
        lambda cloud, seed: cloud.person(seed["user"]),
        "/users/",
        own=(
            Situation("nobody", ask=lambda cloud, _: cloud.person(4_000_000_000_000)),
            Situation("not-allowed", prepare=faulty("/users/", **FORBIDDEN)),
        ),
    ),
    Site(
        "webhooks",
        registered(lambda cloud, _: cloud.webhooks()),
        "/webhooks$",
        own=(
            Situation("none", ask=lambda cloud, _: cloud.webhooks()),
            Situation("forbidden", "Forbidden", faulty("/webhooks$", **FORBIDDEN)),
        ),
    ),
    Site(
        "webhook",
        registered(lambda cloud, webhook_id: cloud.webhook(webhook_id)),
        "/details$",
        own=(
            Situation("not-found", "NotFound", ask=lambda cloud, _: cloud.webhook("no-such-webhook")),
            Situation("forbidden", "Forbidden", faulty("/details$", **FORBIDDEN)),
        ),
    ),
    Site(
        "add_webhook",
        lambda cloud, _: cloud.add_webhook(HOOK),
        "/webhooks$",
        "POST",
        own=(
            Situation("as-many-as-may-be", "Conflict", switch(webhook_limit=0)),
            Situation("forbidden", "Forbidden", faulty("/webhooks$", "POST", **FORBIDDEN)),
            Situation(
                "header-told-back", "CloudRefused",
                faulty("/webhooks$", "POST", status=400, body={"message": f"bad {HOOK.secret}"}),
            ),
        ),
    ),
    Site(
        "set_webhook",
        registered(lambda cloud, webhook_id: cloud.set_webhook(webhook_id, HOOK)),
        "/webhooks/",
        "PUT",
        own=(
            Situation("not-found", "NotFound", ask=lambda cloud, _: cloud.set_webhook("no-such-webhook", HOOK)),
            Situation("forbidden", "Forbidden", faulty("/webhooks/", "PUT", **FORBIDDEN)),
        ),
        bad=None,
    ),
    Site(
        "delete_webhook",
        registered(lambda cloud, webhook_id: cloud.delete_webhook(webhook_id)),
        "/webhooks/",
        "DELETE",
        own=(
            Situation("gone", ask=lambda cloud, _: cloud.delete_webhook("no-such-webhook")),
            Situation("forbidden", "Forbidden", faulty("/webhooks/", "DELETE", **FORBIDDEN)),
        ),
        bad=None,
    ),
]  # fmt: skip


def takes() -> list[Take]:
    return [Take(site, situation) for site in SITES for situation in (*common(site), *site.own)]
