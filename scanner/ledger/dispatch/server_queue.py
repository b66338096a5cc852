"""PgQueuer's own queue on PostgreSQL, with what ours promises beyond it.

Ending and putting back a ticket happen in the transaction that ends or defers the work, as on SQLite: what QueueManager
wants logged afterwards is done already, and a worker that was given up for dead cannot drop the ticket of another by
it. Suspects run alone in their process, one at a time over all of them: where one's turn has come, nothing else is
begun until it can. PgQueuer takes by lane and age alone: which domain's turn it is we say, and let it take of that."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.domain import models, types
from pgqueuer.ports.driver import NotifyCallback
from pgqueuer.ports.repository import EntrypointExecutionParameter

from scanner.ledger.databases.server import Server
from scanner.ledger.dispatch import turns
from scanner.ledger.dispatch.tickets import SUSPECT, SUSPICIOUS

NO_LIMIT = 2**31 - 1
"""Of a domain that may take all there is."""
_SUSPECT = types.QueueEntrypoint(SUSPECT)
_ALONE = {_SUSPECT: EntrypointExecutionParameter(concurrency_limit=1)}


class Listener(AsyncpgDriver):
    """Carries notices of the server, and those within this process.

    The server tells of each row that changes, to everybody: claimed and ended by others, too, which brings nobody any
    work. Were each of these followed by a look, a version would cost every replica several of them. So only new
    tickets are passed on, and those that come before the next look as one; the rest shows within `LOOK_EVERY`."""

    def __init__(self, connection: Any) -> None:
        super().__init__(connection)
        self._callbacks: list[tuple[str, NotifyCallback]] = []
        self._told = False

    async def add_listener(self, channel: str, callback: NotifyCallback) -> None:
        self._callbacks.append((channel, callback))
        await super().add_listener(channel, partial(self._pass_on, callback))

    def look(self) -> None:
        """The queue is asked now: what changes from here on is told anew."""
        self._told = False

    def _pass_on(self, callback: NotifyCallback, payload: str | bytearray | bytes) -> None:
        change = _change(payload)
        if change is not None:
            if self._told or change != "insert":
                return
            self._told = True
        callback(payload)

    def wake(self) -> None:
        """A slot is free, or tickets are due that no notice tells of."""
        for channel, callback in self._callbacks:
            notice = models.TableChangedEvent(
                channel=types.Channel(channel),
                sent_at=datetime.now(UTC),
                type="table_changed_event",
                operation="update",
                table="",
            )
            callback(notice.model_dump_json())


def _change(payload: str | bytearray | bytes) -> str | None:
    """What happened to a row of the queue; None where the notice is of something else, or is none of PgQueuer's."""
    try:
        notice = json.loads(payload)
    except ValueError:
        return None
    if not isinstance(notice, dict) or notice.get("type") != "table_changed_event":
        return None
    return str(notice.get("operation"))


class ServerQueue(Queries):
    """What QueueManager takes for its database."""

    driver: Listener

    def __init__(self, driver: Listener, limits: Mapping[str, int], total: int) -> None:
        super().__init__(driver)
        self._limits = {
            types.QueueEntrypoint(name): EntrypointExecutionParameter(0 if limit >= NO_LIMIT else limit)
            for name, limit in limits.items()
        }
        self._total = total
        self.held: dict[int, str] = {}
        """Tickets that take up a slot, with their entrypoints, until QueueManager has let go of them."""
        self._full = False
        self._suspects = _SUSPECTS.format(queue=self.qbe.qualified.queue_table)
        self._due = _DUE.format(queue=self.qbe.qualified.queue_table)

    async def dequeue(
        self,
        batch_size: int,
        entrypoints: Mapping[types.QueueEntrypoint, EntrypointExecutionParameter],
        queue_manager_id: types.QueueManagerId,
        global_concurrency_limit: int | None,
        heartbeat_timeout: timedelta,
    ) -> list[models.Job]:
        self.driver.look()
        room = self._total - len(self.held)
        self._full = room <= 0 or SUSPECT in self.held.values()
        if self._full:
            return []
        claimed: list[models.Job] = []
        if await self._suspects_turn(heartbeat_timeout):
            if self.held:
                self._full = True
                return []
            claimed = await super().dequeue(1, dict(_ALONE), queue_manager_id, None, heartbeat_timeout)
        if not claimed:
            claimed = await self._in_turn(room, queue_manager_id, heartbeat_timeout)
        self.held |= {job.id: job.entrypoint for job in claimed}
        return claimed

    async def _in_turn(
        self, room: int, queue_manager_id: types.QueueManagerId, heartbeat_timeout: timedelta
    ) -> list[models.Job]:
        """Up to so many, of each domain its share."""
        take = partial(super().dequeue, queue_manager_id=queue_manager_id, heartbeat_timeout=heartbeat_timeout)
        if len(self._limits) > 1:
            claimed: list[models.Job] = []
            wanted = Counter(turn.entrypoint for turn in await self._turns(room, heartbeat_timeout))
            for name, count in wanted.items():
                entrypoint = types.QueueEntrypoint(name)
                claimed += await take(count, {entrypoint: self._limits[entrypoint]}, global_concurrency_limit=None)
            if claimed or not wanted:
                return claimed
            # Another replica took them meanwhile: whatever there is, rather than nothing until the next look.
        return await take(room, dict(self._limits), global_concurrency_limit=None)

    async def _turns(self, room: int, heartbeat_timeout: timedelta) -> list[turns.Turn]:
        rows: list[Any] = await self.driver.fetch(self._due, heartbeat_timeout, list(self._limits), room)
        running = {row["entrypoint"]: row["running"] for row in rows}
        due: dict[str, list[turns.Head]] = {}
        for row in rows:
            due.setdefault(row["entrypoint"], []).append((-row["priority"], row["id"]))
        rooms = {name: turns.room(self._limit(name), running[name], room) for name in due}
        return turns.in_turn({name: sorted(due[name])[:most] for name, most in rooms.items()}, running)[:room]

    def _limit(self, name: str) -> int:
        return self._limits[types.QueueEntrypoint(name)].concurrency_limit or NO_LIMIT

    async def _suspects_turn(self, heartbeat_timeout: timedelta) -> bool:
        """Whether one is due that none of this process's own comes before, and no other runs anywhere. Those whose
        worker fell silent are suspects from here on, before PgQueuer hands them out as what they were."""
        names = list(self._limits)
        (row,) = await self.driver.fetch(self._suspects, heartbeat_timeout, names, SUSPECT, SUSPICIOUS) or [{}]
        return bool(row.get("turn"))

    def let_go(self, ticket: int) -> None:
        """It has ended for QueueManager too: a slot is free."""
        self.held.pop(ticket, None)
        self.driver.wake()

    async def log_jobs(self, job_status: list[tuple[models.Job, types.JOB_STATUS, Any]]) -> None:
        """The work's own transaction said how it ended."""

    async def retry_job(self, *_: object, **__: object) -> None:
        raise NotImplementedError("work is put back by the ledger, not by its queue")

    async def eligible_queued_work(self, entrypoints: list[types.QueueEntrypoint]) -> int:
        """None that could be claimed now: the claim just before this call found nothing, or there is no room."""
        return 0

    async def queued_work(self, entrypoints: list[types.QueueEntrypoint]) -> int:
        return 0

    async def next_deferred_eta(self, entrypoints: list[types.QueueEntrypoint]) -> timedelta | None:
        return None if self._full else await super().next_deferred_eta(entrypoints)


@asynccontextmanager
async def server_queue(server: Server, limits: Mapping[str, int], total: int) -> AsyncIterator[ServerQueue]:
    """On a connection of its own, which hears notices. Raises what is in UNREACHABLE."""
    connection = await server.connect()
    try:
        yield ServerQueue(Listener(connection), limits, total)
    finally:
        await connection.close(timeout=10)


# $1 how long a worker may be silent, $2 our entrypoints, $3 that of suspects, $4 from how many attempts on one is.
_SUSPECTS = """
WITH silent AS (
    UPDATE {queue} ticket
    SET status = 'queued', queue_manager_id = NULL, slot = NULL, entrypoint = $3,
        id = nextval(pg_get_serial_sequence('{queue}', 'id'))
    FROM work
    WHERE ticket.status = 'picked' AND ticket.heartbeat < now() - $1::interval
      AND work.domain = split_part(ticket.dedupe_key, E'\\n', 1)
      AND work.entry_id = substr(ticket.dedupe_key, length(work.domain) + 2)
      AND (work.attempts >= $4::int OR ticket.entrypoint = $3)
    RETURNING ticket.id
)
SELECT NOT EXISTS (
           SELECT FROM {queue} before
           WHERE before.status = 'queued' AND before.entrypoint = ANY($2::text[])
             AND before.execute_after < now() AND before.priority > first.priority
       )
       AND NOT EXISTS (SELECT FROM {queue} other WHERE other.status = 'picked' AND other.entrypoint = $3)
       AND (SELECT count(*) FROM silent) >= 0 AS turn
FROM (
    SELECT priority FROM {queue}
    WHERE status = 'queued' AND entrypoint = $3 AND execute_after < now()
    ORDER BY priority DESC, id LIMIT 1
) first
"""

# $1 how long a worker may be silent, $2 our entrypoints, $3 how many of each will do. What a silent worker has is due.
_DUE = """
WITH picked AS MATERIALIZED (
    SELECT entrypoint, priority, id, heartbeat < now() - $1::interval AND execute_after < now() AS silent
    FROM {queue} WHERE status = 'picked'
)
SELECT asked.entrypoint, due.priority, due.id,
       (SELECT count(*) FROM picked WHERE picked.entrypoint = asked.entrypoint AND NOT silent) AS running
FROM unnest($2::text[]) AS asked (entrypoint)
CROSS JOIN LATERAL (
    (
        SELECT priority, id FROM {queue} ticket
        WHERE ticket.entrypoint = asked.entrypoint AND status = 'queued' AND execute_after < now()
        ORDER BY priority DESC, id LIMIT $3
    )
    UNION ALL
    SELECT priority, id FROM picked WHERE picked.entrypoint = asked.entrypoint AND silent
) due
"""
