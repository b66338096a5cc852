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

REFUSED = {
    403: "asked for once; the step is `failed`, or the version `unchecked` with `access-refused`; never called done",
    404: "taken for gone only where that cannot hide a version: a content is asked for again and then `unchecked`",
    409: "waited for where somebody holds a lock, another name where it is taken, else the step is `failed`",
}
"""Statuses that a repeat would not change, with what comes of them."""
REFUSALS = tuple(REFUSED)


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


@dataclass(frozen=True, slots=True)
class HostFault:
    """One that lies not with Egnyte."""

    name: str
    outcome: str
    test: str
    """File and name below tests/."""


HOST_FAULTS = (
    HostFault(
        "clamd is not running",
        "nothing is downloaded, nothing is clean; all waits and uses up no attempts",
        "journeys/test_engine_faults.py::test_without_a_clamd_nothing_is_clean_and_no_download_is_paid_for",
    ),
    HostFault(
        "clamd dies in the middle of a scan",
        "`interrupted`: the version is scanned again when it is back",
        "journeys/test_engine_faults.py::test_a_clamd_killed_in_mid_scan_leaves_the_work_open",
    ),
    HostFault(
        "clamd hangs",
        "given up after `clamav.scan_timeout`, then scanned again",
        "journeys/test_engine_faults.py::test_a_frozen_clamd_is_given_up_after_the_timeout_and_asked_again",
    ),
    HostFault(
        "clamd loads new signatures",
        "scans wait for it, none is lost",
        "journeys/test_engine_faults.py::test_a_reload_of_the_signatures_in_mid_work_loses_nothing",
    ),
    HostFault(
        "clamd has no memory left",
        "what it says instead of a result is not clean; scanned again",
        "journeys/test_host_faults.py::test_a_clamd_without_memory_calls_nothing_clean",
    ),
    HostFault(
        "another program listens at clamd's address",
        "`engine-down`, as if nobody did",
        "journeys/test_host_faults.py::test_a_program_that_is_no_clamd_calls_nothing_clean",
    ),
    HostFault(
        "clamd is older than 1.0, or answers VERSION oddly",
        "`engine-down` with that answer, in `/readyz` and by the doctor too; scanned when one to be believed is there",
        "journeys/test_host_faults.py::test_a_clamd_whose_version_is_too_old_or_odd_calls_nothing_clean",
    ),
    HostFault(
        "the disk of the spool is full",
        "large contents wait with `spool-unavailable`; no restart is needed",
        "journeys/test_host_faults.py::test_a_full_disk_under_the_spool_is_waited_out_without_a_restart",
    ),
    HostFault(
        "the folder of the spool is missing",
        "large contents wait with `spool-unavailable`, small ones are scanned",
        "journeys/test_engine_faults.py::test_a_spool_that_cannot_be_written_waits",
    ),
    HostFault(
        "the disk of the ledger is full",
        "the service ends with exit 3 and a sentence; started anew, it goes on where it was",
        "journeys/test_host_faults.py::"
        "test_a_full_disk_under_the_ledger_ends_the_service_and_the_next_one_does_the_rest",
    ),
    HostFault(
        "the ledger is locked for less than 10 s",
        "waited for",
        "journeys/test_host_faults.py::test_a_ledger_that_another_holds_for_a_moment_is_waited_for",
    ),
    HostFault(
        "the ledger is locked for longer",
        "exit 3 with a sentence; started anew, it goes on where it was",
        "journeys/test_host_faults.py::"
        "test_a_ledger_that_another_holds_for_ever_ends_the_service_and_the_next_one_does_the_rest",
    ),
    HostFault(
        "PostgreSQL ends all sessions, as when it is started anew",
        "exit 3 with a sentence; started anew, it goes on where it was",
        "journeys/test_server_faults.py::"
        "test_a_server_that_ends_all_sessions_under_way_ends_the_service_and_the_next_one_does_the_rest",
    ),
    HostFault(
        "somebody else holds a table of the ledger on PostgreSQL for a moment",
        "waited for",
        "journeys/test_server_faults.py::test_a_table_that_somebody_holds_for_a_moment_is_waited_for",
    ),
    HostFault(
        "the ledger is damaged before the start",
        "refused with a sentence, not written to: bring back a copy",
        "journeys/test_host_faults.py::test_a_ledger_with_pages_of_noise_is_refused_with_a_sentence_and_not_written",
    ),
    HostFault(
        "the ledger is damaged under the service",
        "exit 3 with a sentence",
        "cli/test_run.py::test_a_ledger_that_is_damaged_under_a_running_service_ends_it_with_exit_3_and_a_sentence",
    ),
    HostFault(
        "a second service is started on one ledger",
        "the second is refused with exit 2, the first goes on",
        "cli/test_run.py::test_a_second_service_on_the_same_ledger_is_refused_and_the_first_one_stays",
    ),
    HostFault(
        "the clock jumps ahead or back",
        "nothing is lost; what was put off by it waits until its moment comes",
        "journeys/test_host_faults.py::test_a_clock_that_jumps_loses_nothing",
    ),
    HostFault(
        "kill -9 before or after any act of a remediation",
        "the next start finishes it; nothing is done twice",
        "journeys/test_kill_steps.py::test_a_service_killed_at_any_act_does_it_once_and_finishes",
    ),
    HostFault(
        "kill -9 at any moment",
        "the next start takes the work up again",
        "journeys/test_kill.py::test_forty_kills_in_a_history_of_three_hundred_files_lose_nothing_and_do_nothing_twice",
    ),
)
