"""A domain that is made up: what happens in it, what its feed tells of that, and what the ledger makes of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection, select

from scanner.events.intake import Scope, decide
from scanner.ledger.tables import verdicts, walks, work
from scanner.ledger.walks import walking
from scanner.ledger.work import deletion, intake, rereading, working
from scanner.ledger.work.reopening import reopen
from scanner.model import (
    Cursor,
    EntryId,
    Event,
    Gap,
    GroupId,
    Inspection,
    Lane,
    Outcome,
    Plan,
    Run,
    Unchecked,
    Verdict,
    VerdictKind,
)
from tests.ledger.walks.test_walking import walk
from tests.ledger.world import NOON, clean

FOLDERS = ("/Shared/A", "/Shared/B")
ENGINE_DOWN = Gap(Unchecked.ENGINE_DOWN, "away")
UNFOUND = Gap(Unchecked.NOT_FOUND, "no such file")


@dataclass
class File:
    """One file, or what is left of it."""

    group: GroupId
    path: str
    versions: int = 0
    there: bool = False
    hidden: bool = False
    """From us: answered as if it were not there."""

    @property
    def entry(self) -> EntryId:
        return EntryId(f"{self.group}.{self.versions}")


@dataclass
class Platform:
    """What happens there, and its feed. Each act gives the events to be told now."""

    files: dict[str, File] = field(default_factory=dict)
    latest: int = 0
    now: datetime = NOON
    withheld: list[Event] = field(default_factory=list)
    """Numbered, and not shown yet."""

    def put(self, name: str, folder: str) -> Event:
        file = self.files.setdefault(name, File(GroupId(name), f"{folder}/{name}"))
        if not file.there:
            file.path = f"{folder}/{name}"
        file.versions, file.there = file.versions + 1, True
        return self._of(file, "create")

    def move(self, name: str, folder: str) -> Event | None:
        file = self.files.get(name)
        if file is None or not file.there:
            return None
        before, file.path = file.path, f"{folder}/{name}"
        return replace(self._of(file, "move"), source_path=before)

    def delete(self, name: str, _: str) -> Event | None:
        file = self.files.get(name)
        if file is None or not file.there:
            return None
        file.there = False
        return self._of(file, "delete")

    def restore(self, name: str, _: str) -> Event | None:
        file = self.files.get(name)
        if file is None or file.there:
            return None
        file.there = True
        return self._of(file, "restore")

    def delete_folder(self, _: str, folder: str) -> Event:
        for file in self._below(folder):
            file.there = False
        return self._event("delete", is_folder=True, target_path=folder)

    def move_folder(self, _: str, folder: str) -> Event:
        target = f"/Shared/{self.latest}"
        for file in self._below(folder):
            file.path = target + file.path[len(folder) :]
        return self._event("move", is_folder=True, target_path=target, source_path=folder)

    def hide(self, name: str) -> None:
        """From us, or show it again; nothing tells of it."""
        if name in self.files:
            self.files[name].hidden = not self.files[name].hidden

    def comment(self, _: str, __: str) -> Event:
        return replace(self._event("create"), type="note")

    def _below(self, folder: str) -> list[File]:
        return [file for file in self.files.values() if file.there and file.path.startswith(f"{folder}/")]

    def _of(self, file: File, action: str) -> Event:
        return self._event(action, target_path=file.path, group_id=file.group, entry_id=file.entry)

    def _event(self, action: str, **what: Any) -> Event:
        self.latest += 1
        return Event(self.latest, self.now, "file_system", action, **what)

    def settled_up_to(self) -> int:
        return min([self.latest, *(one.id - 1 for one in self.withheld)])


def told(connection: Connection, domain: str, platform: Platform, page: list[Event]) -> None:
    """A page of the feed, as the service records it."""
    scope = Scope(domain, ("/Shared",), (), 7)
    intake.record_events(connection, domain, page, partial(_decided, scope), platform.now)
    intake.advance_feed(connection, domain, Cursor(platform.latest), platform.now)
    rereading.settle(connection, domain, platform.settled_up_to())


def _decided(scope: Scope, event: Event, known: Any) -> Any:
    return decide(event, scope, known)


def look(connection: Connection, domain: str, platform: Platform) -> None:
    """Workers at all that is open."""
    for entry in _open(connection, domain):
        run = working.take(connection, domain, entry)
        assert run is not None
        _look(connection, run, platform)


def _look(connection: Connection, run: Run, platform: Platform) -> None:
    file, now = platform.files[run.version.group_id], platform.now
    if file.there and not file.hidden:
        if file.entry == run.version.entry_id:
            working.settle(connection, run, clean(run.version), now)
        else:
            working.finish(connection, run, Outcome.SUPERSEDED, None, now)
    elif deletion.was_deleted(connection, run.version.domain, run.version.entry_id):
        working.finish(connection, run, Outcome.GONE, None, now)
    else:
        unfound = (Inspection("fetch", "", gap=UNFOUND),)
        given_up = Verdict(run.version, VerdictKind.UNCHECKED, ("not-found",), unfound)
        working.record_verdict(connection, run, given_up, Plan(), now)
        working.finish(connection, run, Outcome.FAILED, None, now)


def _open(connection: Connection, domain: str) -> list[EntryId]:
    query = select(work.c.entry_id).where(work.c.domain == domain, work.c.state.in_(working.OPEN))
    return [EntryId(entry) for entry in connection.scalars(query.order_by(work.c.entry_id)).all()]


def put_off(connection: Connection, domain: str, platform: Platform) -> None:
    """All open versions, since engines are away."""
    for entry in _open(connection, domain):
        run = working.take(connection, domain, entry)
        assert run is not None
        working.defer(connection, run, ENGINE_DOWN, platform.now, counts=False)


def look_again(connection: Connection, domain: str, platform: Platform) -> None:
    """All that an engine has looked at is to be looked at once more."""
    judged = select(work.c.entry_id).join(verdicts, verdicts.c.id == work.c.verdict_id)
    judged = judged.where(work.c.domain == domain, verdicts.c.kind == "clean", work.c.state == "done")
    for entry in connection.scalars(judged.order_by(work.c.entry_id)).all():
        reopen(connection, domain, EntryId(entry), Lane.RESCAN, platform.now)


def lose(connection: Connection, domain: str, platform: Platform) -> None:
    """Nobody saw the events of a while."""
    state = intake.feed_state(connection, domain)
    intake.record_gap(connection, domain, "expired", (state and state.seen_at, platform.now), platform.now)
    walking.cover_gaps(connection, domain, platform.now)


def list_all(connection: Connection, domain: str, platform: Platform) -> None:
    """Every walk ends; gaps are closed."""
    still = select(walks.c.id).where(walks.c.domain == domain, walks.c.finished_at.is_(None)).order_by(walks.c.id)
    for walk_id in connection.scalars(still).all():
        walking.begin(connection, walk_id, [], platform.now)
        walking.finish(connection, walk(connection, walk_id), platform.now)
