"""kill -9 at every act of a remediation, just before it is carried out and just after, before its answer is heard.

Whatever was begun is finished by the next start, once.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from demo import samples
from demo.clamd import PrivateClamd
from scanner.settings import LedgerSettings
from tests.journeys.conftest import FEW_RULES
from tests.journeys.world import QUARANTINE, World, new_world, stop, wait_until

PATH = "/Shared/Projects/eicar.com"
PLANS: dict[str, tuple[list[str], list[str]]] = {
    "quarantine": (
        ["revoke_links", "quarantine", "lock", "comment", "tag", "tombstone"],
        [
            "delete link", "move", "add folder", "close folder", "add day", "move again", "lock", "comment",
            "add namespace", "tag", "add text",
        ],
    ),
    "delete": (["tag", "delete", "tombstone"], ["add namespace", "tag", "delete", "add text"]),
    "revert": (["revert", "quarantine", "comment"], ["delete version", "comment"]),
}  # fmt: skip
"""Steps, and the acts that they come to in a domain without a quarantine."""
# Before the act nothing has happened yet but the intent: the easier half, of `make faults`.
WHEN = {"before": [pytest.mark.long], "after": []}
ON_BOTH = ("move", "delete version")
"""Acts after which what runs on PostgreSQL is killed, too, in `make test`."""
KILLS = [
    pytest.param(
        plan, number, moment,
        id=f"{plan}, {moment} {act}", marks=WHEN[moment] + [pytest.mark.both] * (act in ON_BOTH),
    )
    for plan, (_, acts) in PLANS.items()
    for number, act in enumerate(acts)
    for moment in ("before", "after")
]  # fmt: skip


@pytest.mark.parametrize("plan", PLANS)
async def test_these_are_all_the_acts_of_such_a_plan(
    tmp_path: Path, clamd: PrivateClamd, place: LedgerSettings, plan: str
) -> None:
    with bad_file(tmp_path, clamd, place, plan) as (world, group):
        await world.all_of()
        assert len(_acts(world)) == len(PLANS[plan][1]), _acts(world)
        _check(world, plan, group)


@pytest.mark.slow
@pytest.mark.timeout(180)
@pytest.mark.parametrize(("plan", "number", "moment"), KILLS)
async def test_a_service_killed_at_any_act_does_it_once_and_finishes(
    tmp_path: Path, clamd: PrivateClamd, place: LedgerSettings, plan: str, number: int, moment: str
) -> None:
    with bad_file(tmp_path, clamd, place, plan) as (world, group):
        unheard: dict[str, Any] = {"status": 503} if moment == "before" else {}
        world.fault(method="POST|PUT|DELETE", delay=600.0, count=1, skip=number, **unheard)
        service = world.spawn()
        try:
            wait_until(lambda: world.control("GET", "faults")[0]["count"] == 0, "the act to be tried")
        finally:
            stop(service, signal.SIGKILL)
        world.control("DELETE", "faults")

        await world.all_of()
        assert (await world.once()).unfinished == []
        _check(world, plan, group)
        world.check()


@contextmanager
def bad_file(folder: Path, clamd: PrivateClamd, place: LedgerSettings, plan: str) -> Iterator[tuple[World, str]]:
    """A world with a file whose first version may be clean; the second is bad, and somebody shares it."""
    sections = {"policy": {"infected": PLANS[plan][0]}, "rules": FEW_RULES, "ledger": {"url": place.url}}
    with new_world(folder, clamd.address, **sections) as world:
        if plan == "revert":
            world.settings()
            world.upload(PATH, b"good")
            service = world.spawn()
            try:
                wait_until(lambda: _clean(world), "the first version to be judged")
            finally:
                assert stop(service) == 0
        group = world.upload(PATH, samples.eicar())["group_id"]
        world.act("add_link", path=PATH, accessibility="anyone")
        yield world, group


def _clean(world: World) -> bool:
    return world.rows_yet("SELECT kind FROM verdicts") == [("clean",)]


def _acts(world: World) -> list[str]:
    return [f"{one['method']} {one['path']}" for one in world.requests() if one["method"] in ("POST", "PUT", "DELETE")]


def _check(world: World, plan: str, group: str) -> None:
    """What the plan leaves, exactly once."""
    steps, state, places = PLANS[plan][0], world.state(), world.places()
    assert [kind for kind, _ in world.steps()] == steps
    done = {state for kind, state in world.steps() if plan != "revert" or kind != "quarantine"}
    assert done <= {"success", "already_done"}, world.steps()
    texts = [path for path in places.values() if path.endswith(".removed.txt")]
    versions = {file["path"]: len(file["versions"]) for file in state["files"]}
    if plan == "quarantine":
        assert places[group].startswith(QUARANTINE)
        assert (len(state["notes"]), state["links"], texts) == (1, [], [f"{PATH}.removed.txt"])
        assert len(_moved(world)) == 1
    elif plan == "delete":
        assert (group in places, len(state["trash"]), texts) == (False, 1, [f"{PATH}.removed.txt"])
    else:
        assert (places[group], len(state["notes"]), len(state["trash"])) == (PATH, 1, 1)
    assert set(versions.values()) == {1}


def _moved(world: World) -> list[str]:
    """Moves as the domain's own events tell them."""
    events = world.emulator.call(lambda: list(world.emulator.domain.events))
    return [event.data["target_path"] for event in events if event.action in ("move", "rename")]
