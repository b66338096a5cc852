"""What a page of events writes: dispositions, work, tickets, walks and the cursor, all in the caller's transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, bindparam, case, delete, insert, select, update

from scanner.ledger.databases.upsert import Upsert, upsert
from scanner.ledger.dispatch import tickets as dispatch_tickets
from scanner.ledger.proofs import audit
from scanner.ledger.rows import FeedState, event_values, version_values
from scanner.ledger.tables import events, feeds, gaps, holds, steps, work
from scanner.ledger.walks import walking
from scanner.ledger.work import made, probing
from scanner.ledger.work.deletion import MISSING, settle_missing
from scanner.model import (
    ORDERED_STEPS,
    Act,
    Cursor,
    Disposition,
    EntryId,
    Event,
    FileVersion,
    GroupId,
    Known,
    Lane,
    Queued,
    Skip,
    Skipped,
    StepKind,
    StepState,
    WalkFolder,
)

Settled = tuple[tuple[Event, Disposition], ...]

LATE = timedelta(minutes=1)
FRESH = timedelta(minutes=5)
"""An event may show below one that was recorded so lately, if that had only just happened (`events/overlap.py`)."""
MOST_LATE = 5_000
"""As many as one second reading gets through."""


class Recorded(NamedTuple):
    """What a page of events came to."""

    settled: Settled = ()
    """Those not recorded before."""
    queued: int = 0
    """Versions."""
    gone: int = 0
    """Versions not found before, whose deletion is told now."""
    at: datetime | None = None
    """The moment that their rows have; None where there were none."""


_FEED = select(feeds.c.cursor, feeds.c.seen_at).where(feeds.c.domain == bindparam("d"))
_EPOCH = select(feeds.c.epoch).where(feeds.c.domain == bindparam("d"))
_PUT_FEED = upsert(feeds).values(domain=bindparam("d"), cursor=bindparam("c"), seen_at=bindparam("s"), epoch=0)
_BROUGHT = (
    select(events.c.recorded_at)
    .where(events.c.domain == bindparam("d"), events.c.entry_id == bindparam("e"), events.c.disposition == "queued")
    .order_by(events.c.epoch.desc(), events.c.event_id.desc())
    .limit(1)
)
_NEW = _PUT_FEED.excluded
_SET_FEED = _PUT_FEED.on_conflict_do_update(index_elements=["domain"], set_={"cursor": _NEW.cursor})
_ADVANCE_FEED = _PUT_FEED.on_conflict_do_update(
    index_elements=["domain"],
    set_={
        "cursor": case((feeds.c.cursor < _NEW.cursor, _NEW.cursor), else_=feeds.c.cursor),
        "seen_at": case(
            (feeds.c.seen_at.is_(None), _NEW.seen_at),
            (feeds.c.seen_at < _NEW.seen_at, _NEW.seen_at),
            else_=feeds.c.seen_at,
        ),
    },
)
_NEXT_EPOCH = update(feeds).where(feeds.c.domain == bindparam("d")).values(epoch=feeds.c.epoch + 1)
ENDED = ("done", "parked")
_NEW_WORK = upsert(work)
_WITHOUT_A_LOOK = work.c.state.in_(ENDED) & (work.c.verdict_id.is_(None) | (work.c.gap_reason == MISSING))


def _put_work(anew: ColumnElement[bool]) -> Upsert:
    """New work; where there is some that ended so, it begins anew."""
    told = ("path", "folder", "lane", "state", "attempts", "due", "size", "checksum")
    values: dict[str, Any] = {name: _NEW_WORK.excluded[name] for name in told}
    values |= {"outcome": None, "done_at": None, "gap_reason": None, "gap_detail": None, "verdict_id": None}
    return _NEW_WORK.on_conflict_do_update(index_elements=["domain", "entry_id"], set_=values, where=anew)


# Ended without a look is what was gone, superseded, or not found: its version is there again.
_PUT_WORK = _put_work(_WITHOUT_A_LOOK)
_PUT_AGAIN = _put_work(_WITHOUT_A_LOOK | (work.c.state == "parked"))
# What a person said of the plan with which it was given up says nothing of a new one.
_FORGET_HOLD = delete(holds).where(holds.c.domain == bindparam("d"), holds.c.entry_id == bindparam("e"))
LOST = "lost"
"""The reason of a gap after which event ids may come a second time: the domain was restored from a backup."""
CLOCKS = timedelta(days=1)
"""An act is recorded after its event is dated, but for the difference of two clocks: more than enough for that."""
_FIRST = datetime(1970, 1, 1, tzinfo=UTC) + CLOCKS
"""Before any act. A platform's date may be as old as dates get, and nothing can be taken from that."""
MOST_COMMENTS = 2_000
_BEGUN = StepState.INTENDED.value
_DONE = (StepState.SUCCESS.value, StepState.ALREADY_DONE.value)
_ACTS = select(steps.c.kind, steps.c.group_id, steps.c.params, steps.c.detail, steps.c.intended_at, steps.c.done_at)


def feed_state(connection: Connection, domain: str) -> FeedState | None:
    row = connection.execute(_FEED, {"d": domain}).first()
    return None if row is None else FeedState(Cursor(row.cursor), row.seen_at)


def recent_events(connection: Connection, domain: str, most: int) -> tuple[int, ...]:
    """Ids of the newest events recorded, ascending: so many, and all that were new within a minute before the last."""
    epoch = connection.execute(_EPOCH, {"d": domain}).scalar_one_or_none() or 0
    here = (events.c.domain == domain, events.c.epoch == epoch)
    newest = connection.execute(
        select(events.c.event_id, events.c.recorded_at).where(*here).order_by(events.c.event_id.desc()).limit(most)
    ).all()
    if not newest:
        return ()
    last = max(row.recorded_at for row in newest)
    late = (events.c.recorded_at >= last - LATE, events.c.occurred_at >= last - FRESH)
    minute = select(events.c.event_id).where(*here, *late).order_by(events.c.event_id.desc()).limit(MOST_LATE)
    return tuple(sorted({row.event_id for row in newest} | set(connection.scalars(minute))))


def set_feed(connection: Connection, domain: str, cursor: Cursor) -> None:
    """Set the cursor, also backwards."""
    connection.execute(_SET_FEED, {"d": domain, "c": cursor, "s": None})


def advance_feed(connection: Connection, domain: str, cursor: Cursor, seen_at: datetime | None = None) -> None:
    """Move the cursor, never backwards."""
    connection.execute(_ADVANCE_FEED, {"d": domain, "c": cursor, "s": seen_at})


def record_gap(
    connection: Connection, domain: str, reason: str, missed: tuple[datetime | None, datetime | None], now: datetime
) -> None:
    """`missed`: from when to when nobody looked, as far as it is known."""
    values = {"domain": domain, "reason": reason, "since": missed[0], "until": missed[1], "opened_at": now}
    key = connection.execute(insert(gaps), values).inserted_primary_key
    assert key is not None
    said = {"reason": reason, "since": missed[0], "until": missed[1]}
    audit.append(connection, audit.Action.GAP, f"{domain}:gap {key[0]}", said, at=now)
    if reason == LOST:
        connection.execute(_NEXT_EPOCH, {"d": domain})


def record_events(
    connection: Connection,
    domain: str,
    page: Sequence[Event],
    decide: Callable[[Event, Known], Disposition],
    now: datetime,
) -> Recorded:
    """Decide on each event not recorded yet, in order, and write what follows."""
    epoch = connection.execute(_EPOCH, {"d": domain}).scalar_one_or_none() or 0
    recorded = _recorded(connection, domain, epoch, [event.id for event in page])
    entries = _known_entries(connection, domain, [event.entry_id for event in page if event.entry_id])
    acts = _acts(connection, domain, page)
    probing.adopt(connection, domain, page, now)
    ours = made.among(connection, domain, [event.entry_id for event in page if event.entry_id])
    settled: list[tuple[Event, Disposition]] = []
    for event in page:
        if event.id in recorded:
            continue
        recorded.add(event.id)
        disposition = decide(event, Known(frozenset(entries), acts, ours))
        if isinstance(disposition, Queued):
            entries.add(disposition.version.entry_id)
        settled.append((event, disposition))
    if not settled:
        return Recorded()
    connection.execute(insert(events), [event_values(domain, epoch, event, what, now) for event, what in settled])
    gone = settle_missing(connection, domain, [event for event, _ in settled], now)
    wanted = [what.version for _, what in settled if isinstance(what, Queued)]
    queued = queue_versions(connection, wanted, Lane.LIVE, now, given_up=True)
    queued += _reopen_plans(connection, domain, [event for event, what in settled if _is_back(event, what)], now)
    paths = dict.fromkeys(what.path for _, what in settled if isinstance(what, WalkFolder))
    walking.arrived(connection, domain, paths, now)
    return Recorded(tuple(settled), queued, gone, now)


def _is_back(event: Event, disposition: Disposition) -> bool:
    """A version judged before that arrives again: restored from trash, or made current again."""
    return isinstance(disposition, Skipped) and disposition.reason is Skip.DUPLICATE and event.entry_id is not None


def _reopen_plans(connection: Connection, domain: str, returned: Sequence[Event], now: datetime) -> int:
    entries = {event.entry_id for event in returned if event.entry_id is not None}
    return sum(reopen_plan(connection, domain, entry_id, now) for entry_id in entries)


def reopen_plan(connection: Connection, domain: str, entry_id: EntryId, now: datetime, *, undone: bool = False) -> int:
    """Steps that found the file gone, or another version in its place, are to be done after all, now that it is back;
    with `undone` also those that were done: a restored domain knows nothing of them. Gives how many plans that were."""
    mine = (steps.c.domain == domain) & (steps.c.entry_id == entry_id)
    known = connection.execute(select(steps.c.id, steps.c.kind, steps.c.state, steps.c.detail).where(mine)).all()
    if any(row.kind == StepKind.UNDO for row in known):
        return 0  # A person had it taken back: that it is there again is what was meant.
    ended = [row for row in known if row.kind not in ORDERED_STEPS]
    again = [
        row.id
        for row in ended
        if "gone" in row.detail or row.state == StepState.SUPERSEDED or (undone and row.state in _DONE)
    ]
    if not again:
        return 0
    # A version that is back was taken off in vain: without this its other steps would be spared.
    again += [row.id for row in ended if row.kind == StepKind.REVERT and row.state in _DONE and row.id not in again]
    planned: dict[str, Any] = {"state": StepState.PLANNED.value, "detail": {}, "done_at": None}
    connection.execute(update(steps).where(steps.c.id.in_(again)).values(**planned))
    # Also where the work is still open: without its token a worker that knows the steps as ended cannot end it.
    mine = (work.c.domain == domain) & (work.c.entry_id == entry_id)
    opened: dict[str, Any] = {"state": "queued", "outcome": None, "done_at": None, "due": now, "attempts": 0}
    opened["token"] = None
    lane = connection.execute(update(work).where(mine).values(**opened).returning(work.c.lane)).scalar()
    if lane is None:
        return 0
    dispatch_tickets.put(connection, domain, entry_id, Lane(lane), now)
    dispatch_tickets.put_back(connection, domain, entry_id, now, suspect=False)
    return 1


def brought_at(connection: Connection, domain: str, entry_id: EntryId) -> datetime | None:
    """When the events were recorded among which the version last came to be scanned; None where none brought it."""
    return connection.execute(_BROUGHT, {"d": domain, "e": entry_id}).scalar()


def came_back(connection: Connection, domain: str, entry_id: EntryId) -> bool:
    """Whether the version arrived again while its work was open. A worker that found it gone may have looked before."""
    found = select(events.c.event_id).join(
        work, (work.c.domain == events.c.domain) & (work.c.entry_id == events.c.entry_id)
    )
    mine = (events.c.domain == domain) & (events.c.entry_id == entry_id)
    again = found.where(mine, events.c.reason == Skip.DUPLICATE.value, events.c.recorded_at > work.c.due)
    return connection.execute(again.limit(1)).first() is not None


def queue_versions(
    connection: Connection, versions: Iterable[FileVersion], lane: Lane, now: datetime, *, given_up: bool = False
) -> int:
    """Open work with a ticket for each version that was neither looked at nor is waiting for it; with `given_up` also
    where all attempts are used up. Gives how many."""
    put = _PUT_AGAIN if given_up else _PUT_WORK
    queued = 0
    wanted = list(versions)
    ours: set[tuple[str, EntryId]] = set()
    for domain in {version.domain for version in wanted}:
        theirs = [one for one in wanted if one.domain == domain]
        probing.adopt_listed(connection, domain, theirs, now)
        ours |= {(domain, entry_id) for entry_id in made.among(connection, domain, [one.entry_id for one in theirs])}
    for version in wanted:
        if (version.domain, version.entry_id) in ours:
            continue
        values = {
            **version_values(version),
            "lane": lane.value,
            "state": "queued",
            "starts": 0,
            "attempts": 0,
            "due": now,
            "first_seen_at": now,
        }
        if connection.execute(put, values).rowcount == 1:
            if given_up:
                connection.execute(_FORGET_HOLD, {"d": version.domain, "e": version.entry_id})
            dispatch_tickets.put(connection, version.domain, version.entry_id, lane, now)
            queued += 1
    return queued


def _recorded(connection: Connection, domain: str, epoch: int, ids: Sequence[int]) -> set[int]:
    query = select(events.c.event_id).where(events.c.domain == domain, events.c.epoch == epoch)
    return set(connection.scalars(query.where(events.c.event_id.in_(ids))))


def _known_entries(connection: Connection, domain: str, ids: Sequence[EntryId]) -> set[EntryId]:
    if not ids:
        return set()
    judged = work.c.verdict_id.is_not(None) & work.c.gap_reason.is_distinct_from(MISSING)
    looked_at = (judged & (work.c.state != "parked")) | work.c.state.not_in(ENDED)
    query = select(work.c.entry_id).where(work.c.domain == domain, work.c.entry_id.in_(ids), looked_at)
    return {EntryId(entry_id) for entry_id in connection.scalars(query)}


def _acts(connection: Connection, domain: str, page: Sequence[Event]) -> tuple[Act, ...]:
    """Our acts on the files of the page; for comments, whose events name no file, all that may be it."""
    groups = {event.group_id for event in page if event.group_id}
    noted = [event.occurred_at for event in page if event.type == "note"]
    mine = _ACTS.where(steps.c.domain == domain)
    rows: list[Any] = []
    if groups:
        rows += connection.execute(mine.where(steps.c.group_id.in_(groups), steps.c.state.in_((_BEGUN, *_DONE))))
    if noted:
        comments = mine.where(steps.c.kind.in_([StepKind.COMMENT.value, StepKind.RELEASE.value])).limit(MOST_COMMENTS)
        # Asked apart, so that each has an index of its own.
        rows += connection.execute(comments.where(steps.c.state == _BEGUN))
        since = max(min(noted), _FIRST) - CLOCKS
        ended = comments.where(steps.c.state.in_(_DONE), steps.c.done_at >= since)
        rows += connection.execute(ended.order_by(steps.c.done_at.desc()))
    return tuple(_act(row) for row in rows if row.intended_at is not None)


def _act(row: Any) -> Act:
    """An act whose result is not recorded yet is known by its intent."""
    path = row.detail.get("path") or row.params.get("destination", "")
    at = row.done_at or row.intended_at
    return Act(StepKind(row.kind), GroupId(row.group_id), path, at, row.detail.get("note_id"))
