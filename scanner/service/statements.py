"""A signed statement of each day's coverage: made soon after the day has ended, for days missed as well, and written to
a folder. The ledger has it first: a file that was not written any more is written at the next start."""

from __future__ import annotations

import asyncio
import os
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import structlog

from scanner.errors import ConfigurationError, Problem
from scanner.ledger.ledger import Ledger
from scanner.ledger.proofs import statement_keys
from scanner.ledger.proofs.audit import SERVICE
from scanner.ledger.proofs.coverage import Folders
from scanner.ledger.proofs.statement import Statement, days_due, days_lost, last_of
from scanner.service.assembly import Parts
from scanner.settings import Settings

log = structlog.get_logger("scanner.statements")

STATE_EVERY = 600.0
AFTER_MIDNIGHT = timedelta(minutes=15)
"""UTC. The goal of a verdict: by then what was uploaded at the end of the day has one, if all is well."""
MOST_DAYS = 31
"""Made in one turn after a long stop."""


def watched_folders(settings: Settings) -> Folders:
    """Those of each domain."""
    return Folders({one.name: one.watch for one in settings.domains})


async def make_due(settings: Settings, ledger: Ledger, now: datetime, *, by: str = SERVICE) -> list[Statement]:
    """A statement for each day that has ended and has none. Raises ConfigurationError for a key that cannot be used, or
    a folder that cannot be written, LedgerUnavailable."""
    folder, key_file = settings.statements.folder, settings.statements.key_file
    if folder is None or key_file is None:
        return []
    key = await asyncio.to_thread(statement_keys.load, key_file)
    made: list[Statement] = []
    previous, held = await ledger.proofs.last_statement(), await ledger.proofs.first_day_held()
    for day in days_due(previous, (now - AFTER_MIDNIGHT).date(), MOST_DAYS, held):
        one = await ledger.proofs.state(day, watched_folders(settings), previous, key.sign, by=by)
        if one is None:
            break
        made.append(one)
        previous = last_of(one)
        await asyncio.to_thread(write, folder, day, one.text())
    return made


async def lost_days(ledger: Ledger, now: datetime) -> tuple[date, date] | None:
    """The first and the last of the days that have no statement, and get none any more, since their events are not
    held: the next statement leaves them out, and `coverage verify` says so."""
    previous, held = await ledger.proofs.last_statement(), await ledger.proofs.first_day_held()
    return days_lost(previous, (now - AFTER_MIDNIGHT).date(), held)


async def stated_until(settings: Settings, ledger: Ledger) -> datetime | None:
    """What was recorded from then on is still to be stated; None where none of it waits for a statement."""
    last = None if settings.statements.folder is None else await ledger.proofs.last_statement()
    return None if last is None else datetime.combine(last.day + timedelta(days=1), time(), UTC)


def file_of(folder: Path, day: date) -> Path:
    """Where the statement of a day is."""
    return folder / f"coverage-{day.isoformat()}.json"


def write(folder: Path, day: date, text: str) -> None:
    """Whole or not at all. Raises ConfigurationError."""
    file = file_of(folder, day)
    half = file.with_suffix(".part")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with half.open("w", encoding="ascii") as opened:
            opened.write(text)
            opened.flush()
            os.fsync(opened.fileno())
        half.replace(file)
    except OSError as error:
        remedy = "Check statements.folder, its rights and its space."
        raise ConfigurationError([Problem(str(file), f"cannot be written: {error.strerror}", remedy)]) from error


async def write_missing(folder: Path, ledger: Ledger) -> int:
    """Files of statements on record that are not in the folder; gives how many were written. Raises
    ConfigurationError."""
    written = 0
    async for _, day, text in ledger.proofs.statements():
        if not await asyncio.to_thread(file_of(folder, day).exists):
            await asyncio.to_thread(write, folder, day, text)
            written += 1
    return written


class Statements:
    """For a service that stays. What a person has to mend is said, and tried again."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._complete = False

    async def turn(self) -> None:
        """Make what is due. Once, at first, also write what is missing in the folder. How far statements reach is shown
        before: it is the same where none can be made."""
        parts, ledger = self._parts, self._parts.stations.ledger
        await self._show()
        folder = parts.settings.statements.folder
        try:
            if not self._complete and folder is not None:
                await write_missing(folder, ledger)
                self._complete = True
            lost = await lost_days(ledger, parts.clock())
            made = await make_due(parts.settings, ledger, parts.clock())
        except ConfigurationError as error:
            self._complete = False
            log.warning("statement.failed", problems=[str(problem) for problem in error.problems])
            return
        if lost is not None and folder is not None:
            log.warning("statement.refused", first=lost[0].isoformat(), last=lost[1].isoformat())
        for one in made:
            said = one.said
            log.info("statement.made", day=said["day"], number=said["number"], complete=said["coverage"]["complete"])
        await self._show()

    async def _show(self) -> None:
        last = await self._parts.stations.ledger.proofs.last_statement()
        if last is not None:
            self._parts.metrics.stated(last.day)
