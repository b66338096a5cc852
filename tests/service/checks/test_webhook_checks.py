"""What the doctor says of a domain's webhook: nothing where none is asked for, and never a failure but for settings."""

from __future__ import annotations

from typing import Any

import pytest

from scanner.cloud.client import EgnyteClient
from scanner.remediation.steps import STEPS
from scanner.service.assembly import utc_now
from scanner.service.checks.diagnosis import Diagnosis, Level
from scanner.service.checks.domain_checks import check_domain
from scanner.service.webhooks.webhooks import subscription
from tests.cloud.egnyte import settings_for
from tests.journeys.world import World


async def found(world: World) -> Diagnosis | None:
    settings = world.settings()
    lines = check_domain(settings.domains[0], utc_now(), STEPS, None, settings.webhooks)
    return {line.subject: line async for line in lines}.get("acme: webhook")


def ask_for_webhooks(world: World, secret: str = "a-secret-that-is-long-enough") -> None:
    (world.folder / "secret").write_text(secret)
    world.sections["webhooks"] = {"url": "http://127.0.0.1:9", "secret_file": str(world.folder / "secret")}


async def register(world: World) -> None:
    settings = world.settings()
    cloud = EgnyteClient(settings_for(world.emulator.base_url, world.folder / "token"))
    await cloud.add_webhook(subscription(settings.webhooks, settings.domains[0]))
    await cloud.close()


async def test_where_none_is_asked_for_nothing_is_said(world: World) -> None:
    assert await found(world) is None
    assert world.calls("/webhooks") == []


async def test_one_that_is_registered_is_in_order_and_one_that_is_not_will_be(world: World) -> None:
    ask_for_webhooks(world)
    before = await found(world)
    await register(world)
    after = await found(world)
    assert before is not None
    assert after is not None
    assert (before.level, before.finding) == (Level.WARN, "none is registered for http://127.0.0.1:9/webhooks/acme")
    assert (after.level, after.finding) == (Level.OK, "registered for http://127.0.0.1:9/webhooks/acme")


async def test_one_that_was_disabled_is_warned_of(world: World) -> None:
    ask_for_webhooks(world)
    await register(world)

    def disable() -> None:
        for one in world.emulator.domain.webhooks.rows.values():
            one.status = "disabled"

    world.emulator.call(disable)
    line = await found(world)
    assert line is not None
    assert (line.level, line.finding) == (Level.WARN, "was disabled")


@pytest.mark.parametrize("fault", [{"status": 403, "body": {"message": "no scope"}}])
async def test_where_they_may_not_be_listed_the_scope_is_named(world: World, fault: dict[str, Any]) -> None:
    ask_for_webhooks(world)
    world.fault(route="/webhooks", **fault)
    line = await found(world)
    assert line is not None
    assert (line.level, "Add the scope Egnyte.webhooks" in line.remedy) == (Level.WARN, True)


async def test_a_secret_that_is_no_good_is_a_failure(world: World) -> None:
    ask_for_webhooks(world, "short")
    line = await found(world)
    assert line is not None
    assert (line.level, line.finding) == (
        Level.FAIL, "webhooks.secret_file: the secret has not 16 to 4096 bytes",
    )  # fmt: skip
