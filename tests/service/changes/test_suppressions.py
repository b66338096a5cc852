"""Suppressions in a service: the whole flow with a real clamd, and what is said of those that have no effect."""

from __future__ import annotations

import hashlib
from datetime import date, datetime, timedelta
from typing import Any

import yaml

from demo.samples import eicar
from scanner.judge.suppression import State
from scanner.rulebook.until import utc_today
from scanner.service.assembly import assembled, utc_now
from scanner.service.changes.suppressions import check_suppressions, standings_of
from scanner.service.checks.diagnosis import Level
from scanner.service.publish import publish
from tests.journeys.world import World

TOMORROW, YESTERDAY = utc_today() + timedelta(1), utc_today() - timedelta(1)
BAD = "/Shared/Projects/tool.com"
SIGNATURE = "Demo.Test.Eicar*"


def write(world: World, *those: dict[str, Any], until: date = TOMORROW) -> None:
    common = {"reason": "Known.", "author": "jdoe", "until": until.isoformat()}
    folder = world.folder / "suppressions"
    folder.mkdir(exist_ok=True)
    (folder / "a.yaml").write_text(yaml.safe_dump({"suppressions": [common | one for one in those]}))
    world.sections["suppressions"] = {"paths": [str(folder)]}


async def test_malware_whose_very_content_is_suppressed_is_clean_and_stays_where_it_is(world: World) -> None:
    digest = hashlib.sha256(eicar()).hexdigest()
    write(world, {"name": "test-file", "signature": SIGNATURE, "sha256": digest})
    world.upload(BAD, eicar())
    await world.once()
    assert await world.reasons() == {BAD: "clean"}
    assert (world.steps(), list(world.places().values())) == ([], [BAD])
    (row,) = await world.verdicts()
    assert row.suppressed == ("test-file",)


async def test_malware_that_is_suppressed_for_its_path_alone_is_not_clean(world: World) -> None:
    write(world, {"name": "tools", "signature": SIGNATURE, "path": "/Shared/Projects/**"})
    world.upload(BAD, eicar())
    await world.once()
    assert await world.reasons() == {BAD: "unscannable masked"}
    assert world.steps() == [("comment", "success")]


async def test_one_that_has_ended_or_is_for_another_folder_changes_nothing(world: World) -> None:
    write(world, {"name": "tools", "signature": SIGNATURE, "path": "/Shared/Projects/**"}, until=YESTERDAY)
    world.upload(BAD, eicar())
    await world.once()
    assert (await world.reasons())[BAD].startswith("infected")


async def test_each_is_known_by_what_it_did(world: World) -> None:
    name = {"rule": "double-extension", "path": "/Shared/Projects/**"}
    write(world, {"name": "used", **name}, {"name": "idle", "rule": "none", "path": "/Shared/x"})
    world.upload("/Shared/Projects/plan.pdf.exe", b"hello")
    async with assembled(world.settings()) as parts:
        await publish(parts)
        get = parts.metrics.registry.get_sample_value
        assert get("scanner_suppressions", {"state": "active"}) == 2
    await world.once()
    found = {one.suppression.name: one for one in await standings_of(world.settings(), utc_now)}
    assert [(one.state, one.use is not None and one.use.last is not None) for one in found.values()] == [
        (State.ACTIVE, False),
        (State.ACTIVE, True),
    ]
    idle = {one.suppression.name: one for one in await standings_of(world.settings(), in_forty_days)}
    assert [(one.state, one.idle_days) for one in idle.values()] == [(State.EXPIRED, 40), (State.EXPIRED, 40)]


def in_forty_days() -> datetime:
    return utc_now() + timedelta(days=40)


async def test_the_doctor_names_what_has_no_effect(world: World) -> None:
    world.settings()
    assert (await check_suppressions(world.settings(), utc_now)).finding == "none"
    write(world, {"name": "stray", "rule": "no-such-rule", "path": "/Shared/x"})
    line = await check_suppressions(world.settings(), utc_now)
    assert (line.level, line.finding) == (Level.WARN, "1 name a rule that there is not: stray (no-such-rule)")
    write(world, {"name": "old", "signature": "a", "path": "/Shared/x"}, until=YESTERDAY)
    line = await check_suppressions(world.settings(), utc_now)
    assert (line.level, line.finding) == (Level.WARN, "1 have ended: old")
    write(world, {"name": "Wrong"})
    line = await check_suppressions(world.settings(), utc_now)
    assert (line.level, line.finding.split(";")[0]) == (Level.FAIL, "1 problems")
