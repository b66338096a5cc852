"""Who may delete what from quarantine, and when."""

from __future__ import annotations

from datetime import timedelta

import pytest

from scanner.errors import ConfigurationError
from scanner.ledger.ledger import Ledger
from scanner.service.assembly import utc_now
from scanner.service.orders.purge import kept_until, purge_all, purgeable
from tests.journeys.world import World
from tests.ledger.world import NOON


def test_everything_is_kept_for_ever_unless_somebody_wrote_for_how_long(world: World) -> None:
    with pytest.raises(ConfigurationError, match="purge_after: is not set"):
        kept_until(world.settings(), NOON)
    world.sections["quarantine"] = {"purge_after": "30d"}
    assert kept_until(world.settings(), NOON) == NOON - timedelta(days=30)


async def test_of_an_empty_quarantine_nothing_is_deleted_and_nobody_is_asked(world: World) -> None:
    world.sections["quarantine"] = {"purge_after": "30d"}
    await world.once()
    calls = len(world.requests())
    settings = world.settings()
    async with Ledger.reading(settings.ledger, utc_now) as ledger:
        files = await purgeable(settings, ledger, (), None, utc_now())
        ended = [one async for one in purge_all(settings, ledger, files, reason="r", by="jdoe")]
    assert (files, ended, len(world.requests())) == ([], [], calls)
