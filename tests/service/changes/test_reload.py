"""A good change of the rules is in force without a restart; a broken one is refused as a whole."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from scanner.service.assembly import Parts, assembled
from scanner.service.changes import watching
from scanner.service.changes.reload import follow_rules, follow_suppressions, reload_rules
from tests.journeys.world import RULES, World
from tests.rulebook.test_load import GOOD

FIRST, SECOND = sorted((RULES / "disguise").glob("*.yaml"))[:2]
SUPPRESSION = "suppressions: [{name: %s, rule: a, path: /Shared/x, reason: R., author: jdoe, until: 2026-12-31}]"


@pytest.fixture
def folder(world: World) -> Path:
    folder = world.folder / "rules"
    folder.mkdir()
    shutil.copy(FIRST, folder)
    world.sections["rules"] = {"paths": [str(folder)]}
    (world.folder / "suppressions").mkdir()
    world.sections["suppressions"] = {"paths": [str(world.folder / "suppressions")]}
    return folder


@pytest.fixture
async def parts(world: World, folder: Path) -> AsyncIterator[Parts]:
    async with assembled(world.settings()) as parts:
        yield parts


def loaded(parts: Parts) -> list[str]:
    return [rule.id for rule in parts.rules.rulebook.rules]


def value(parts: Parts, name: str, **labels: str) -> float | None:
    return parts.metrics.registry.get_sample_value(f"scanner_{name}", labels)


def state(parts: Parts) -> tuple[float | None, float | None]:
    return value(parts, "rules_loaded"), value(parts, "rules_last_load_successful")


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not true():
            await asyncio.sleep(0.02)


async def test_a_new_rule_is_swapped_in(parts: Parts, folder: Path) -> None:
    shutil.copy(SECOND, folder)
    assert await reload_rules(parts)
    assert (loaded(parts), state(parts)) == ([FIRST.stem, SECOND.stem], (2, 1))


async def test_the_numbers_tell_which_rulebook_is_in_force_and_since_when_it_is_known_to_be_good(
    parts: Parts, folder: Path
) -> None:
    first, at = parts.rules.rulebook.digest, value(parts, "rules_last_load_success_timestamp_seconds")
    assert value(parts, "rulebook_info", digest=first) == 1
    shutil.copy(SECOND, folder)
    await reload_rules(parts)
    second, later = parts.rules.rulebook.digest, value(parts, "rules_last_load_success_timestamp_seconds")
    assert [value(parts, "rulebook_info", digest=digest) for digest in (first, second)] == [None, 1]
    assert at is not None
    assert later is not None
    assert later > at > 0
    (folder / "broken.yaml").write_text("id: [")
    assert not await reload_rules(parts)
    assert value(parts, "rules_last_load_success_timestamp_seconds") == later


async def test_a_broken_rule_leaves_the_old_ones_in_force_until_it_is_mended(parts: Parts, folder: Path) -> None:
    before = parts.rules.rulebook
    (folder / "broken.yaml").write_text("id: [")
    shutil.copy(SECOND, folder)
    await reload_rules(parts)
    assert (parts.rules.rulebook, state(parts)) == (before, (1, 0))
    (folder / "broken.yaml").unlink()
    await reload_rules(parts)
    assert (loaded(parts), state(parts)) == ([FIRST.stem, SECOND.stem], (2, 1))


async def test_a_rule_that_does_not_do_what_its_examples_say_refuses_the_whole_change(
    parts: Parts, folder: Path
) -> None:
    shutil.copy(SECOND, folder)
    (folder / "untrue.yaml").write_text(GOOD.format(id="untrue").replace("a.txt", "b.exe"))
    await reload_rules(parts)
    assert (loaded(parts), state(parts)) == ([FIRST.stem], (1, 0))


async def test_a_change_of_a_list_that_breaks_an_example_is_refused_like_one_of_the_rule(
    parts: Parts, folder: Path
) -> None:
    (folder / "_shared").mkdir()
    (folder / "_shared" / "programs.yaml").write_text("list: [exe]")
    (folder / "listed.yaml").write_text(
        GOOD.format(id="listed").replace("extension: exe", "extension: {list: programs}")
    )
    assert await reload_rules(parts)
    before = parts.rules.rulebook
    (folder / "_shared" / "programs.yaml").write_text("list: [com]")
    assert not await reload_rules(parts)
    assert parts.rules.rulebook == before


def mount(folder: Path, version: str, *rules: Path) -> None:
    """As a kubelet does: a new folder of data, then one link swapped."""
    (folder / f"..{version}").mkdir()
    for rule in rules:
        shutil.copy(rule, folder / f"..{version}")
        if not (folder / rule.name).is_symlink():
            (folder / rule.name).symlink_to(f"..data/{rule.name}")
    (folder / "..data_tmp").symlink_to(f"..{version}")
    (folder / "..data_tmp").rename(folder / "..data")


async def test_a_swapped_configmap_is_in_force_under_a_running_service(
    world: World, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "LOOK_EVERY", 0.05)
    (folder / FIRST.name).unlink()
    mount(folder, "2026_01", FIRST)
    async with assembled(world.settings()) as parts:
        stop = asyncio.Event()
        following = asyncio.create_task(follow_rules(parts, stop))
        mount(folder, "2026_02", FIRST, SECOND)
        await until(lambda: len(loaded(parts)) == 2)
        (folder / "..bad").mkdir()
        (folder / "..bad" / FIRST.name).write_text("id: [")
        (folder / "..data_tmp").symlink_to("..bad")
        (folder / "..data_tmp").rename(folder / "..data")
        await until(lambda: state(parts)[1] == 0)
        assert loaded(parts) == [FIRST.stem, SECOND.stem]
        stop.set()
        await following


async def test_a_folder_that_is_replaced_as_a_whole_is_noticed(
    parts: Parts, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "LOOK_EVERY", 0.05)
    stop = asyncio.Event()
    following = asyncio.create_task(follow_rules(parts, stop))
    other = folder.with_name("new")
    other.mkdir()
    shutil.copy(SECOND, other)
    folder.rename(folder.with_name("old"))
    other.rename(folder)
    await until(lambda: loaded(parts) == [SECOND.stem])
    stop.set()
    await following


async def test_suppressions_are_swapped_in_or_refused_as_a_whole(
    world: World, parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "LOOK_EVERY", 0.05)
    stop, files = asyncio.Event(), world.folder / "suppressions"
    following = asyncio.create_task(follow_suppressions(parts, stop))

    def names() -> list[str]:
        return [one.name for one in parts.stations.suppressions.now.all]

    (files / "a.yaml").write_text(SUPPRESSION % "tool")
    await until(lambda: names() == ["tool"])
    (files / "b.yaml").write_text(SUPPRESSION % "No-Name")
    await until(lambda: value(parts, "suppressions_last_load_successful") == 0)
    assert names() == ["tool"]
    (files / "b.yaml").write_text(SUPPRESSION % "other")
    await until(lambda: names() == ["other", "tool"])
    assert value(parts, "suppressions_last_load_successful") == 1
    assert set(await parts.stations.ledger.suppression_uses()) == {"other", "tool"}
    stop.set()
    await following
