"""The past of a ledger, for `bench/growth.py`: versions over a year, five events for each, all judged."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Connection, text

from scanner.ledger import schema
from scanner.ledger.databases.sqlite import SqliteDatabase

EVENTS = 5
"""For each version."""
SPAN = timedelta(days=365)
FILL_CACHE = "PRAGMA cache_size = -600000"
"""KiB, while the past is written; the product keeps SQLite's own default."""
INSPECTIONS = json.dumps(
    [{"engine": "clamd", "version": "ClamAV 1.4.3/27000", "seconds": 0.01, "findings": [], "gap": None}]
)
VERDICTS = text(
    """
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :size)
    INSERT INTO verdicts
        (id, domain, entry_id, kind, reasons, size, sha256, sha512, mime, inspections, judged_at)
    SELECT
        i, 'acme', lower(hex(randomblob(16))),
        CASE i % 100 WHEN 0 THEN 'unscannable' ELSE 'clean' END,
        CASE i % 100 WHEN 0 THEN '["encrypted"]' ELSE '[]' END,
        30000, lower(hex(randomblob(32))), lower(hex(randomblob(64))), 'application/pdf', :inspections,
        datetime('now', '-' || CAST((:size - i) * 1.0 / :size * :minutes AS INTEGER) || ' minutes')
    FROM n
    """
)
WORK = text(
    """
    INSERT INTO work
        (domain, entry_id, group_id, path, folder, action, action_source, actor, uploaded_at, size, lane, state, starts,
         attempts, due, outcome, verdict_id, first_seen_at, done_at)
    SELECT
        domain, entry_id, lower(hex(randomblob(16))), '/Shared/f' || (id % 1000) || '/' || id || '.pdf',
        '/Shared/f' || (id % 1000),
        'create', 'WebUI', id % 500, judged_at, size, 'live', 'done', 1,
        0, judged_at, 'judged', id, judged_at, judged_at
    FROM verdicts
    """
)
EVENT_ROWS = text(
    f"""
    WITH k(n) AS (VALUES {", ".join(f"({one})" for one in range(EVENTS))})
    INSERT INTO events
        (domain, epoch, event_id, occurred_at, type, action, action_source, actor, is_folder,
         group_id, entry_id, target_path, disposition, reason, recorded_at)
    SELECT
        domain, 0, verdict_id * {EVENTS} + n, first_seen_at, 'file_system',
        CASE n WHEN 0 THEN 'create' ELSE 'move' END, 'WebUI', actor, 0,
        group_id, entry_id, path,
        CASE n WHEN 0 THEN 'queued' ELSE 'skipped' END, CASE n WHEN 0 THEN NULL ELSE 'no_new_content' END, first_seen_at
    FROM work, k
    """
)
FEED = text("INSERT INTO feeds (domain, cursor, epoch) VALUES ('acme', :last, 0)")


@dataclass(frozen=True, slots=True)
class Past:
    """A ledger of so many versions, written to a file."""

    size: int
    file: Path
    mib: float
    seconds: float


async def written(folder: Path, size: int) -> Past:
    file = folder / f"{size}.db"
    began = time.perf_counter()
    database = SqliteDatabase(file)
    schema.upgrade(database)
    database.run_here(lambda connection: _fill(connection, size))
    await database.close()
    mib = sum(one.stat().st_size for one in folder.glob(f"{file.name}*")) / 1024**2
    return Past(size, file, mib, time.perf_counter() - began)


async def entries_of(file: Path, samples: int) -> list[str]:
    """Entry ids from all over the past."""
    spread = text("SELECT entry_id FROM verdicts WHERE id % max((SELECT max(id) FROM verdicts) / :n, 1) = 0 LIMIT :n")
    database = SqliteDatabase(file)
    try:
        return list(await database.read(lambda connection: connection.scalars(spread, {"n": samples}).all()))
    finally:
        await database.close()


def _fill(connection: Connection, size: int) -> None:
    """Versions in a thousand folders over a year, all judged, one in a hundred unscannable."""
    connection.execute(text(FILL_CACHE))
    told = {"size": size, "minutes": SPAN / timedelta(minutes=1), "inspections": INSPECTIONS}
    connection.execute(VERDICTS, told)
    connection.execute(WORK)
    connection.execute(EVENT_ROWS)
    connection.execute(FEED, {"last": size * EVENTS + EVENTS})
    connection.execute(text("ANALYZE"))
