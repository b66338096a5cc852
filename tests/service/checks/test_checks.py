"""What the doctor finds in each part that is not as it should be, and that one failure does not hide the others."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from scanner.service.assembly import assembled, utc_now
from scanner.service.checks.checks import LOW_DISK, diagnose
from scanner.service.checks.diagnosis import Diagnosis, Level
from tests.journeys.world import World
from tests.service.few_samples import FEW


async def found(world: World) -> dict[str, Diagnosis]:
    # A small limit, so that the self-test's largest sample is small.
    world.sections["clamav"] = {"max_stream": "2MiB", **world.sections.get("clamav", {})}
    return {line.subject: line async for line in diagnose(world.settings(), utc_now, FEW)}


async def test_every_part_is_looked_at_once_in_order(world: World) -> None:
    levels = {subject: line.level for subject, line in (await found(world)).items()}
    # What a kernel grants is told as it is.
    assert levels.pop("sandbox") in {Level.OK, Level.WARN}
    # The demo's signatures carry no date.
    assert levels.pop("signatures") is Level.WARN
    parts = [
        "rules",
        "yara",
        "suppressions",
        "clamd",
        "AlertEncrypted",
        "AlertExceedsMax",
        "self-test",
        "ledger",
        "spool",
    ]
    assert list(levels) == [
        *parts,
        "acme: token",
        "acme: clock",
        "acme: events",
        "acme: /Shared",
        "acme: links",
        "acme: /Shared/Quarantine",
    ]
    assert set(levels.values()) == {Level.OK}


async def test_nothing_is_changed(world: World) -> None:
    before = world.state()
    await found(world)
    assert world.state() | {"now": None} == before | {"now": None}
    assert not (world.folder / "ledger.db").exists()
    assert [one for one in world.requests() if one["method"] != "GET"] == []


async def test_broken_rules_a_missing_folder_and_an_absent_clamd_are_each_said(world: World) -> None:
    (world.folder / "broken.yaml").write_text("id: [")
    world.sections |= {
        "rules": {"paths": [str(world.folder / "broken.yaml")]},
        "spool": {"dir": str(world.folder / "none")},
        "ledger": {"url": f"sqlite:///{world.folder}/none/ledger.db"},
        "clamav": {"address": f"unix:{world.folder}/none.sock"},
    }
    lines = await found(world)
    levels = {subject: lines[subject].level for subject in ("rules", "clamd", "ledger", "spool", "acme: token")}
    assert levels == {
        "rules": Level.FAIL,
        "clamd": Level.UNREACHABLE,
        "ledger": Level.FAIL,
        "spool": Level.FAIL,
        "acme: token": Level.OK,
    }
    assert all(line.remedy for line in lines.values() if line.level is not Level.OK)


async def test_a_ledger_that_is_none_is_said_to_be_so(world: World) -> None:
    (world.folder / "ledger.db").write_text("no database at all, and long enough to be read as one" * 99)
    assert (await found(world))["ledger"].level is Level.FAIL


async def test_a_ledger_that_can_be_read_and_not_written_is_not_well(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    (world.folder / "ledger.db").touch()
    # Root may write everything.
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path).name != "ledger.db")
    line = (await found(world))["ledger"]
    assert (line.level, line.finding) == (Level.FAIL, f"{world.folder}/ledger.db is not ours to write")


async def test_a_ledger_in_use_is_fine(world: World) -> None:
    async with assembled(world.settings()):
        assert (await found(world))["ledger"].level is Level.OK


async def test_no_rule_at_all_and_too_little_room_are_warnings(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    (world.folder / "rules").mkdir()
    world.sections |= {"rules": {"paths": [str(world.folder / "rules")]}, "spool": {"max_total": "1000TiB"}}
    monkeypatch.setattr("scanner.service.checks.checks.LOW_DISK", LOW_DISK * 1024**3)
    lines = await found(world)
    assert [lines[one].level for one in ("rules", "spool", "ledger")] == [Level.WARN] * 3
