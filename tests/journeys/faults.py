"""The table of faults: at which call, what goes wrong, and what comes of it. `docs/faults.md` is made from it.

A fault that passes must leave nothing behind: in the end all is as if it had never been. A refusal may keep one step
from being done, but never makes the ledger say what is not so.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

Story = Literal["quarantine", "revert", "delete", "walk", "undo", "undelete", "forecast"]
COMMANDS: tuple[Story, ...] = ("undo", "undelete", "forecast")
"""Stories whose call is a command's, which ends with exit 3 and is given again."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call to Egnyte: in which story it is made, and which one it is there."""

    doing: str
    story: Story
    method: str
    route: str
    skip: int = 0

    @property
    def rule(self) -> dict[str, Any]:
        return {"method": self.method, "route": self.route, "skip": self.skip}


FILE = "/fs/ids/file/[^/?]+$"
CALLS = (
    Call("asking who we are", "quarantine", "GET", "/v1/userinfo"),
    Call("asking how far the feed reaches", "quarantine", "GET", "/v2/events/cursor"),
    Call("reading events", "quarantine", "GET", r"/v2/events\?id"),
    Call("opening a content", "quarantine", "GET", "/fs-content/ids/file"),
    Call("looking at a file", "quarantine", "GET", FILE),
    Call("listing links", "quarantine", "GET", "/v2/links"),
    Call("deleting a link", "quarantine", "DELETE", "/v1/links"),
    Call("looking for a folder", "quarantine", "GET", r"/fs/Shared/Quarantine\?list_content=false"),
    Call("adding a folder", "quarantine", "POST", "/fs/Shared/Quarantine$"),
    Call("reading permissions", "quarantine", "GET", "/v2/perms"),
    Call("closing a folder", "quarantine", "POST", "/v2/perms"),
    Call("moving a file", "quarantine", "POST", FILE, skip=1),
    Call("locking a file", "quarantine", "POST", FILE, skip=2),
    Call("commenting", "quarantine", "POST", "/notes"),
    Call("adding a namespace", "quarantine", "POST", "/properties/namespace"),
    Call("reading properties", "quarantine", "GET", "/properties/scanner"),
    Call("writing properties", "quarantine", "PUT", "/properties/scanner"),
    Call("adding a text", "quarantine", "POST", "/fs-content/Shared"),
    Call("listing versions", "revert", "GET", FILE, skip=1),
    Call("deleting a version", "revert", "DELETE", r"/fs/ids/file/[^/?]+\?entry_id"),
    Call("deleting a file", "delete", "DELETE", FILE),
    Call("listing a folder", "walk", "GET", "list_content=true"),
    Call("deleting our text", "undo", "DELETE", FILE),
    Call("taking properties back", "undo", "PUT", "/properties/scanner"),
    Call("unlocking a file", "undo", "POST", FILE),
    Call("moving a file back", "undo", "POST", FILE, skip=1),
    Call("reading comments", "undo", "GET", "/v1/notes"),
    Call("listing the trash", "undelete", "GET", "/fs/trash"),
    Call("restoring a file", "undelete", "POST", "/fs/trash"),
    Call("counting a folder", "forecast", "GET", "/stats"),
)


@dataclass(frozen=True, slots=True)
class Trouble:
    """What goes wrong: rules of the emulator, each used up in turn. `outcome` is what an operator sees of it. One that
    depends little on the call is tried at a few of them."""

    name: str
    rules: tuple[dict[str, Any], ...]
    outcome: str
    everywhere: bool = True

    def is_tried_at(self, call: Call) -> bool:
        return self.everywhere or call.doing in TYPICAL


TYPICAL = ("reading events", "opening a content", "looking at a file", "moving a file", "listing a folder")
PASSING = (
    Trouble("HTTP 401", ({"status": 401, "count": 1},), "the token file is read again; waits for one that is accepted"),
    Trouble(
        "HTTP 500, 502 and 503 in turn",
        ({"status": 500, "count": 1}, {"status": 502, "body": "<h1>Bad Gateway</h1>", "count": 1},
         {"status": 503, "count": 1}),
        "three tries, then the work waits and goes on where it was",
    ),
    Trouble(
        "the calls of this second are used up",
        ({"throttle": "qps", "dialect": "mashery", "count": 1},),
        "all calls pause as long as the platform says, then it goes on",
        everywhere=False,
    ),
    Trouble(
        "the calls of this day are used up",
        ({"throttle": "day", "dialect": "429", "count": 1},),
        "the work waits until the platform's day is over; nothing half done is forgotten",
    ),
    Trouble(
        "the connection is cut before the answer",
        ({"cut_after": 0, "count": 1},),
        "an act may have been done: it is looked whether it was, and done again only where it was not",
    ),
    Trouble("the answer is cut in its middle", ({"cut_after": 1, "count": 1},), "as where it is cut before the answer",
            everywhere=False),
    Trouble(
        "no answer comes",
        ({"stall_after": 0, "stall": 60.0, "count": 1},),
        "given up after 30 s of silence, then as where it is cut",
    ),
    Trouble("the answer comes slowly", ({"rate": 2_000, "count": 1},), "waited for as long as bytes come",
            everywhere=False),
    Trouble(
        "an HTML page in place of the answer",
        ({"status": 200, "body": "<html>maintenance</html>", "count": 1},),
        "never taken for an answer: tried again",
        everywhere=False,
    ),
)  # fmt: skip

REFUSALS = (403, 404, 409)
"""Statuses that a repeat would not change."""


def refusals_at(call: Call) -> tuple[int, ...]:
    """A command tells of a refusal and ends, and so does the service where it may not know who it is; only what changes
    something is refused for a conflict."""
    if call.story in COMMANDS or call.doing == "asking who we are":
        return ()
    return REFUSALS if call.method != "GET" else REFUSALS[:-1]


@dataclass(frozen=True, slots=True)
class End:
    """All that must be true in the end of a story, each thing exactly once."""

    kinds: list[str]
    done: list[str]
    """Steps that were done, in the order of acting."""
    place: str | None
    """`quarantine`, `home`, or None where the file is gone."""
    notes: int = 0
    links: int = 0
    texts: int = 0
    locks: int = 0
    tags: int = 0
    moves: int = 0
    trash: int = 0
    versions: list[int] = field(default_factory=lambda: [1])
    """How many each file has."""


ENDS: dict[Story, End] = {
    "quarantine": End(
        ["infected"], ["revoke_links", "quarantine", "lock", "comment", "tag", "tombstone"], "quarantine",
        notes=1, texts=1, locks=1, tags=1, moves=1, versions=[1, 1],
    ),
    "revert": End(["clean", "infected"], ["revert", "comment"], "home", notes=1, trash=1),
    "delete": End(["infected"], ["delete", "tombstone"], None, texts=1, trash=1),
    "walk": End(["infected"], ["quarantine"], "quarantine", moves=1),
    "undo": End(
        ["infected"],
        ["revoke_links", "quarantine", "lock", "comment", "tag", "tombstone", "release", "undo", "undo", "undo"],
        "home",
        notes=2, moves=2, trash=1,
    ),
    "undelete": End(["infected"], ["delete", "tombstone", "undo", "undo"], "home", trash=1),
    "forecast": End(["infected"], ["quarantine"], "quarantine", moves=1),
}  # fmt: skip
