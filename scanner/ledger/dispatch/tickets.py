"""Tickets: written in the transaction of the work they stand for, claimed in order of lane and age.

A suspect (its work ended without a result twice) runs alone: nothing is claimed beside it, so that when it takes the
process down, no innocent neighbour is charged with it (engine.md section 4).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, case, delete, func, select, update

from scanner.ledger.databases.upsert import upsert
from scanner.ledger.dispatch import server_tickets, turns
from scanner.ledger.tables import tickets, work
from scanner.model import EntryId, Lane

SUSPECT = "suspect"
RANKS = {Lane.LIVE: 10, Lane.RECONCILE: 20, Lane.RESCAN: 30, Lane.BACKFILL: 40}
"""Lower goes first."""
SUSPICIOUS = 2
"""From so many attempts without a result on, a version is a suspect."""
OPEN = ("queued", "running", "waiting")
HELD = "held"
"""The state of tickets that nobody takes, until a person lets them go."""
NOT_HELD = ("waiting", "queued", "picked")

_PUT = upsert(tickets).on_conflict_do_nothing(index_elements=["domain", "entry_id"])
_ROW = (tickets.c.domain == bindparam("d")) & (tickets.c.entry_id == bindparam("e"))
_DROP = delete(tickets).where(_ROW)
_PUT_BACK = (
    update(tickets)
    .where(_ROW)
    .values(status="waiting", manager=None, execute_after=bindparam("a"), entrypoint=bindparam("p"))
)
# Waiting tickets are kept out of the queue: in an outage there are many, and each claim would have to pass over them.
_PROMOTE = (
    update(tickets)
    .where(tickets.c.status == "waiting", tickets.c.execute_after <= bindparam("n"))
    .values(status="queued")
)
_CLAIM = (
    update(tickets)
    .where(tickets.c.id == bindparam("i"))
    .values(status="picked", manager=bindparam("m"), heartbeat=bindparam("h"))
    .returning(tickets.c.id, tickets.c.domain, tickets.c.entry_id, tickets.c.entrypoint, tickets.c.rank)
)
_CANDIDATES = (
    select(tickets.c.id, tickets.c.rank)
    .where(tickets.c.status == "queued", tickets.c.entrypoint == bindparam("p"))
    .order_by(tickets.c.rank, tickets.c.id)
    .limit(bindparam("k"))
)
_SUSPECT = (
    select(work.c.entry_id)
    .where(work.c.domain == tickets.c.domain, work.c.entry_id == tickets.c.entry_id, work.c.attempts >= SUSPICIOUS)
    .exists()
)
_REOPEN = update(tickets).values(
    status="queued", manager=None, entrypoint=case((_SUSPECT, SUSPECT), else_=tickets.c.entrypoint)
)
_FREE_STALE = _REOPEN.where(
    tickets.c.status == "picked",
    tickets.c.heartbeat < bindparam("b"),
    tickets.c.id.not_in(bindparam("held", expanding=True)),
)
_PICKED = select(tickets.c.entrypoint, func.count()).where(tickets.c.status == "picked").group_by(tickets.c.entrypoint)
_NEXT = select(func.min(tickets.c.execute_after)).where(
    tickets.c.status == "waiting", tickets.c.execute_after > bindparam("n")
)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A ticket in the hands of a worker."""

    id: int
    domain: str
    entry_id: EntryId
    entrypoint: str
    rank: int


def on_server(connection: Connection) -> bool:
    """Whether the tickets are PgQueuer's, not ours."""
    return connection.dialect.name == "postgresql"


def key_of(domain: str, entry_id: str) -> str:
    """How a ticket is called in a queue that knows one name only."""
    return f"{domain}\n{entry_id}"


def put(
    connection: Connection,
    domain: str,
    entry_id: EntryId,
    lane: Lane,
    due: datetime,
    *,
    suspect: bool = False,
    waiting: bool = False,
) -> None:
    """A ticket for open work; one that is there already stays as it is. `waiting`: not before `due`."""
    entrypoint = SUSPECT if suspect else domain
    if on_server(connection):
        server_tickets.put(connection, key_of(domain, entry_id), entrypoint, RANKS[lane], due if waiting else None)
        return
    values = {
        "domain": domain,
        "entry_id": entry_id,
        "entrypoint": entrypoint,
        "rank": RANKS[lane],
        "status": "waiting" if waiting else "queued",
        "execute_after": due.timestamp(),
        "heartbeat": 0.0,
    }
    connection.execute(_PUT, values)


def put_back(connection: Connection, domain: str, entry_id: EntryId, due: datetime, *, suspect: bool) -> None:
    """The work goes on at `due`."""
    entrypoint = SUSPECT if suspect else domain
    if on_server(connection):
        server_tickets.put_back(connection, key_of(domain, entry_id), entrypoint, due)
        return
    values = {"d": domain, "e": entry_id, "a": due.timestamp(), "p": entrypoint}
    connection.execute(_PUT_BACK, values)


def drop(connection: Connection, domain: str, entry_id: EntryId) -> None:
    """The work has ended."""
    if on_server(connection):
        server_tickets.drop(connection, key_of(domain, entry_id))
        return
    connection.execute(_DROP, {"d": domain, "e": entry_id})


def sweep(connection: Connection, *, now: float, stale_before: float, held: Collection[int]) -> None:
    """What waited until now is due, and tickets of workers that fell silent are free again; those in the caller's own
    hands (`held`) are left."""
    connection.execute(_FREE_STALE, {"b": stale_before, "held": list(held)})
    connection.execute(_PROMOTE, {"n": now})


def claim(
    connection: Connection,
    limits: Mapping[str, int],
    total: int,
    *,
    manager: str,
    now: float,
    held: Collection[int],
) -> list[Claimed]:
    """Take up to `total` tickets, within each domain's limit, in their turn."""
    picked = {row[0]: row[1] for row in connection.execute(_PICKED)}
    chosen = _choose(connection, limits, total, picked=picked, held=held)
    rows = [connection.execute(_CLAIM, {"i": one, "m": manager, "h": now}).one() for one in chosen]
    return [Claimed(row.id, row.domain, EntryId(row.entry_id), row.entrypoint, row.rank) for row in rows]


def _choose(
    connection: Connection,
    limits: Mapping[str, int],
    total: int,
    *,
    picked: Mapping[str, int],
    held: Collection[int],
) -> list[int]:
    def due(entrypoint: str, room: int) -> list[tuple[int, int]]:
        rows = connection.execute(_CANDIDATES, {"p": entrypoint, "k": room + len(held)})
        return [(row.rank, row.id) for row in rows if row.id not in held][:room]

    if total <= 0 or picked.get(SUSPECT):
        return []
    rooms = {name: turns.room(limit, picked.get(name, 0), total) for name, limit in limits.items()}
    found = turns.in_turn({name: due(name, room) for name, room in rooms.items() if room}, picked)
    for suspect in due(SUSPECT, 1):
        # Its turn comes by lane and age like any other; then nothing new starts until it can run alone.
        found = [one for one in found if (one.rank, one.id) < suspect]
        if not found and not picked and not held:
            return [suspect[1]]
    return [one.id for one in found[:total]]


def next_due(connection: Connection, now: float) -> float | None:
    """When the next ticket becomes due, in seconds since the epoch; None where none will."""
    due: float | None = connection.execute(_NEXT, {"n": now}).scalar_one()
    return due


def beat(connection: Connection, ids: list[int], now: float) -> None:
    connection.execute(update(tickets).where(tickets.c.id.in_(ids)).values(heartbeat=now))


def reopen(connection: Connection, now: datetime) -> None:
    """At the start of the one owner: whatever a dead process held, or waited for, is due at once."""
    connection.execute(_REOPEN.where(tickets.c.status != HELD).values(execute_after=now.timestamp()))
    held = select(tickets.c.id).where(tickets.c.domain == work.c.domain, tickets.c.entry_id == work.c.entry_id)
    mine = work.c.state.in_(OPEN) & ~held.where(tickets.c.status == HELD).exists()
    connection.execute(update(work).where(mine).values(state="queued", token=None, due=now))


def reconcile(connection: Connection) -> int:
    """Open work without a ticket gets a new one; gives how many."""
    here = select(tickets.c.id).where(tickets.c.domain == work.c.domain, tickets.c.entry_id == work.c.entry_id).exists()
    has_one = server_tickets.of_work() if on_server(connection) else here
    lost = select(work.c.domain, work.c.entry_id, work.c.lane, work.c.due, work.c.attempts).where(
        work.c.state.in_(OPEN), ~has_one
    )
    rows = connection.execute(lost).all()
    for row in rows:
        name, suspect = EntryId(row.entry_id), row.attempts >= SUSPICIOUS
        put(connection, row.domain, name, Lane(row.lane), row.due, suspect=suspect, waiting=True)
    return len(rows)
