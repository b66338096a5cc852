"""Each day that has ended gets its statement, also after a stop, a kill between record and file, and a lost folder."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from scanner.errors import ConfigurationError
from scanner.ledger.ledger import Ledger
from scanner.ledger.proofs import statement_keys
from scanner.ledger.proofs.statement import last_of, parse
from scanner.service.assembly import assembled, utc_now
from scanner.service.loops import serve
from scanner.service.statements import Statements, file_of, make_due, write, write_missing
from scanner.settings import Settings
from tests.journeys.world import World

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


@pytest.fixture
def stating(world: World) -> Settings:
    """Settings with a key and a folder that is not there yet."""
    folder, key = world.folder / "statements", world.folder / "statement.key"
    statement_keys.make(key)
    world.sections["statements"] = {"folder": str(folder), "key_file": str(key)}
    return world.settings()


def files(settings: Settings) -> list[str]:
    folder = settings.statements.folder
    assert folder is not None
    return sorted(file.name for file in folder.iterdir()) if folder.exists() else []


async def due(settings: Settings, now: datetime) -> list[str]:
    async with assembled(settings) as parts:
        return [one.said["day"] for one in await make_due(settings, parts.stations.ledger, now)]


async def test_yesterday_is_stated_once_and_days_missed_in_a_stop_are_too(stating: Settings) -> None:
    assert await due(stating, NOON) == ["2026-03-03"]
    assert await due(stating, NOON) == []
    assert await due(stating, NOON + timedelta(days=3)) == ["2026-03-04", "2026-03-05", "2026-03-06"]
    assert files(stating) == [f"coverage-2026-03-0{day}.json" for day in (3, 4, 5, 6)]


async def test_a_day_is_given_some_minutes_for_its_last_verdicts(stating: Settings) -> None:
    midnight = datetime(2026, 3, 4, tzinfo=UTC)
    assert await due(stating, midnight + timedelta(minutes=14)) == ["2026-03-02"]
    assert await due(stating, midnight + timedelta(minutes=15)) == ["2026-03-03"]


async def test_the_files_hold_and_follow_one_another(stating: Settings) -> None:
    await due(stating, NOON)
    await due(stating, NOON + timedelta(days=1))
    folder, key_file = stating.statements.folder, stating.statements.key_file
    assert folder is not None
    assert key_file is not None
    key = statement_keys.load(key_file).public
    first, second = (parse((folder / name).read_text()) for name in files(stating))
    assert (key.signed(first), key.signed(second)) == (True, True)
    before = last_of(first)
    assert second.said["previous"] == {"day": before.day.isoformat(), "digest": before.digest}


async def test_a_file_that_a_kill_kept_from_being_written_is_written_later(stating: Settings) -> None:
    await due(stating, NOON)
    folder = stating.statements.folder
    assert folder is not None
    file = file_of(folder, NOON.date() - timedelta(days=1))
    before = file.read_text()
    file.unlink()
    async with Ledger.reading(stating.ledger, utc_now) as ledger:
        assert [await write_missing(folder, ledger) for _ in range(2)] == [1, 0]
    assert file.read_text() == before


async def test_without_settings_for_it_none_is_made(world: World) -> None:
    assert await due(world.settings(), NOON) == []


async def test_a_key_that_others_may_read_signs_nothing(stating: Settings) -> None:
    assert stating.statements.key_file is not None
    stating.statements.key_file.chmod(0o644)
    with pytest.raises(ConfigurationError, match="can be read by others"):
        await due(stating, NOON)
    assert files(stating) == []


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(ConfigurationError, match=r"cannot be written: (File exists|Not a directory)"):
        write(tmp_path / "taken", NOON.date(), "{}")


async def test_a_service_shows_the_last_day_and_goes_on_where_a_key_is_missing(stating: Settings, world: World) -> None:
    def shown() -> float | None:
        return parts.metrics.registry.get_sample_value("scanner_coverage_statement_day_timestamp_seconds")

    assert stating.statements.key_file is not None
    key = stating.statements.key_file.read_bytes()
    stating.statements.key_file.unlink()
    async with assembled(stating) as parts:
        turns = Statements(parts)
        await turns.turn()
        assert (shown(), files(stating)) == (0, [])
        stating.statements.key_file.write_bytes(key)
        stating.statements.key_file.chmod(0o600)
        await turns.turn()
        assert len(files(stating)) == 1
        last = await parts.stations.ledger.proofs.last_statement()
        assert last is not None
        assert shown() == datetime(last.day.year, last.day.month, last.day.day, tzinfo=UTC).timestamp() + 86_400


async def test_a_restart_with_a_broken_key_still_shows_how_far_statements_reach(stating: Settings) -> None:
    await due(stating, NOON)
    assert stating.statements.key_file is not None
    stating.statements.key_file.unlink()
    async with assembled(stating) as parts:
        await Statements(parts).turn()
        last = await parts.stations.ledger.proofs.last_statement()
        assert last is not None
        shown = parts.metrics.registry.get_sample_value("scanner_coverage_statement_day_timestamp_seconds")
        assert shown == datetime(last.day.year, last.day.month, last.day.day, tzinfo=UTC).timestamp() + 86_400


async def test_a_service_that_stays_states_by_itself(stating: Settings) -> None:
    stop = asyncio.Event()
    async with assembled(stating) as parts:
        serving = asyncio.create_task(serve(parts, stop))
        async with asyncio.timeout(30):
            while not files(stating):
                await asyncio.sleep(0.02)
        stop.set()
        await asyncio.wait_for(serving, 10)


async def test_one_run_states_what_is_due(stating: Settings, world: World) -> None:
    world.upload("/Shared/Projects/a.txt", b"hello")
    await world.once()
    assert len(files(stating)) == 1
