"""A probe goes the whole way, says where it got stuck, leaves nothing behind, and is no incident."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from scanner.ledger.ledger import Ledger
from scanner.service.assembly import Parts, assembled, utc_now
from scanner.service.loops import serve
from scanner.service.probing.probe import probers_of
from tests.journeys.world import QUARANTINE, World

FOLDER = "/Shared/Projects/Probe"


@contextlib.asynccontextmanager
async def serving(world: World, **sections: Any) -> AsyncIterator[Parts]:
    """A service in this process, with probes."""
    world.sections |= {"domain": {"probe_folder": FOLDER}, "probe": {"patience": "20s"}, **sections}
    stop = asyncio.Event()
    async with assembled(world.settings()) as parts:
        task = asyncio.create_task(serve(parts, stop))
        try:
            yield parts
        finally:
            stop.set()
            await asyncio.wait_for(task, 40)


async def until(true: Callable[[], Any]) -> None:
    async with asyncio.timeout(60):
        while not true():
            await asyncio.sleep(0.05)


PROBES = "SELECT leg, failed, ended_at IS NOT NULL FROM probes ORDER BY id"


def told(world: World) -> list[tuple[str, str | None, bool]]:
    """Of each probe the last leg, the one that failed, and whether it is over."""
    return [(leg, failed, bool(over)) for leg, failed, over in world.rows(PROBES)]


def over(world: World) -> Callable[[], bool]:
    return lambda: any(end for _, _, end in told(world))


def left(world: World) -> list[str]:
    return [path for path in world.places().values() if path.startswith((FOLDER, QUARANTINE))]


def value(parts: Parts, name: str, **labels: str) -> float | None:
    return parts.metrics.registry.get_sample_value(f"scanner_probe_{name}", labels)


async def test_a_probe_comes_through_all_legs_and_leaves_nothing_in_the_domain(world: World) -> None:
    async with serving(world) as parts:
        await until(lambda: (value(parts, "last_success_timestamp_seconds") or 0) > 0)
        legs = ("upload", "event", "dispatch", "scan", "quarantine", "comment", "cleanup")
        assert [value(parts, "leg_duration_seconds_count", leg=leg) for leg in legs] == [1] * 7
        assert [value(parts, "failures_total", leg=leg) for leg in legs] == [0] * 7
        assert value(parts, "duration_seconds_count") == 1
    assert told(world) == [("cleanup", None, True)]
    assert left(world) == []
    assert [one["status"] for one in world.requests() if one["method"] == "DELETE"] == [200]


async def test_a_probe_is_no_incident_and_on_nobodys_account(world: World) -> None:
    async with serving(world) as parts:
        await until(over(world))
        await until(lambda: world.rows("SELECT 1 FROM events WHERE action = 'delete'"))
        verdicts = parts.metrics.registry.get_sample_value
        assert verdicts("scanner_verdicts_total", {"verdict": "flagged", "trigger": "event"}) == 0
    async with Ledger.reading(world.settings().ledger, utc_now) as ledger:
        assert (await ledger.verdicts(), await ledger.quarantined()) == ([], [])
    tables = ("work", "verdicts", "steps", "tallies", "notices", "tickets")
    assert {name: world.rows(f"SELECT count(*) FROM {name}")[0][0] for name in tables} == dict.fromkeys(tables, 0)
    assert world.rows("SELECT count(*) FROM events WHERE disposition = 'queued'") == [(0,)]


async def test_in_dry_run_it_ends_at_the_verdict_and_is_not_moved(world: World) -> None:
    async with serving(world, remediation={"mode": "dry-run"}):
        await until(over(world))
    assert (told(world), left(world)) == ([("cleanup", None, True)], [])
    assert world.calls("POST .*/move|notes") == []
    assert not any(one["path"].startswith(QUARANTINE) for one in world.state()["files"])


@pytest.mark.parametrize(
    ("leg", "fault"),
    [
        ("upload", {"method": "POST", "route": "fs-content", "status": 403}),
        ("event", {"method": "GET", "route": "/events\\?", "status": 503}),
        ("scan", {"method": "GET", "route": "fs-content", "status": 503}),
        ("quarantine", {"method": "POST", "route": "/fs/ids/file", "status": 403}),
        ("comment", {"method": "POST", "route": "/notes", "status": 403}),
    ],
)
async def test_a_leg_that_fails_is_told_and_the_file_is_cleaned_up_all_the_same(
    world: World, leg: str, fault: dict[str, Any]
) -> None:
    world.fault(**fault)
    world.unread = "the feed may stand still"
    async with serving(world, probe={"patience": "4s"}) as parts:
        await until(over(world))
        assert value(parts, "failures_total", leg=leg) == 1
        assert value(parts, "last_success_timestamp_seconds") == 0
    assert (told(world), left(world)) == ([("cleanup", leg, True)], [])


async def test_without_clamd_its_scan_fails(world: World) -> None:
    world.clamd = f"unix:{world.folder}/nobody.sock"
    async with serving(world, probe={"patience": "4s"}):
        await until(over(world))
    assert (told(world), left(world)) == ([("cleanup", "scan", True)], [])
    assert "engine-down" in world.rows("SELECT trouble FROM probes")[0][0]


async def test_what_cannot_be_deleted_is_no_success_and_is_deleted_at_the_next_start(world: World) -> None:
    world.fault(method="DELETE", route="/fs/ids/file", status=403)
    async with serving(world):
        await until(lambda: [failed for _, failed, _ in told(world)] == ["cleanup"])
    assert (told(world), len(left(world))) == ([("cleanup", "cleanup", False)], 1)
    world.control("DELETE", "faults")
    async with serving(world):
        await until(over(world))
    assert (told(world), left(world)) == ([("cleanup", "cleanup", True)], [])


async def test_an_upload_of_which_no_answer_came_is_deleted_later_and_never_scanned(world: World) -> None:
    await world.once()  # its folder is not new any more, and so not listed
    world.fault(method="POST", route="fs-content", cut_after=1)
    world.fault(method="GET", route="/scanner-probe-", status=503, skip=1)
    async with serving(world, probe={"patience": "3s"}):
        await until(lambda: told(world) == [("upload", "upload", False)])
        await until(lambda: world.rows("SELECT 1 FROM events WHERE disposition = 'skipped' AND reason = 'own_action'"))
    assert len(left(world)) == 1
    world.control("DELETE", "faults")
    async with serving(world):
        await until(over(world))
    assert (told(world), left(world), world.outcomes()) == ([("cleanup", "upload", True)], [], [])


async def test_a_version_that_somebody_puts_upon_it_is_scanned_and_not_deleted(world: World) -> None:
    world.fault(method="GET", route="fs-content", delay=3.0, count=1)
    async with serving(world):
        await until(lambda: [leg for leg, _, _ in told(world)] == ["scan"])
        (path,) = left(world)
        world.upload(path, b"somebody's own")
        await until(lambda: told(world) == [("cleanup", "quarantine", True)])
        await until(lambda: world.rows("SELECT kind FROM verdicts") == [("clean",)])
    assert left(world) == [path]


async def test_no_second_one_goes_before_its_time_also_after_a_restart(world: World) -> None:
    for _ in range(2):
        async with serving(world) as parts:
            await until(over(world))
            await probers_of(parts)["acme"].turn()
    assert len(told(world)) == 1


async def test_without_a_folder_there_is_none(world: World) -> None:
    async with assembled(world.settings()) as parts:
        assert probers_of(parts) == {}
