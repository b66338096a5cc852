"""Orders for a walk: carried out by whoever owns the ledger, and by nobody twice."""

from __future__ import annotations

from pathlib import Path

from scanner.errors import LedgerUnavailable
from scanner.ledger.databases.sqlite import OwnerLock
from scanner.ledger.walks.walking import EVERYTHING, WalkReason
from scanner.service.assembly import assembled
from scanner.service.orders.ordering import followed, ledger_beside, ledger_for_orders
from tests.journeys.world import World


async def test_the_ledger_is_ours_only_where_no_service_owns_it(world: World) -> None:
    settings = world.settings()
    async with ledger_for_orders(settings) as (_, alone):
        pass
    async with assembled(settings), ledger_for_orders(settings) as (_, beside):
        assert (alone, beside) == (True, False)


async def test_who_only_orders_owns_the_ledger_only_where_there_is_none(world: World) -> None:
    settings = world.settings()
    for owned in (True, False):
        async with ledger_beside(settings):
            assert _is_owned(settings.ledger.path) is owned


def _is_owned(ledger: Path) -> bool:
    try:
        OwnerLock(ledger).release()
    except LedgerUnavailable:
        return True
    return False


async def test_a_walk_is_followed_to_its_end(world: World) -> None:
    world.upload("/Shared/Projects/a.txt", b"hello")
    settings = world.settings()
    async with ledger_for_orders(settings) as (ledger, owner):
        asked = await ledger.walks.ask("acme", EVERYTHING, WalkReason.COMMAND)
        seen = [walk async for walk in followed(ledger, settings.domains[0], asked, owner=owner)]
    assert (seen[-1].finished_at is not None, seen[-1].files, seen[-1].queued) == (True, 1, 1)


async def test_one_that_waits_for_long_is_left(world: World) -> None:
    world.fault(route="/pubapi/v1/fs", throttle="day")
    settings = world.settings()
    async with ledger_for_orders(settings) as (ledger, owner):
        asked = await ledger.walks.ask("acme", EVERYTHING, WalkReason.COMMAND)
        seen = [walk async for walk in followed(ledger, settings.domains[0], asked, owner=owner)]
    assert (seen[-1].finished_at, seen[-1].trouble is not None) == (None, True)
