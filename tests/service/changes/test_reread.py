"""Settings read again: what each version asks for anew changes at once, the rest waits for a restart, and is told."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from structlog.testing import capture_logs

from scanner.errors import ConfigurationError, Problem
from scanner.model import StepKind
from scanner.service.assembly import Parts, assembled
from scanner.service.changes.reread import Change, change, reload_settings
from scanner.settings import PolicySettings, Settings
from tests.journeys.world import World


@pytest.fixture
async def parts(world: World) -> AsyncIterator[Parts]:
    async with assembled(world.settings()) as parts:
        yield parts


def other(world: World, **sections: object) -> Settings:
    world.sections.update(sections)
    return world.settings()


def test_what_is_done_about_verdicts_changes_at_once_and_the_rest_waits(world: World) -> None:
    now = world.settings()
    new = other(world, remediation={"mode": "dry-run"}, policy={"infected": ["comment"]}, workers={"concurrency": 3})
    taken = {"remediation": new.remediation, "policy": new.policy}
    assert change(now, new) == Change(now.model_copy(update=taken), ("remediation", "policy"), ("workers",))


def test_nothing_changes_where_nothing_differs(world: World) -> None:
    now = world.settings()
    assert change(now, world.settings()) == Change(now, (), ())


def test_a_policy_that_tells_receivers_waits_for_them(world: World) -> None:
    now = world.settings()
    receiver = {"name": "siem", "url": "syslog+udp://127.0.0.1:9"}
    new = other(world, notify=[receiver], policy={"infected": ["quarantine", "notify"]})
    assert change(now, new) == Change(now, (), ("notify", "policy"))
    assert new.policy == PolicySettings(infected=(StepKind.QUARANTINE, StepKind.NOTIFY))


async def test_a_change_is_in_force_for_the_flow_and_on_record(world: World, parts: Parts) -> None:
    new = other(world, remediation={"mode": "dry-run"})
    with capture_logs() as lines:
        await reload_settings(parts, lambda: new)
    assert parts.stations.settings.remediation.mode == "dry-run"
    assert [(one["event"], one["sections"]) for one in lines] == [("settings.loaded", ["remediation"])]
    assert world.rows("SELECT subject FROM audit WHERE action = 'settings'") == [("settings",)]


async def test_a_file_with_a_problem_is_refused_as_a_whole(world: World, parts: Parts) -> None:
    def broken() -> Settings:
        raise ConfigurationError([Problem("scanner.yaml:3", "policy.infected[0]: is not a step")])

    with capture_logs() as lines:
        await reload_settings(parts, broken)
    assert [(one["event"], one["problems"]) for one in lines] == [
        ("settings.refused", ["scanner.yaml:3: policy.infected[0]: is not a step"])
    ]
    assert parts.stations.settings is parts.settings
    assert world.rows("SELECT * FROM audit WHERE action = 'settings'") == []
