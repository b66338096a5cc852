"""Steps are taken back one by one, the last one first; one that cannot be does not keep the others."""

from __future__ import annotations

import pytest

from demo.samples import eicar
from scanner.ledger.ledger import Ledger
from scanner.ledger.orders.undoing import Undoable
from scanner.model import Step, StepKind, StepRecord, StepResult, StepState
from scanner.service.assembly import utc_now
from scanner.service.orders.putting_back import Back, failures, lost, put_back, undoable
from scanner.service.orders.release import connected
from tests.journeys.world import World

FILE = "/Shared/Projects/a.com"


def record(number: int, kind: StepKind, **detail: str) -> StepRecord:
    return StepRecord(number, Step(kind), StepState.SUCCESS, detail)


def version(*steps: StepRecord) -> Undoable:
    return Undoable("acme", "e", "g", FILE, ("Eicar",), None, steps)


def test_the_last_step_is_taken_back_first_and_what_cannot_be_is_told_with_its_reason() -> None:
    links, nothing = record(1, StepKind.REVOKE_LINKS, links="l1"), record(2, StepKind.REVOKE_LINKS, links="")
    move, lock, note = record(3, StepKind.QUARANTINE), record(4, StepKind.LOCK), record(5, StepKind.COMMENT)
    one = version(links, nothing, move, lock, note)
    assert undoable(one) == (lock, move)
    assert [kind for kind, _ in lost(one)] == [StepKind.REVOKE_LINKS, StepKind.COMMENT]
    assert all(why for _, why in lost(one))


def test_only_what_failed_is_a_failure() -> None:
    back = [
        (StepKind.LOCK, StepResult(StepState.SUCCESS)),
        (StepKind.TAG, StepResult(StepState.ALREADY_DONE)),
        (StepKind.TOMBSTONE, StepResult(StepState.FAILED, {"error": "changed since"})),
    ]
    assert failures(back) == ["tombstone: changed since"]


async def taken_back(world: World) -> list[Back]:
    """All that was done about the infected version, by the order of a person."""
    settings = world.settings()
    ((reasons,),) = set(world.rows("SELECT reasons FROM verdicts WHERE kind = 'infected'"))
    async with Ledger.reading(settings.ledger, utc_now) as ledger, connected(settings, "acme") as (domain, cloud, us):
        start = utc_now().replace(year=2000)
        (one,) = await ledger.undos.on_account_of(str(reasons).strip('[]"'), signature=True, since=start)
        until = utc_now().date()
        return await put_back(one, domain, cloud, us, ledger, reason="r", by="jdoe", until=until)


async def test_one_that_cannot_be_taken_back_does_not_keep_the_others(world: World) -> None:
    world.sections["policy"] = {"infected": ["delete", "tombstone"]}
    world.upload(FILE, eicar())
    await world.once()
    (tombstone,) = [file["path"] for file in world.state()["files"]]
    world.upload(tombstone, b"somebody writes upon it")
    await world.once()
    back = await taken_back(world)
    assert [(kind, result.state) for kind, result in back] == [
        (StepKind.TOMBSTONE, StepState.FAILED),
        (StepKind.DELETE, StepState.SUCCESS),
    ]
    assert sorted(world.places().values()) == sorted([FILE, tombstone])


@pytest.mark.parametrize("step", ["revert", "delete"])
async def test_a_version_that_a_person_had_taken_back_is_left_where_it_is(world: World, step: str) -> None:
    """The restored version comes back as an event like any other."""
    world.sections["policy"] = {"infected": [step]}
    world.upload(FILE, b"harmless")
    await world.once()
    world.upload(FILE, eicar())
    await world.once()
    ((kind, result),) = await taken_back(world)
    assert (kind, result.state) == (StepKind(step), StepState.SUCCESS)
    for _ in range(2):
        assert (await world.once()).unfinished == []
    (file,) = world.state()["files"]
    assert (file["path"], file["versions"][-1]["size"]) == (FILE, len(eicar()))
    assert [one.step for one in await again(world)] == []


async def again(world: World) -> list[StepRecord]:
    """What a second order would find to do."""
    async with Ledger.reading(world.settings().ledger, utc_now) as ledger:
        start = utc_now().replace(year=2000)
        ((reasons,),) = set(world.rows("SELECT reasons FROM verdicts WHERE kind = 'infected'"))
        found = await ledger.undos.on_account_of(str(reasons).strip('[]"'), signature=True, since=start)
        return [record for one in found for record in undoable(one)]
