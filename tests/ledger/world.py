"""Versions, events and verdicts to fill a ledger with, and the whole content of one, to compare."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select

from scanner.ledger.databases.sqlite import SqliteDatabase
from scanner.ledger.ledger import Clock, Ledger
from scanner.ledger.tables import Base
from scanner.ledger.work import intake, working
from scanner.model import (
    ContentFacts,
    Disposition,
    EntryId,
    Event,
    FileVersion,
    Finding,
    GroupId,
    Inspection,
    Known,
    Lane,
    Queued,
    Run,
    Verdict,
    VerdictKind,
)
from scanner.settings import LedgerSettings
from tests.ledgers import empty_ledger

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
ON_FILE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
"""Of what is so on SQLite alone: its plans, its file, our own tickets."""
FACTS = ContentFacts(5, "ab" * 32, "cd" * 64, "text/plain")


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def version(name: str, domain: str = "acme", **more: Any) -> FileVersion:
    return FileVersion(domain, GroupId(f"g-{name}"), EntryId(name), f"/Shared/{name}.txt", **more)


def event(number: int, name: str = "e") -> Event:
    """The creation of a file; events are a second apart."""
    found = version(name)
    return Event(
        number,
        after(number),
        "file_system",
        "create",
        target_path=found.path,
        group_id=found.group_id,
        entry_id=found.entry_id,
    )


def queue_all(one: Event, known: Known) -> Disposition:
    assert one.entry_id is not None
    return Queued(version(one.entry_id, uploaded_at=one.occurred_at))


def clean(of: FileVersion) -> Verdict:
    return Verdict(of, VerdictKind.CLEAN, (), (Inspection("clamav", "1.4"),), FACTS)


def infected(of: FileVersion, *names: str) -> Verdict:
    findings = tuple(Finding("clamav", name, malware=True) for name in names)
    return Verdict(of, VerdictKind.INFECTED, names, (Inspection("clamav", "1.4", findings),), FACTS)


def queue(connection: Connection, *names: str, lane: Lane = Lane.LIVE, domain: str = "acme") -> None:
    intake.queue_versions(connection, [version(name, domain) for name in names], lane, NOON)


def took(connection: Connection, name: str, domain: str = "acme") -> Run:
    """A claim on a version, queued first where nobody knows it."""
    queue(connection, name, domain=domain)
    run = working.take(connection, domain, EntryId(name))
    assert run is not None
    return run


def content(connection: Connection) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables."""
    return {
        name: [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))]
        for name, table in Base.metadata.tables.items()
    }


def rows(connection: Connection, table: Any, *columns: str) -> list[tuple[Any, ...]]:
    """Some columns of all rows, in the order of the key."""
    chosen = [table.c[name] for name in columns]
    return [tuple(row) for row in connection.execute(select(*chosen).order_by(*table.primary_key))]


def new_database(folder: Path) -> SqliteDatabase:
    return SqliteDatabase(empty_ledger(folder))


def settings(folder: Path) -> LedgerSettings:
    return LedgerSettings(url=f"sqlite:///{folder / 'ledger.db'}")


def noon() -> datetime:
    return NOON


def now() -> datetime:
    return datetime.now(UTC)


@asynccontextmanager
async def owner(folder: Path, clock: Clock = noon) -> AsyncIterator[Ledger]:
    async with opened(settings(folder), clock) as ledger:
        yield ledger


@asynccontextmanager
async def opened(place: LedgerSettings, clock: Clock = noon) -> AsyncIterator[Ledger]:
    """By a service that works on it."""
    ledger = await Ledger.open(place, clock, owner=True)
    try:
        yield ledger
    finally:
        await ledger.close()
