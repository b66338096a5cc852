"""A domain that cannot be entered holds up no other; where none can, nothing begins."""

from __future__ import annotations

from contextlib import AsyncExitStack

import pytest

from scanner.errors import RetryLater
from scanner.ledger.ledger import Ledger
from scanner.metrics import Metrics
from scanner.service.assembly import utc_now
from scanner.service.entering import Entered, entered
from tests.clamd import free_port
from tests.journeys.world import World
from tests.service.domains import two_domains


async def enter(world: World, stack: AsyncExitStack) -> Entered:
    settings = world.settings()
    ledger = await Ledger.open(settings.ledger, utc_now, owner=True)
    stack.push_async_callback(ledger.close)
    return await entered(settings, ledger, Metrics(), stack, utc_now)


async def test_all_that_say_who_we_are_are_entered_in_the_order_of_the_settings(world: World) -> None:
    two_domains(world)
    async with AsyncExitStack() as stack:
        found = await enter(world, stack)
        assert [(name, one.account.username) for name, one in found.domains.items()] == [
            ("other", "svc-scanner"),
            ("acme", "svc-scanner"),
        ]
        assert (found.left_out, found.stores) == ([], [])


@pytest.mark.parametrize("trouble", ["it is away", "the token is revoked"])
async def test_one_that_cannot_be_entered_is_left_out_with_its_reason(world: World, trouble: str) -> None:
    away = {"base_url": f"http://127.0.0.1:{free_port()}"} if trouble == "it is away" else {}
    two_domains(world, **away)
    if not away:
        world.fault(route="/pubapi/v1/userinfo", status=401, count=1)
    async with AsyncExitStack() as stack:
        found = await enter(world, stack)
        assert list(found.domains) == ["acme"]
        assert [(one.name, str(one.trouble).partition(":")[0]) for one in found.left_out] == [("other", "domain other")]


async def test_where_none_can_be_entered_it_is_tried_again_later(world: World) -> None:
    world.settings()
    world.fault(route="/pubapi/v1/userinfo", status=503, count=5)
    async with AsyncExitStack() as stack:
        with pytest.raises(RetryLater, match="domain acme"):
            await enter(world, stack)
