"""A webhook is kept registered, once, and those of others are left alone; over real HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from scanner.cloud.port import Subscription, Webhook
from scanner.service.webhooks.registration import ASK_EVERY, RENEW_BEFORE, Registration, Repair, repair
from tests.cloud.egnyte import Egnyte, running_egnyte

NOW = datetime(2026, 3, 4, tzinfo=UTC)
OURS = Subscription("http://127.0.0.1:9/webhooks/acme", ("/Shared/Projects",), "X-Scanner-Secret", "5e" * 32)
THEIRS = replace(OURS, url="http://127.0.0.1:9/webhooks/acme2", secret="theirs-and-long-enough")


@pytest.fixture
async def egnyte(tmp_path: Path) -> AsyncIterator[Egnyte]:
    with running_egnyte(tmp_path) as egnyte:
        yield egnyte
        await egnyte.cloud.close()


class Clock:
    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now


def started(egnyte: Egnyte, clock: Clock | None = None, wanted: Subscription = OURS) -> Registration:
    """As after a start of the service."""
    return Registration("acme", egnyte.cloud, wanted, clock or Clock())


def stored(egnyte: Egnyte) -> list[tuple[str, str, str]]:
    """URL, secret and status of each webhook in the domain."""
    rows = egnyte.emulator.domain.webhooks.rows
    return egnyte.emulator.call(lambda: [(one.url, one.auth_header_value, one.status) for one in rows.values()])


def spoil(egnyte: Egnyte, **change: object) -> None:
    def each() -> None:
        for one in egnyte.emulator.domain.webhooks.rows.values():
            for name, value in change.items():
                setattr(one, name, value)

    egnyte.emulator.call(each)


def lasting(ident: str, days: float | None) -> Webhook:
    return Webhook(ident, OURS.url, True, None if days is None else NOW + timedelta(days=days))


A, B, SOON = lasting("a", 900), lasting("b", None), lasting("soon", RENEW_BEFORE.days)


@pytest.mark.parametrize(
    ("ours", "plan"),
    [
        ((), Repair(None, ())),
        ((A,), Repair(A, ())),
        ((A, B), Repair(B, (A,))),
        ((SOON,), Repair(None, (SOON,))),
        ((SOON, A), Repair(A, (SOON,))),
    ],
)
def test_one_stays_that_lasts_and_all_other_of_ours_go(ours: tuple[Webhook, ...], plan: Repair) -> None:
    assert repair(ours, NOW) == plan


async def test_one_that_is_missing_is_made_and_a_restart_makes_no_second(egnyte: Egnyte) -> None:
    await egnyte.cloud.add_webhook(THEIRS)
    for _ in range(3):
        registration = started(egnyte)
        await registration.turn()
        assert registration.registered
    assert stored(egnyte) == [(one.url, one.secret, "enabled") for one in (THEIRS, OURS)]


async def test_one_that_was_lost_in_between_is_found_at_the_next_turn(egnyte: Egnyte) -> None:
    egnyte.fault(route="/webhooks$", method="POST", status=504, count=1)
    registration = started(egnyte)
    await registration.turn()
    assert not registration.registered
    await registration.turn()
    assert (registration.registered, len(stored(egnyte))) == (True, 1)


async def test_one_whose_answer_never_came_is_not_made_again(egnyte: Egnyte) -> None:
    await egnyte.cloud.add_webhook(OURS)
    await started(egnyte).turn()
    assert len(stored(egnyte)) == 1


async def test_a_new_secret_is_told_at_the_next_start(egnyte: Egnyte) -> None:
    await started(egnyte).turn()
    await started(egnyte, wanted=replace(OURS, secret="7a" * 32)).turn()
    assert stored(egnyte) == [(OURS.url, "7a" * 32, "enabled")]


@pytest.mark.parametrize("change", [{"status": "disabled"}, {"expires": 1}], ids=["disabled", "ended"])
async def test_one_that_was_disabled_or_ends_is_mended_when_it_is_looked_at_again(
    egnyte: Egnyte, change: dict[str, object]
) -> None:
    clock = Clock()
    registration = started(egnyte, clock)
    await registration.turn()
    spoil(egnyte, **change)
    await registration.turn()
    rows = egnyte.emulator.domain.webhooks.rows
    assert [getattr(one, next(iter(change))) for one in rows.values()] == list(change.values())
    clock.now += ASK_EVERY
    await registration.turn()
    assert stored(egnyte) == [(OURS.url, OURS.secret, "enabled")]
    assert all(one.expires > 1 for one in rows.values())


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 403, "body": {"message": "no scope"}},
        {"status": 409, "body": {"code": "QUOTA_EXCEEDED", "message": "Webhook quota exceeded"}},
        {"status": 400, "body": {"message": f"authHeaderValue {OURS.secret} is refused"}},
        {"status": 503},
    ],
    ids=["forbidden", "as many as may be", "secret told back", "away"],
)
async def test_a_refusal_is_logged_once_without_the_secret_and_is_no_trouble(
    egnyte: Egnyte, fault: dict[str, object]
) -> None:
    egnyte.fault(route="/webhooks$", method="POST", **fault)
    clock = Clock()
    registration = started(egnyte, clock)
    with capture_logs() as told:
        for _ in range(3):
            await registration.turn()
            clock.now += ASK_EVERY
    # Each call that is refused has a line of its own, with its id.
    assert [line["event"] for line in told if line["event"] != "call.refused"] == ["webhook.not_registered"]
    assert (registration.registered, OURS.secret in repr(told)) == (False, False)
