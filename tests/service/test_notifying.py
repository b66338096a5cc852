"""What is queued reaches its receivers; one that is away keeps nothing else from being done."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from demo import samples
from scanner.errors import ConfigurationError
from scanner.service.assembly import assembled, utc_now
from scanner.service.notifying import GIVE_UP_AFTER, Notifier, notifier_of, receiver_of, wait_after
from scanner.settings import ReceiverSettings
from tests.emulator.receiver import Receiver, receiving
from tests.journeys.world import QUARANTINE, World

PATH = "/Shared/Projects/eicar.com"
AWAY = "syslog+tcp://127.0.0.1:9"


@pytest.fixture
def soc() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


def tell(world: World, soc: Receiver, *steps: str, away: bool = False) -> None:
    (world.folder / "secret").write_text("no secret of anybody's")
    receivers = [{"name": "soc", "url": soc.url, "secret_file": str(world.folder / "secret")}]
    receivers += [{"name": "away", "url": AWAY}] if away else []
    world.sections |= {"notify": receivers, "policy": {"infected": list(steps)}}


def states(world: World) -> list[tuple[str, str, int]]:
    return world.rows("SELECT receiver, state, tries FROM notices ORDER BY id")


async def test_a_finding_is_told_with_what_was_done(world: World, soc: Receiver) -> None:
    tell(world, soc, "quarantine", "comment", "notify")
    world.upload(PATH, samples.eicar())
    assert (await world.once()).unfinished == []
    (event,) = soc.bodies
    assert (event["class_uid"], event["disposition_id"], event["unmapped"]["verdict"]) == (2004, 3, "infected")  # type: ignore[call-overload]
    assert [(one["step"], one["state"]) for one in event["unmapped"]["steps"]] == [  # type: ignore[call-overload]
        ("quarantine", "success"),
        ("comment", "success"),
    ]
    assert world.steps()[-1] == ("notify", "success")
    assert (await world.once()).unfinished == []
    assert (len(soc.bodies), states(world)) == (1, [("soc", "taken", 1)])


async def test_a_receiver_that_is_away_holds_up_neither_steps_nor_others(world: World, soc: Receiver) -> None:
    tell(world, soc, "quarantine", "notify", away=True)
    group = world.upload(PATH, samples.eicar())["group_id"]
    summary = await world.once()
    assert summary.unfinished == ["1 notices were not taken; see `scanner notices list`"]
    assert world.places()[group].startswith(QUARANTINE)
    assert [state for _, state in world.steps()] == ["success", "success"]
    assert (len(soc.bodies), states(world)) == (1, [("soc", "taken", 1), ("away", "open", 1)])


async def test_a_receiver_is_told_at_once_where_steps_have_to_wait_and_again_when_they_are_done(
    world: World, soc: Receiver
) -> None:
    tell(world, soc, "quarantine", "notify")
    world.upload(PATH, samples.eicar())
    token = world.act("lock", path=PATH)["lock_token"]
    await world.once()
    (event,) = soc.bodies
    assert (event["disposition_id"], event["unmapped"]["waiting"]) == (14, f"{PATH} is locked by somebody")  # type: ignore[call-overload]

    world.act("unlock", path=PATH, lock_token=token)
    await world.all_of()
    assert [state for _, state in world.steps()] == ["success", "success"]
    assert [(one["activity_id"], one["disposition_id"]) for one in soc.bodies] == [(1, 14), (2, 3)]  # type: ignore[call-overload]
    assert len({one["finding_info"]["uid"] for one in soc.bodies}) == 1  # type: ignore[call-overload]
    assert len({headers["webhook-id"] for headers in soc.headers}) == 2


async def test_what_the_brake_holds_is_told_all_the_same(world: World, soc: Receiver) -> None:
    tell(world, soc, "quarantine", "notify")
    world.sections |= {"remediation": {"max_per_hour": 1}, "workers": {"concurrency": 1}}
    for name in ("one.com", "two.com"):
        world.upload(f"/Shared/Projects/{name}", samples.eicar())
    await world.once()
    told = [body["disposition_id"] for body in soc.bodies]  # type: ignore[call-overload]
    assert sorted(told) == [3, 14]
    assert sorted(state for kind, state in world.steps() if kind == "quarantine") == ["braked", "success"]
    world.unread = "one plan is held"


async def test_a_superseded_plan_is_told_too(world: World, soc: Receiver) -> None:
    tell(world, soc, "quarantine", "notify")
    world.upload(PATH, samples.eicar())
    act = {"as": "pnovak", "source": "WebUI", "action": "upload", "path": PATH, "text": "harmless now"}
    world.fault(route="/fs/ids/file", method="GET", count=1, act=act)
    await world.all_of()
    (event,) = soc.bodies
    assert event["unmapped"]["steps"][0]["state"] == "superseded"  # type: ignore[call-overload]


async def test_in_a_dry_run_nobody_is_told(world: World, soc: Receiver) -> None:
    tell(world, soc, "quarantine", "notify")
    world.sections["remediation"] = {"mode": "dry-run"}
    world.upload(PATH, samples.eicar())
    await world.once()
    assert (world.steps(), soc.bodies) == ([("quarantine", "dry_run"), ("notify", "dry_run")], [])


async def test_a_notice_is_given_up_after_three_days_and_tried_again_on_a_person_s_word(
    world: World, soc: Receiver
) -> None:
    tell(world, soc, "notify")
    soc.statuses = [503, 503]
    world.upload(PATH, samples.eicar())
    await world.once()
    assert states(world) == [("soc", "open", 1)]
    async with assembled(world.settings()) as parts:
        old = (utc_now() - GIVE_UP_AFTER - timedelta(hours=1)).replace(tzinfo=None)
        world.rows(f"UPDATE notices SET queued_at = '{old}', due_at = '{old}'")
        async with notifier_of(parts) as notifier:
            await notifier.turn()
            assert states(world) == [("soc", "given_up", 2)]
            await parts.stations.ledger.notices.reopen()
            await notifier.turn()
    assert (states(world), len(soc.bodies)) == ([("soc", "taken", 3)], 3)
    assert len({headers["webhook-id"] for headers in soc.headers}) == 1


async def test_a_secret_gone_since_the_settings_were_read_stops_the_start(world: World, soc: Receiver) -> None:
    tell(world, soc, "notify")
    async with assembled(world.settings()) as parts:
        (world.folder / "secret").unlink()
        with pytest.raises(ConfigurationError, match="notify, soc: the secret file cannot be read"):
            Notifier(parts)


def test_waiting_grows_to_a_quarter_of_an_hour() -> None:
    assert [wait_after(tries) for tries in (0, 1, 2, 7, 8, 10_000)] == [5.0, 10.0, 20.0, 640.0, 900.0, 900.0]


@pytest.mark.parametrize("scheme", ["syslog+udp", "syslog+tcp", "syslog+tls"])
def test_each_way_of_syslog_has_its_receiver(scheme: str, tmp_path: Path) -> None:
    assert receiver_of(ReceiverSettings(name="siem", url=f"{scheme}://127.0.0.1:6514")).name == "siem"
