"""Who was told of a finding is told when a person takes back what was done about it, once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from demo import samples
from scanner.errors import CloudUnavailable, LedgerUnavailable
from scanner.ledger.ledger import Ledger
from scanner.model import StepState
from scanner.service.assembly import utc_now
from scanner.service.orders.purge import purge_all
from scanner.service.orders.taken_back import closing
from scanner.service.orders.undoing import undo_all
from tests.emulator.receiver import Receiver, receiving
from tests.journeys.world import World
from tests.service.orders.test_release import release, rows
from tests.service.test_notifying import PATH, states, tell


@pytest.fixture
def soc() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


def told(soc: Receiver) -> list[tuple[int, int]]:
    return [(one["activity_id"], one["disposition_id"]) for one in soc.bodies]  # type: ignore[call-overload]


async def test_a_release_closes_the_finding_with_who_did_it_and_why(world: World, soc: Receiver) -> None:
    tell(world, soc, "quarantine", "notify")
    world.upload(PATH, samples.eicar())
    await world.once()
    (row,) = await rows(world)
    await release(world, row)
    with pytest.raises(LedgerUnavailable):
        await release(world, row)
    await world.once()
    assert told(soc) == [(1, 3), (3, 9)]
    assert soc.bodies[1]["unmapped"]["closed"] == {"by": "jdoe", "reason": "a false alarm"}  # type: ignore[call-overload]


async def test_a_release_that_was_cut_off_closes_it_when_it_is_done(world: World, soc: Receiver) -> None:
    tell(world, soc, "quarantine", "notify")
    world.upload(PATH, samples.eicar())
    await world.once()
    (row,) = await rows(world)
    world.fault(method="POST", route="/pubapi/v1/fs/ids/file/", status=503, count=5)
    with pytest.raises(CloudUnavailable):
        await release(world, row)
    assert states(world) == [("soc", "taken", 1)]
    world.control("DELETE", "faults")
    await release(world, row)
    assert states(world) == [("soc", "taken", 1), ("soc", "open", 0)]


async def test_an_undo_closes_it_once_all_is_taken_back(world: World, soc: Receiver) -> None:
    tell(world, soc, "tag", "lock", "notify")
    world.upload(PATH, samples.eicar())
    await world.once()
    ((reasons,),) = set(world.rows("SELECT reasons FROM verdicts WHERE kind = 'infected'"))
    settings, start = world.settings(), utc_now().replace(year=2000)
    async with Ledger.reading(settings.ledger, utc_now) as ledger:
        found = await ledger.undos.on_account_of(str(reasons).strip('[]"'), signature=True, since=start)
        until = utc_now().date()
        undone = [one async for one in undo_all(settings, ledger, found, reason="r", by="jdoe", until=until)]
    assert [one.complete for one in undone] == [True]
    await world.once()
    assert told(soc) == [(1, 15), (3, 9)]


async def test_a_purge_closes_it_as_deleted(world: World, soc: Receiver) -> None:
    world.sections["quarantine"] = {"purge_after": "1d", "purge_needs": "one-person"}
    tell(world, soc, "quarantine", "notify")
    world.upload(PATH, samples.eicar())
    await world.once()
    settings = world.settings()
    async with Ledger.reading(settings.ledger, utc_now) as ledger:
        found = await ledger.purges.purgeable(utc_now() + timedelta(days=1), None)
        ended = [one async for one in purge_all(settings, ledger, found, reason="kept for long enough", by="jdoe")]
    assert [result.state for _, result in ended] == [StepState.SUCCESS]
    await world.once()
    assert told(soc) == [(1, 3), (3, 5)]


async def test_of_what_nobody_was_told_nothing_is_closed(world: World, tmp_path: Path) -> None:
    world.upload(PATH, samples.eicar())
    await world.once()
    (row,) = await rows(world)
    async with Ledger.reading(world.settings().ledger, utc_now) as ledger:
        assert await closing(ledger, row.domain, row.entry_id, reason="r", by="jdoe") is None
