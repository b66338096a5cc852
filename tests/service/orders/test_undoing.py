"""One version after the other is taken back, whatever becomes of one."""

from __future__ import annotations

from dataclasses import replace

from demo.samples import eicar
from scanner.ledger.ledger import Ledger
from scanner.model import StepKind, StepResult, StepState
from scanner.service.assembly import utc_now
from scanner.service.orders.release import allowed_until
from scanner.service.orders.undoing import Undone, undo_all
from tests.journeys.world import World
from tests.service.orders.test_putting_back import version


def undone(*results: StepResult, error: str = "") -> Undone:
    return Undone(version(), tuple((StepKind.QUARANTINE, result) for result in results), error)


def test_a_version_is_complete_where_all_that_can_be_taken_back_is() -> None:
    done, failed = StepResult(StepState.SUCCESS), StepResult(StepState.FAILED)
    partly = StepResult(StepState.SUCCESS, {"not_undone": "tombstone: changed since"})
    found = [undone(done), undone(), undone(done, failed), undone(partly), undone(error="no")]
    assert [one.complete for one in found] == [True, True, False, False, False]


async def test_one_that_fails_does_not_keep_the_next_from_being_taken_back(world: World) -> None:
    for number in range(2):
        world.upload(f"/Shared/Projects/{number}.com", eicar() + b"\n" * number)
    await world.once()
    settings = world.settings()
    async with Ledger.reading(settings.ledger, utc_now) as ledger:
        first, second = await ledger.quarantined()
        versions = [await ledger.undos.of_row(row) for row in (replace(first, origin=""), second)]
        until = allowed_until(settings, utc_now())
        ended = [one async for one in undo_all(settings, ledger, versions, reason="r", by="jdoe", until=until)]
    assert [one.complete for one in ended] == [False, True]
    assert ended[0].back[0][1].detail["error"] == "nothing is known of where it was before"
