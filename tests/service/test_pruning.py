"""What is old is dropped, by the service and by a single run: what was learnt of contents, events, walks."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from scanner.ledger.proofs import statement_keys
from scanner.ledger.retention.old_events import BATCH
from scanner.service import pruning
from scanner.service.assembly import assembled
from scanner.service.pruning import MOST_STEPS, prune
from scanner.service.statements import make_due, stated_until
from tests.journeys.world import World, stop, wait_until

OLD = "UPDATE facts SET learnt_at = '2020-01-01 00:00:00.000000'"


def kept(world: World) -> int:
    return int(world.rows("SELECT count(*) FROM facts")[0][0])


async def test_facts_are_kept_as_long_as_the_settings_say(world: World) -> None:
    for name in ("a", "b"):
        world.upload(f"/Shared/Projects/{name}.txt", b"hello")
    await world.once()
    assert kept(world) == 2
    world.rows(OLD + " WHERE verdict_id = 1")
    async with assembled(world.settings()) as parts:
        await prune(parts)
        assert world.rows("SELECT verdict_id FROM facts") == [(2,)]
        await prune(parts)
    assert (kept(world), len(await world.verdicts())) == (1, 2)


async def test_one_turn_drops_so_much_and_no_more(world: World) -> None:
    many = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10001)"
    async with assembled(world.settings()) as parts:
        world.rows(f"INSERT INTO facts {many} SELECT i, 1, 'x', '2020-01-01 00:00:00.000000' FROM n")
        await prune(parts)
        assert (kept(world), MOST_STEPS) == (1, 20)
        await prune(parts)
    assert kept(world) == 0


LONG_AGO = "'2020-01-01 00:00:00.000000'"


def ids(world: World) -> list[int]:
    return [row[0] for row in world.rows("SELECT event_id FROM events ORDER BY event_id")]


def a_minute_later(world: World) -> None:
    """All that was recorded was read a second time."""
    world.rows("UPDATE rereads SET up_to = (SELECT max(event_id) FROM events)")


async def test_events_and_walks_are_kept_as_long_as_the_settings_say(world: World) -> None:
    for name in ("a", "b"):
        world.upload(f"/Shared/Projects/{name}.txt", b"hello")
    await world.once()
    first, *others = ids(world)
    world.rows(f"UPDATE events SET recorded_at = {LONG_AGO} WHERE event_id = {first}")
    for path in ("/Shared/a", "/Shared/b"):
        values = f"'acme', '{path}', {LONG_AGO}, {LONG_AGO}"
        world.rows(f"INSERT INTO walks (domain, path, asked_at, finished_at) VALUES ({values})")
    a_minute_later(world)
    await world.once()
    walks = world.rows("SELECT path FROM walks ORDER BY path")
    # The new folder was listed a moment ago. The newest walk stays, however old: its id must not be given again.
    assert (ids(world), walks) == (others, [("/Shared/Projects",), ("/Shared/b",)])
    told = [json.loads(line) for line in world.log().splitlines() if "s.pruned" in line]
    assert [(one["event"], one["domain"], one.get("events", one.get("walks"))) for one in told] == [
        ("events.pruned", "acme", 1),
        ("walks.pruned", "acme", 1),
    ]
    assert await world.kinds() == {"/Shared/Projects/a.txt": "clean", "/Shared/Projects/b.txt": "clean"}


async def test_one_turn_drops_so_many_events_and_no_more(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pruning, "MOST_EVENT_STEPS", 2)
    await world.once()
    newer = len(ids(world))
    many = f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {3 * BATCH})"
    columns = "domain, epoch, event_id, occurred_at, type, action, action_source, is_folder, disposition, recorded_at"
    values = f"'acme', 0, i, {LONG_AGO}, 'note', 'create', 'WebUI', 0, 'skipped', {LONG_AGO}"
    world.rows(f"INSERT INTO events ({columns}) {many} SELECT {values} FROM n")
    async with assembled(world.settings()) as parts:
        await prune(parts)
        assert len(ids(world)) == BATCH + newer
        await prune(parts)
    assert len(ids(world)) == newer


async def test_events_of_a_day_that_is_still_to_be_stated_stay(world: World) -> None:
    key = world.folder / "statement.key"
    statement_keys.make(key)
    world.sections["statements"] = {"folder": str(world.folder / "statements"), "key_file": str(key)}
    world.upload("/Shared/Projects/a.txt", b"hello")
    await world.once()
    async with assembled(world.settings()) as parts:
        ledger = parts.stations.ledger
        last = await ledger.proofs.last_statement()
        assert last is not None
        until = await stated_until(parts.settings, ledger)
        assert until == datetime.combine(last.day + timedelta(days=1), time(), UTC)
        world.rows(f"UPDATE events SET recorded_at = '{until:%Y-%m-%d %H:%M:%S.%f}'")
        a_minute_later(world)
        later = replace(parts, clock=lambda: until + timedelta(days=900))
        await prune(later)
        assert ids(world) != []
        await make_due(parts.settings, ledger, until + timedelta(days=2))
        await prune(later)
    assert ids(world) == []


def test_a_run_prunes_at_its_end_and_the_service_as_it_goes(world: World) -> None:
    world.upload("/Shared/Projects/a.txt", b"hello")
    asyncio.run(world.once())
    world.rows(OLD)
    asyncio.run(world.once())
    assert kept(world) == 0
    world.upload("/Shared/Projects/b.txt", b"hello")
    asyncio.run(world.once())
    world.rows(OLD)
    service = world.spawn()
    try:
        wait_until(lambda: kept(world) == 0, "the service to prune")
    finally:
        stop(service)
