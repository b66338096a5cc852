"""A few go ahead; when one comes through the rest follows, and when none does they rest longer each time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, insert

from scanner.ledger.ledger import Ledger
from scanner.ledger.orders import releasing
from scanner.ledger.tables import steps
from scanner.ledger.work import working
from scanner.ledger.work.dead_letters import Group
from scanner.metrics import Metrics
from scanner.model import EntryId, Lane, Outcome, Plan, Step, StepKind, StepResult, StepState, Unchecked
from scanner.service.again.second_chance import SecondChance, worth_trying
from tests.ledger.work.test_dead_letters import unchecked
from tests.ledger.world import NOON, clean, owner, version

NAMES = [EntryId(f"v{number}") for number in range(6)]
HOUR = timedelta(hours=1)
COUNTED = ("given_up_versions", "second_chances_total")


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


async def end(ledger: Ledger, names: list[EntryId], *, well: Callable[[EntryId], bool]) -> list[EntryId]:
    """A worker ends those that are in the queue; gives which."""
    ended = []
    for name in names:
        run = await ledger.take("acme", name)
        if run is None:
            continue
        ended.append(name)
        if well(name):
            await ledger.settle(run, clean(run.version))
        else:
            await ledger.record_verdict(run, unchecked(run.version, Unchecked.ACCESS_REFUSED), Plan())
            await ledger.finish(run, Outcome.FAILED)
    return ended


async def given_up(ledger: Ledger) -> None:
    await ledger.queue_versions("acme", [version(name) for name in NAMES], Lane.LIVE)
    await end(ledger, NAMES, well=lambda _: False)


async def test_when_a_scout_comes_through_the_rest_follows(tmp_path: Path) -> None:
    clock = Clock()
    async with owner(tmp_path, clock) as ledger:
        await given_up(ledger)
        chances = SecondChance(ledger, Metrics())
        clock.now = NOON + HOUR / 2
        await chances.turn(clock.now)
        assert await end(ledger, NAMES, well=lambda _: True) == []
        clock.now = NOON + HOUR
        await chances.turn(clock.now)
        await chances.turn(clock.now)
        assert await end(ledger, NAMES, well=lambda name: name == "v1") == ["v0", "v1", "v2"]
        clock.now += timedelta(minutes=1)
        await chances.turn(clock.now)
        assert await end(ledger, NAMES, well=lambda _: True) == ["v3", "v4", "v5"]
        # The scouts that failed have their own turn later.
        assert [one.versions for one in await ledger.dead_letters.groups()] == [2]
        await chances.turn(clock.now)
        value = chances.metrics.registry.get_sample_value
        counted = [value(f"scanner_{name}", {"reason": "access-refused"}) for name in COUNTED]
        assert counted == [2, 3]


async def test_when_none_comes_through_the_next_ones_go_later_each_time(tmp_path: Path) -> None:
    clock = Clock()
    async with owner(tmp_path, clock) as ledger:
        await given_up(ledger)
        chances, sent = SecondChance(ledger, Metrics()), []
        for hour in range(1, 32):
            clock.now = NOON + hour * HOUR
            await chances.turn(clock.now)
            went = await end(ledger, NAMES, well=lambda _: False)
            await chances.turn(clock.now)
            if went:
                sent.append((hour, went))
        assert [hour for hour, _ in sent] == [1, 2, 4, 8, 16]
        # Not the same ones each time.
        assert [went for _, went in sent[:3]] == [["v0", "v1", "v2"], ["v3", "v4", "v5"], ["v0", "v1", "v2"]]


async def test_what_a_person_released_goes_neither_ahead_nor_along(tmp_path: Path) -> None:
    clock = Clock()
    async with owner(tmp_path, clock) as ledger:
        await given_up(ledger)
        await ledger._db.run(lambda connection: [release(connection, name) for name in ("v0", "v4")])
        chances, went = SecondChance(ledger, Metrics()), []
        for minute in range(60, 63):
            clock.now = NOON + timedelta(minutes=minute)
            await chances.turn(clock.now)
            went.append(await end(ledger, NAMES, well=lambda _: True))
        assert went == [["v1", "v2", "v3"], ["v5"], []]
        assert [one.versions for one in await ledger.dead_letters.groups()] == [2]


def release(connection: Connection, name: str) -> None:
    """By order of a person, after a plan had moved it."""
    values = working._step_values(version(name), 0, Step(StepKind.QUARANTINE), Plan(), NOON)
    connection.execute(insert(steps).values(**values))
    order = releasing.intent(connection, "acme", name, f"g-{name}", step=Step(StepKind.RELEASE), now=NOON)
    releasing.record(connection, order.id, StepResult(StepState.SUCCESS), NOON)


async def test_a_restart_forgets_the_rests_and_loses_no_version(tmp_path: Path) -> None:
    clock = Clock()
    async with owner(tmp_path, clock) as ledger:
        await given_up(ledger)
        clock.now = NOON + HOUR
        await SecondChance(ledger, Metrics()).turn(clock.now)
    async with owner(tmp_path, clock) as ledger:
        chances = SecondChance(ledger, Metrics())
        await chances.turn(clock.now)
        assert await end(ledger, NAMES, well=lambda _: True) == NAMES
        await chances.turn(clock.now)
        await chances.turn(clock.now)
        assert (await ledger.dead_letters.groups(), chances.trials) == ([], {})


def test_what_will_not_mend_itself_is_left_to_people() -> None:
    groups = [Group("acme", reason.value, 1, NOON) for reason in Unchecked]
    left = {one.value for one in Unchecked} - {one.reason for one in worth_trying(groups)}
    assert left == {"not-found", "poison"}
