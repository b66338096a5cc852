"""One bad signature flags hundreds of good files at once."""

from __future__ import annotations

import re
import signal

import pytest

from demo import samples
from tests.cli.commands import Service, running, scanner
from tests.journeys.world import QUARANTINE, World, stop, wait_until
from tests.plain_http import call

FILES = 300
LIMIT = 25
"""The default of remediation.max_per_signature_per_hour."""
PATIENCE = 300.0
"""Seconds: three hundred files on a busy machine."""
HELD = r'remediation_held\{brake="signature"\} (\d+)'
ENGAGED = r"remediation_brake_engaged (\d+)"


def metric(service: Service, pattern: str) -> int:
    found = re.search(rf"^scanner_{pattern}", call("GET", f"{service.url}/metrics", timeout=10).text, re.MULTILINE)
    assert found is not None
    return int(found[1])


def moves(world: World) -> int:
    """That succeeded: the first ones find no folder of the day yet."""
    return world.calls("POST /pubapi/v1/fs/ids/file").count(200)


def in_quarantine(world: World) -> int:
    return sum(place.startswith(QUARANTINE) for place in world.places().values())


@pytest.mark.timeout(800)
def test_only_the_limit_is_acted_on_the_rest_waits_for_a_person_and_nothing_is_done_twice(world: World) -> None:
    for number in range(FILES):
        world.upload(f"/Shared/Projects/{number}.com", samples.eicar())
    with running(world) as service:
        wait_until(lambda: metric(service, HELD) == FILES - LIMIT, "all others to be held", PATIENCE)
        assert (metric(service, ENGAGED), in_quarantine(world)) == (1, LIMIT)
        stop(service.process, signal.SIGKILL)
    ((name,),) = set(world.rows("SELECT DISTINCT subject FROM holds"))
    with running(world) as service:
        wait_until(lambda: metric(service, HELD) == FILES - LIMIT, "them to be known again")
        assert (in_quarantine(world), len(world.state()["notes"])) == (LIMIT, LIMIT)
        order = ("remediation", "held", "drop", "--signature", name, "--reason", "a false alarm", "--by", "jdoe")
        assert scanner(world, *order).stdout == f"{FILES - LIMIT} plans dropped\n"
        wait_until(lambda: (metric(service, HELD), metric(service, ENGAGED)) == (0, 0), "the word to be heard")
        open_work = "SELECT count(*) FROM work WHERE state NOT IN ('done', 'parked')"
        wait_until(lambda: world.rows(open_work) == [(0,)], "the plans to end", PATIENCE)
    assert (in_quarantine(world), len(world.state()["notes"]), moves(world)) == (LIMIT, LIMIT, LIMIT)
    assert {state for _, state in world.steps()} == {"success", "already_done", "dropped"}
