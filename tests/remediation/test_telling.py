"""Telling is none of the platform's business."""

from __future__ import annotations

import pytest

from scanner.model import Step, StepKind
from scanner.remediation.telling import NOTIFY
from tests.remediation.world import ORIGIN, World, step


async def test_it_is_never_done_on_the_platform() -> None:
    world = World()
    version, cloud = world.upload(ORIGIN), world.scripted()
    with pytest.raises(ValueError, match="notify is queued in the ledger"):
        await world.perform(version, step(Step(StepKind.NOTIFY)), cloud)
    assert cloud.calls == []


@pytest.mark.parametrize("level", ["None", "Viewer", "Owner"])
def test_any_account_may_do_it(level: str) -> None:
    assert NOTIFY.needs.met_by(level)
