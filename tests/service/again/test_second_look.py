"""A version of the past is looked at as the service would, and nothing is done about it."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from demo.samples import eicar
from scanner.errors import EngineUnavailable, Throttled
from scanner.inspection.rule_engine import Examined
from scanner.model import EntryId, FileVersion, Gap, GroupId, Unscannable
from scanner.rulebook.rule import rulebook_of
from scanner.rulebook.yara_rules import NO_YARA
from scanner.service.again.second_look import Gone, second_look
from tests.journeys.world import World
from tests.service.replaying import draft

CONTENT = "fs-content/ids/file"
RULES = rulebook_of(
    [draft({"text": "secret", "uploader": "pnovak", "public_link": False}), draft({"size": "> 1B"}, "z")]
)


def uploaded(world: World, content: bytes) -> FileVersion:
    path = "/Shared/Projects/a.txt"
    told = world.upload(path, content)
    (user,) = (one.id for one in world.emulator.domain.users.by_id.values() if one.username == "pnovak")
    return FileVersion("acme", GroupId(told["group_id"]), EntryId(told["entry_id"]), path, actor=user)


def looked(world: World, version: FileVersion) -> Examined | Gap | Gone:
    async def act() -> Examined | Gap | Gone:
        async with second_look(world.settings(), RULES, NO_YARA) as again:
            return await again.at(version)

    return asyncio.run(act())


def test_all_that_the_rules_ask_is_answered_and_nothing_is_changed(world: World) -> None:
    version = uploaded(world, b"a secret")
    found = looked(world, version)
    assert isinstance(found, Examined)
    assert [finding.name for finding in found.inspection.findings] == ["draft", "z"]
    assert not [one for one in world.requests() if one["method"] != "GET" and "_emulator" not in one["path"]]


def test_malware_is_known_to_the_rules(world: World) -> None:
    found = looked(world, uploaded(world, eicar()))
    assert isinstance(found, Examined)
    assert len(found.known.facts.signatures) == 1


def test_a_version_that_is_not_there_is_gone(world: World) -> None:
    version = uploaded(world, b"x")
    assert looked(world, replace(version, entry_id=EntryId("00000000-0000-4000-8000-000000000000"))) is Gone.GONE


def test_a_content_that_cannot_be_had_is_a_gap(world: World) -> None:
    version = uploaded(world, b"x" * 4096)
    world.sections["spool"] = {"max_file": "1KiB"}
    found = looked(world, version)
    assert isinstance(found, Gap)
    assert found.reason is Unscannable.TOO_LARGE


def test_a_refusal_is_a_gap_and_a_spent_budget_ends_it(world: World) -> None:
    version = uploaded(world, b"x")
    world.fault(route=CONTENT, status=403, count=1)
    assert isinstance(looked(world, version), Gap)
    world.fault(route=CONTENT, throttle="day")
    with pytest.raises(Throttled):
        looked(world, version)


def test_an_engine_that_is_away_ends_it_before_a_download(world: World) -> None:
    version = uploaded(world, b"x")
    world.clamd = f"unix:{world.folder}/nobody.sock"
    with pytest.raises(EngineUnavailable, match="engine-down"):
        looked(world, version)
    assert world.calls(CONTENT) == []
