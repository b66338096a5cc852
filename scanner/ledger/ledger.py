"""The record of everything seen, decided and done, and the only place that opens a transaction.

Each method is one transaction; questions are asked beside the writes, on what was committed before. What a worker
writes carries its run token; what a feed writes carries its cursor.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from functools import partial

from sqlalchemy import Connection

from scanner import tracing
from scanner.ledger import explaining, exporting, queries
from scanner.ledger.calls.spending import Spending
from scanner.ledger.databases.database import Database
from scanner.ledger.databases.postgres import PostgresDatabase
from scanner.ledger.databases.seats import OwnSeats, Seats, ServerSeats
from scanner.ledger.dispatch.dispatch import Dispatch
from scanner.ledger.exporting import Exported
from scanner.ledger.notices.notices import Notices
from scanner.ledger.notices.noticing import Telling
from scanner.ledger.opening import Release, alone_with_orders, opened
from scanner.ledger.orders import allowing, holding, releasing, suppressing
from scanner.ledger.orders.holds import Holds
from scanner.ledger.orders.purges import Purges
from scanner.ledger.orders.undos import Undos
from scanner.ledger.proofs.proofs import Proofs
from scanner.ledger.retention.retention import Retention
from scanner.ledger.reuse.cache import Cache
from scanner.ledger.reuse.checksums import Checksums
from scanner.ledger.rows import (
    Backlog,
    Explanation,
    FeedState,
    QuarantineRow,
    SuppressionUse,
    Totals,
    VerdictRow,
    WorkCounts,
)
from scanner.ledger.walks.walks import Walks
from scanner.ledger.work import deletion, facts, intake, rereading, tallies, working
from scanner.ledger.work.dead_letters import DeadLetters
from scanner.ledger.work.facts import Judged, Stretch
from scanner.ledger.work.judgements import judgements
from scanner.ledger.work.polls import Polls
from scanner.ledger.work.probing import Probes
from scanner.ledger.work.retro import Retro
from scanner.ledger.work.self_tests import SelfTests
from scanner.model import (
    Allowance,
    Cursor,
    Disposition,
    EntryId,
    Event,
    FileVersion,
    Gap,
    Judgement,
    Known,
    Lane,
    Learnt,
    Outcome,
    Plan,
    Run,
    Step,
    StepRecord,
    StepResult,
    Verdict,
    VerdictKind,
)
from scanner.settings import LedgerSettings

Clock = Callable[[], datetime]


def _nobody(_: int) -> None:
    return


class Ledger:
    """Safe to call from any task of one event loop."""

    def __init__(
        self, database: Database, clock: Clock, release: Release, on_gone: Callable[[int], None] = _nobody
    ) -> None:
        self._db = database
        self._clock = clock
        self._release = release
        self._on_gone = on_gone
        self.dispatch = Dispatch(database)
        self.polls = Polls(database)
        self.self_tests = SelfTests(database)
        self.walks = Walks(database, clock, self.dispatch.wake)
        self.holds = Holds(database, clock)
        self.notices = Notices(database, clock)
        self.retro = Retro(database, clock, self.dispatch.wake)
        self.dead_letters = DeadLetters(database, clock, self.dispatch.wake)
        self.purges = Purges(database, clock)
        self.undos = Undos(database, clock)
        self.proofs = Proofs(database, clock)
        self.retention = Retention(database)
        self.probes = Probes(database, clock, self.dispatch.wake)
        self.cache = Cache(database, clock, self.dispatch.wake)
        self.checksums = Checksums(database, clock)
        self.spending = Spending(database, clock)
        self.seats: Seats = ServerSeats(database.server) if isinstance(database, PostgresDatabase) else OwnSeats()

    @classmethod
    async def open(
        cls, settings: LedgerSettings, clock: Clock, *, owner: bool, on_gone: Callable[[int], None] = _nobody
    ) -> Ledger:
        """The owner is the one service that works on a file: it makes the tables, and takes up what a dead process
        left. Others come for questions and single acts. On a server there may be many that work. `on_gone` hears how
        many versions ended as gone without a worker, since the feed told of their deletion. Raises
        LedgerUnavailable."""
        database, release = await opened(settings, clock, owner=owner)
        return cls(database, clock, release, on_gone)

    @classmethod
    @asynccontextmanager
    async def reading(cls, settings: LedgerSettings, clock: Clock) -> AsyncIterator[Ledger]:
        """Opened beside the owner, closed at the end."""
        ledger = await cls.open(settings, clock, owner=False)
        try:
            yield ledger
        finally:
            await ledger.close()

    @classmethod
    @asynccontextmanager
    async def ordering(cls, settings: LedgerSettings, clock: Clock) -> AsyncIterator[Ledger]:
        """The same, for a person's order that acts on files. Raises RetryLater while another is carried out."""
        async with cls.reading(settings, clock) as ledger, alone_with_orders(settings):
            yield ledger

    async def close(self) -> None:
        await self._db.close()
        self._release()

    async def feed_state(self, domain: str) -> FeedState | None:
        return await self._db.read(lambda connection: intake.feed_state(connection, domain))

    async def recent_events(self, domain: str, most: int) -> tuple[int, ...]:
        return await self._db.read(lambda connection: intake.recent_events(connection, domain, most))

    async def owed(self, domain: str, before: datetime) -> tuple[int, int | None] | None:
        return await self._db.read(lambda connection: rereading.owed(connection, domain, before))

    async def read_again(self, domain: str, up_to: int) -> None:
        await self._db.run(lambda connection: rereading.settle(connection, domain, up_to))

    async def start_feed(self, domain: str, cursor: Cursor) -> None:
        await self._db.run(lambda connection: intake.set_feed(connection, domain, cursor))

    async def advance(self, domain: str, cursor: Cursor) -> None:
        await self._db.run(lambda connection: intake.advance_feed(connection, domain, cursor))

    async def record_page(
        self, domain: str, events: Sequence[Event], cursor: Cursor, decide: Callable[[Event, Known], Disposition]
    ) -> tuple[tuple[Event, Disposition], ...]:
        """Events, dispositions, work, tickets, walks and the cursor. Gives the events not recorded before."""

        def act(connection: Connection) -> intake.Recorded:
            result = intake.record_events(connection, domain, events, decide, self._clock())
            newest = max((event.occurred_at for event in events), default=None)
            intake.advance_feed(connection, domain, cursor, newest)
            return result

        recorded = await self._db.run(act)
        if recorded.queued:
            self.dispatch.wake()
        if recorded.at is not None:
            tracing.recorded(domain, recorded.at)
        self._on_gone(recorded.gone)
        return recorded.settled

    async def brought_at(self, domain: str, entry_id: EntryId) -> datetime | None:
        """When the page of events was recorded that brought a version; None where none did."""
        return await self._db.read(lambda connection: intake.brought_at(connection, domain, entry_id))

    async def record_gap(
        self, domain: str, reason: str, since: datetime | None, until: datetime | None, cursor: Cursor
    ) -> None:
        def act(connection: Connection) -> None:
            intake.record_gap(connection, domain, reason, (since, until), self._clock())
            intake.set_feed(connection, domain, cursor)
            rereading.forget(connection, domain)

        await self._db.run(act)

    async def queue_versions(self, domain: str, versions: Iterable[FileVersion], lane: Lane) -> int:
        """Work for the versions not known yet; gives how many."""
        wanted = [version for version in versions if version.domain == domain]
        queued = await self._db.run(lambda connection: intake.queue_versions(connection, wanted, lane, self._clock()))
        if queued:
            self.dispatch.wake()
        return queued

    async def take(self, domain: str, entry_id: EntryId) -> Run | None:
        # Beside others, like settle and defer: they change their version's row and ticket only, under its token.
        return await self._db.run_beside(lambda connection: working.take(connection, domain, entry_id))

    async def record_verdict(self, run: Run, verdict: Verdict, plan: Plan) -> tuple[StepRecord, ...]:
        return await self._db.run(lambda c: working.record_verdict(c, run, verdict, plan, self._clock()))

    async def settle(self, run: Run, verdict: Verdict) -> None:
        """A verdict that asks for nothing, and the end of the work, at once."""
        await self._db.run_beside(lambda connection: working.settle(connection, run, verdict, self._clock()))

    async def begin_step(self, run: Run, step_id: int) -> None:
        await self._db.run(lambda connection: working.begin_step(connection, run, step_id, self._clock()))

    async def note_step(self, run: Run, step_id: int, detail: Mapping[str, str]) -> None:
        await self._db.run(lambda connection: working.note_step(connection, run, step_id, detail))

    async def record_step(self, run: Run, step_id: int, result: StepResult) -> None:
        if await self._db.run(lambda c: working.record_step(c, run, step_id, result, self._clock())):
            self.dispatch.wake()

    async def finish(self, run: Run, outcome: Outcome, newer: FileVersion | None = None) -> None:
        ended = await self._db.run(lambda c: working.finish(c, run, outcome, newer, self._clock()))
        if ended.queued:
            self.dispatch.wake()
        self._on_gone(ended.gone)

    async def defer(self, run: Run, gap: Gap | None, due: datetime, *, counts: bool) -> None:
        def act(connection: Connection) -> bool:
            working.defer(connection, run, gap, due, counts)
            return gap is None and holding.wake_if_decided(connection, run.version, self._clock())

        if await self._db.run_beside(act):
            self.dispatch.wake()

    async def was_deleted(self, domain: str, entry_id: EntryId) -> bool:
        """Whether the feed told of the deletion of a known version's file, or of a folder that held it."""
        return await self._db.read(lambda connection: deletion.was_deleted(connection, domain, entry_id))

    async def judgements(self, domain: str, entry_ids: Sequence[EntryId]) -> Mapping[EntryId, Judgement]:
        """What was decided about versions of a domain; those without a verdict are missing."""
        return await self._db.read(lambda connection: judgements(connection, domain, entry_ids))

    async def work_counts(self) -> WorkCounts:
        return await self._db.read(queries.work_counts)

    async def open_work(self) -> WorkCounts:
        """The same without what is done: cheap however much that is."""
        return await self._db.read(lambda connection: queries.work_counts(connection, done=False))

    async def domains(self) -> list[str]:
        """Whose feed was ever read."""
        return await self._db.read(queries.domains)

    async def whose_turn_it_is(self, domains: Sequence[str]) -> int:
        return await self._db.read(lambda connection: queries.whose_turn_it_is(connection, domains, self._clock()))

    async def backlog(self) -> Backlog:
        return await self._db.read(lambda connection: queries.backlog(connection, self._clock()))

    async def found(self, since: datetime) -> Mapping[str, int]:
        """Versions judged since then, by signature and rule."""
        return await self._db.read(lambda connection: tallies.found(connection, since))

    async def totals(self, since: datetime) -> Totals:
        return await self._db.read(lambda connection: queries.totals(connection, since))

    async def verdicts(
        self, domain: str | None = None, kind: VerdictKind | None = None, limit: int = 100_000
    ) -> list[VerdictRow]:
        return await self._db.read(lambda connection: queries.verdict_rows(connection, domain, kind, limit))

    async def explain(self, entry: str) -> list[Explanation]:
        """By entry id, or by the path a version had."""
        return await self._db.read(lambda connection: explaining.explain(connection, entry))

    async def shown(self, entry: str) -> list[VerdictRow]:
        """The same versions, each in a row."""
        return await self._db.read(lambda connection: explaining.shown(connection, entry))

    async def exported(self, domain: str | None = None) -> AsyncIterator[Exported]:
        """Every version, each page in a transaction of its own: what comes meanwhile may be in it or not."""
        after: exporting.Place | None = None
        while page := await self._db.read(partial(exporting.page, domain=domain, after=after)):
            for one in page:
                yield one
            after = page[-1].place

    async def quarantined(self, domain: str | None = None) -> list[QuarantineRow]:
        return await self._db.read(lambda connection: queries.quarantined(connection, domain))

    async def stretch(self, since: datetime, domain: str | None) -> Stretch:
        """The verdicts since a moment, of one domain or all."""
        return await self._db.read(lambda connection: facts.stretch(connection, since, domain))

    async def judged(self, stretch: Stretch) -> AsyncIterator[list[Judged]]:
        """Its versions with what was learnt of them, page by page; each is read in a transaction of its own."""
        after = stretch.first - 1
        while page := await self._db.read(partial(facts.page, of=stretch, after=after)):
            after = page[-1].verdict_id
            yield page

    async def renew_facts(self, verdict_id: int, learnt: Learnt) -> None:
        """What was learnt of a version looked at once more; its verdict stays."""
        await self._db.run(lambda connection: facts.renew(connection, verdict_id, learnt, self._clock()))

    async def prune_facts(self, before: datetime) -> int:
        """Drop some of what was learnt before a moment; gives how much. To be asked again until that is nothing."""
        return await self._db.run(lambda connection: facts.prune(connection, before))

    async def prune_tallies(self) -> int:
        """Drop counts of verdicts that no brake asks for any more."""
        return await self._db.run(lambda connection: tallies.prune(connection, self._clock()))

    async def note_suppressions(self, names: Sequence[str]) -> None:
        """These are in force. Since when they are is kept from the first time."""
        await self._db.run(lambda connection: suppressing.note(connection, names, self._clock()))

    async def suppression_uses(self) -> dict[str, SuppressionUse]:
        """What became of every suppression that ever was in force, by name."""
        return await self._db.read(suppressing.uses)

    async def begin_release(self, row: QuarantineRow, step: Step, allowed_until: date | None = None) -> StepRecord:
        """The intent to release, in the journal before the act; its content is allowed from then on, unless the
        release fails. Raises LedgerUnavailable where it was done already."""
        return await self._db.run(lambda c: releasing.begin(c, row, step, self._clock(), allowed_until))

    async def allowances(self, domain: str | None = None, sha256: str | None = None) -> tuple[Allowance, ...]:
        """What releases allow today; of one content, where one is named with its domain."""
        today = self._clock().astimezone(UTC).date()
        if domain is not None and sha256 is not None:
            return await self._db.read(lambda connection: allowing.of_content(connection, domain, sha256, today))
        return tuple(await self._db.read(lambda connection: allowing.in_force(connection, domain, today)))

    async def withdraw_allowance(self, allowance: int, *, by: str, because: str) -> None:
        """Raises LedgerUnavailable where none of that id is in force."""
        await self._db.run(lambda c: allowing.withdraw(c, allowance, by=by, because=because, now=self._clock()))

    async def links_deleted(self, row: QuarantineRow) -> tuple[str, ...]:
        """Ids of links to the file that are gone for good."""
        return await self._db.read(lambda connection: releasing.links_deleted(connection, row))

    async def record_release(self, step_id: int, result: StepResult, closing: Telling | None = None) -> None:
        """`closing`: whom to tell of it and what, where it was carried out."""
        await self._db.run(lambda connection: releasing.record(connection, step_id, result, self._clock(), closing))
