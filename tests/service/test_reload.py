"""A good change of the rules is in force without a restart; a broken one is refused as a whole."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from scanner.service.assembly import Parts, assembled
from scanner.service.reload import follow_rules, reload_rules
from tests.journeys.world import RULES, World

FIRST, SECOND = sorted((RULES / "disguise").glob("*.yaml"))[:2]


@pytest.fixture
def folder(world: World) -> Path:
    folder = world.folder / "rules"
    folder.mkdir()
    shutil.copy(FIRST, folder)
    world.sections["rules"] = {"paths": [str(folder)]}
    return folder


@pytest.fixture
async def parts(world: World, folder: Path) -> AsyncIterator[Parts]:
    async with assembled(world.settings()) as parts:
        yield parts


def loaded(parts: Parts) -> list[str]:
    return [rule.id for rule in parts.rules.rulebook.rules]


def state(parts: Parts) -> tuple[float | None, float | None]:
    get = parts.metrics.registry.get_sample_value
    return get("scanner_rules_loaded"), get("scanner_rules_last_load_successful")


async def test_a_new_rule_is_swapped_in(parts: Parts, folder: Path) -> None:
    shutil.copy(SECOND, folder)
    await reload_rules(parts)
    assert (loaded(parts), state(parts)) == ([FIRST.stem, SECOND.stem], (2, 1))


async def test_a_broken_rule_leaves_the_old_ones_in_force_until_it_is_mended(parts: Parts, folder: Path) -> None:
    before = parts.rules.rulebook
    (folder / "broken.yaml").write_text("id: [")
    await reload_rules(parts)
    assert (parts.rules.rulebook, state(parts)) == (before, (1, 0))
    (folder / "broken.yaml").unlink()
    await reload_rules(parts)
    assert (parts.rules.rulebook, state(parts)) == (before, (1, 1))


async def test_a_change_on_disk_is_noticed_and_the_order_to_stop_as_well(parts: Parts, folder: Path) -> None:
    stop = asyncio.Event()
    following = asyncio.create_task(follow_rules(parts, stop))
    async with asyncio.timeout(20):
        while len(loaded(parts)) == 1:
            # Again and again: a change before the watch began would be missed.
            shutil.copy(SECOND, folder)
            await asyncio.sleep(0.05)
        stop.set()
        await following
    assert loaded(parts) == [FIRST.stem, SECOND.stem]
