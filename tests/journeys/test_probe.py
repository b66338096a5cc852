"""kill -9 in each leg of a probe: the next start leaves nothing of it in the domain, and it is no incident."""

from __future__ import annotations

import signal
from typing import Any

import pytest

from tests.journeys.world import QUARANTINE, World, stop, wait_until

FOLDER = "/Shared/Projects/Probe"
STUCK = 60.0
"""Seconds; a call that is held up so long is cut off by the kill."""
LEGS: dict[str, dict[str, Any]] = {
    "upload": {"method": "POST", "route": "fs-content"},
    "event": {"method": "GET", "route": "/events\\?"},
    "scan": {"method": "GET", "route": "fs-content"},
    "quarantine": {"method": "POST", "route": "/fs/ids/file"},
    "comment": {"method": "POST", "route": "/notes"},
    "cleanup": {"method": "DELETE", "route": "/fs/ids/file"},
}


def told(world: World) -> list[tuple[Any, ...]]:
    return world.rows_yet("SELECT leg, failed, ended_at IS NOT NULL FROM probes ORDER BY id")


def files(world: World) -> list[str]:
    return [path for path in world.places().values() if path.startswith((FOLDER, QUARANTINE))]


@pytest.mark.parametrize("leg", LEGS)
def test_after_a_kill_the_next_start_clears_away_what_the_probe_left(world: World, leg: str) -> None:
    world.sections |= {"domain": {"probe_folder": FOLDER}}
    world.fault(**LEGS[leg], delay=STUCK)
    world.unread = "a feed that stands still may not be read to its end"
    service = world.spawn()
    try:
        wait_until(lambda: [one[0] for one in told(world)] == [leg], f"the leg {leg}")
    finally:
        stop(service, signal.SIGKILL)
    assert told(world) == [(leg, None, False)]
    world.control("DELETE", "faults")

    service = world.spawn()
    try:
        wait_until(lambda: told(world) == [("cleanup", "interrupted", True)], "the clean-up")
    finally:
        assert stop(service) == 0
    assert files(world) == []
    assert world.rows("SELECT count(*) FROM verdicts") == [(0,)]
    assert world.steps() == []
