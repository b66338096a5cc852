"""What shows that nothing was missed and nothing changed afterwards, as commands ask for it: coverage, statements and
audit. Each question is answered from one state of the ledger; lists come page by page, each from a state of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial

from sqlalchemy import Connection

from scanner.errors import LedgerUnavailable
from scanner.ledger.databases.database import Database
from scanner.ledger.proofs import audit, coverage_json, coverage_queries, stating
from scanner.ledger.proofs.audit_chain import Break, Entry
from scanner.ledger.proofs.coverage import Coverage, Folders
from scanner.ledger.proofs.coverage_queries import Asked, NotScanned
from scanner.ledger.proofs.statement import Last, Statement


class Proofs:
    """Part of the ledger."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._db = database
        self._clock = clock

    async def coverage(self, asked: Asked, folders: Folders, *, elsewhere: bool) -> Coverage:
        """The account of a period. What lies in none of the folders is counted under an empty name, or left out."""

        def ask(connection: Connection) -> Coverage:
            return coverage_queries.coverage(connection, asked, folders, elsewhere=elsewhere, now=self._clock())

        return await self._db.read(ask)

    async def not_scanned(self, asked: Asked) -> AsyncIterator[NotScanned]:
        """Versions that no engine has looked at, domain by domain, oldest first."""
        for domain in await self._db.read(lambda connection: coverage_queries.domains(connection, asked)):
            alone, place = replace(asked, domain=domain), None
            while True:
                page = partial(coverage_queries.not_scanned, asked=alone, after=place)
                found, place = await self._db.read(page)
                for one in found:
                    yield one
                if place is None:
                    break

    async def entries(self, after: int = 0) -> AsyncIterator[Entry | Break]:
        """The audit, in order, after an entry; a break where a row cannot be read as one."""
        while page := await self._db.read(partial(audit.page, after=after)):
            for one in page:
                yield one
            after = page[-1].seq

    async def unguarded(self) -> list[str]:
        """Which triggers that keep the audit append-only are missing."""
        return await self._db.read(audit.unguarded)

    async def act(self, action: audit.Action, subject: str, detail: dict[str, object], *, by: str) -> None:
        """An act that has no record but this one."""
        await self._db.run(lambda c: audit.append(c, action, subject, detail, at=self._clock(), actor=by))

    async def first_day_held(self) -> date | None:
        """The first day, in UTC, all of whose events are held in every domain; None where none were ever dropped."""
        unheld = await self._db.read(lambda connection: coverage_queries.unheld(connection, Asked()))
        return max((one.until.date() + timedelta(days=1) for one in unheld), default=None)

    async def last_statement(self) -> Last | None:
        """The newest statement of coverage."""
        return await self._db.read(stating.last)

    async def state(
        self, day: date, folders: Folders, previous: Last | None, sign: Callable[[str], Statement], *, by: str
    ) -> Statement | None:
        """Account for a day, sign and record it; None where another process made a statement meanwhile. Raises
        LedgerUnavailable for a day of which not all events are held."""
        found = await self.coverage(stating.period(day), folders, elsewhere=True)
        if not found.counted:
            raise LedgerUnavailable(f"{day} cannot be stated: not all of its events are held (ledger.keep_events).")
        account = coverage_json.account(found)

        def act(connection: Connection) -> Statement | None:
            return stating.state(connection, day, account, previous, sign, by=by, now=self._clock())

        return await self._db.run(act)

    async def statements(self, after: int = 0) -> AsyncIterator[tuple[int, date, str]]:
        """Number, day and file of the statements that follow one, in order."""
        while page := await self._db.read(partial(stating.texts, after=after)):
            for one in page:
                yield one
            after = page[-1][0]
