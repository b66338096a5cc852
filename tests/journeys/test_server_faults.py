"""Faults of the PostgreSQL that keeps the ledger, under a running service. It waits or ends with a sentence; afterwards
all is done, once."""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from demo import samples
from tests.cli.commands import running
from tests.journeys.world import QUARANTINE, World, wait_until
from tests.ledgers import ON_SERVER

BAD = "/Shared/Projects/eicar.com"
JUDGED = "SELECT count(*) FROM work WHERE outcome = 'judged'"
OTHERS = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
HOLD = "DO $$ BEGIN LOCK TABLE work IN EXCLUSIVE MODE; PERFORM pg_sleep(3); END $$"
HELD = "SELECT count(*) FROM pg_locks WHERE relation = 'work'::regclass AND mode = 'ExclusiveLock' AND granted"

pytestmark = [ON_SERVER]


def done_once(world: World) -> None:
    """The bad file is in quarantine with one comment, and nothing is left to do."""
    asyncio.run(world.all_of())
    (place,) = [place for place in world.places().values() if place.startswith(QUARANTINE)]
    assert [note["path"] for note in world.state()["notes"]] == [place]
    assert {state for _, state in world.steps()} <= {"success", "already_done"}


@pytest.mark.parametrize(
    "when",
    [
        pytest.param("fs-content", id="a scan"),
        pytest.param("POST /pubapi/v1/fs/ids/file", id="a move", marks=pytest.mark.both),
    ],
)
def test_a_server_that_ends_all_sessions_under_way_ends_the_service_and_the_next_one_does_the_rest(
    world: World, when: str
) -> None:
    method, _, route = when.rpartition(" ")
    world.fault(method=method or "GET", route=route.removeprefix("/pubapi/v1"), delay=2.0, count=1)
    with running(world) as service:
        world.upload(BAD, samples.eicar())
        wait_until(lambda: world.control("GET", "faults")[0]["count"] == 0, "the call")
        world.rows(f"SELECT pg_terminate_backend(pid) {OTHERS}")
        assert service.process.wait(30) == 3
    (told,) = [line for line in world.log().splitlines() if not line.startswith("{")]
    assert told.startswith("postgresql://")
    world.control("DELETE", "faults")
    done_once(world)


def test_a_table_that_somebody_holds_for_a_moment_is_waited_for(world: World) -> None:
    with running(world) as service:
        with ThreadPoolExecutor(1) as somebody:
            held = somebody.submit(world.rows, HOLD)
            wait_until(lambda: world.rows(HELD) == [(1,)], "the lock")
            world.upload(BAD, samples.eicar())
            time.sleep(1.0)  # nothing outside shows that somebody waits
            assert (held.done(), world.calls("fs-content")) == (False, [])
            held.result()
        wait_until(lambda: world.rows(JUDGED) == [(1,)], "the verdict")
        assert service.process.poll() is None
    done_once(world)
