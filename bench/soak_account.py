"""The soak's account: what the domain holds and what the ledger says, put beside each other. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from bench.soak_people import QUARANTINE

SHOWN = 5
"""Examples of each defect."""
FINAL = {"judged", "superseded", "gone"}


@dataclass(slots=True)
class Account:
    """All that is compared."""

    versions: dict[str, bool]
    """That came into being, by entry id: whether they are bad."""
    bad_contents: set[str]
    """SHA-512."""
    files: list[dict[str, Any]]
    """As in the emulator's state: group_id, path, versions with entry_id and sha512, the current one last."""
    notes: list[str]
    """The path of each comment; empty where its file was deleted."""
    links: list[str]
    """The same of each link."""
    moves: list[str]
    """The group id of each move into quarantine, out of the domain's own events."""
    work: list[tuple[str, str, str]]
    """Entry id, outcome (empty: none) and kind of the verdict that counts (empty: none)."""
    clean: list[tuple[str, str]]
    """Entry id and SHA-512 of each clean verdict ever given."""
    steps: list[tuple[str, str, str]] = field(default_factory=list)
    """Group id, kind and state."""


def defects(account: Account) -> dict[str, list[str]]:
    """By what must hold, the first that break it; empty where all is well."""
    found = {name: list(islice(rule(account), SHOWN)) for name, rule in RULES.items()}
    return {name: examples for name, examples in found.items() if examples}


def _every_version_has_one_outcome(account: Account) -> Iterator[str]:
    rows = Counter(entry for entry, _, _ in account.work)
    outcomes = {entry: outcome for entry, outcome, _ in account.work}
    for entry in account.versions:
        if rows[entry] != 1 or outcomes[entry] not in FINAL:
            yield f"{entry}: {rows[entry]} rows, outcome {outcomes.get(entry, '-') or 'none'}"


def _judged_means_a_verdict(account: Account) -> Iterator[str]:
    for entry, outcome, kind in account.work:
        if outcome == "judged" and kind not in ("clean", "infected"):
            yield f"{entry}: {kind or 'no verdict'}"


def _nothing_bad_is_clean(account: Account) -> Iterator[str]:
    for entry, sha512 in account.clean:
        if account.versions.get(entry) or sha512 in account.bad_contents:
            yield entry


def _nothing_good_is_infected(account: Account) -> Iterator[str]:
    for entry, _, kind in account.work:
        if kind == "infected" and not account.versions.get(entry, True):
            yield entry


def _nothing_bad_is_where_people_reach_it(account: Account) -> Iterator[str]:
    for file in account.files:
        if not _in_quarantine(file["path"]) and file["versions"][-1]["sha512"] in account.bad_contents:
            yield f"{file['path']} {file['versions'][-1]['entry_id']}"


def _nothing_good_is_in_quarantine(account: Account) -> Iterator[str]:
    """A good version may have come just between our look and our move: then an older one is bad."""
    for file in _quarantined(account):
        if account.bad_contents.isdisjoint(version["sha512"] for version in file["versions"]):
            yield file["path"]


def _each_was_moved_once(account: Account) -> Iterator[str]:
    moves = Counter(account.moves)
    groups = {file["group_id"] for file in _quarantined(account)}
    for group in sorted(groups | set(moves)):
        if moves[group] != 1 or group not in groups:
            yield f"{group}: moved {moves[group]} times, {'is' if group in groups else 'is not'} in quarantine"


def _each_has_one_comment_and_others_none(account: Account) -> Iterator[str]:
    notes = Counter(account.notes)
    for path in sorted({file["path"] for file in _quarantined(account)} | set(notes)):
        if notes[path] != int(_in_quarantine(path)):
            yield f"{path}: {notes[path]} comments"


def _no_link_leads_into_quarantine(account: Account) -> Iterator[str]:
    return (path for path in account.links if _in_quarantine(path))


def _no_step_is_open_failed_or_done_twice(account: Account) -> Iterator[str]:
    done = Counter((group, kind) for group, kind, state in account.steps if state == "success")
    yield from (f"{group}: {kind} {times} times" for (group, kind), times in done.items() if times > 1)
    for group, kind, state in account.steps:
        if state not in ("success", "already_done", "superseded"):
            yield f"{group}: {kind} is {state}"


def _quarantined(account: Account) -> list[dict[str, Any]]:
    return [file for file in account.files if _in_quarantine(file["path"])]


def _in_quarantine(path: str) -> bool:
    return path.startswith(f"{QUARANTINE}/")


_ALL = (
    _every_version_has_one_outcome,
    _judged_means_a_verdict,
    _nothing_bad_is_clean,
    _nothing_good_is_infected,
    _nothing_bad_is_where_people_reach_it,
    _nothing_good_is_in_quarantine,
    _each_was_moved_once,
    _each_has_one_comment_and_others_none,
    _no_link_leads_into_quarantine,
    _no_step_is_open_failed_or_done_twice,
)
RULES = {rule.__name__.strip("_").replace("_", " "): rule for rule in _ALL}
"""What must hold, in words."""
