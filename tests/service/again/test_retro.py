"""New signatures find what the old ones did not: once for each content, and what is found is acted on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from scanner.errors import EngineUnavailable
from scanner.inspection import clamd as clamd_module
from scanner.service.again.retro import look_back
from scanner.service.assembly import Parts, assembled
from tests.inspection.fake_clamd import FakeClamd, fake_clamd
from tests.journeys.test_cache import Never
from tests.journeys.world import QUARANTINE, World
from tests.service.again.test_exposure import share

OLD, NEW, NEWER = (b"ClamAV 1.4.6/%d/Tue Nov 18 09:26:22 2025\n" % number for number in (1, 2, 3))
BAD, GOOD = b"what only new signatures know", b"what nobody minds"
FOLDER = "/Shared/Projects"
FOUND = b"stream: Win.Test.New-1 FOUND\0"


@pytest.fixture
def fake(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeClamd]:
    """Its version is believed for no moment: a test does not wait for that."""
    monkeypatch.setattr(clamd_module, "UP_FOR", 0.0)
    with fake_clamd(version=OLD) as one:
        world.clamd = one.address
        yield one


def downloads(world: World) -> int:
    return len(world.calls("/fs-content/"))


def learn(fake: FakeClamd, version: bytes = NEW) -> None:
    """It finds the known-bad sample as well, or it would be out of use."""
    fake.version, fake.reply = version, FOUND
    fake.replies[GOOD] = b"stream: OK\0"


async def turn(world: World, *versions: bytes, fake: FakeClamd) -> Parts:
    async with assembled(world.settings()) as parts:
        for version in versions:
            fake.version = version
            await look_back(parts)
    return parts


def counted(parts: Parts) -> dict[str, float | None]:
    value = parts.metrics.registry.get_sample_value
    results = ("same", "infected", "unavailable", "fresh")
    return {one: value("scanner_retro_looks_total", {"result": one}) for one in results}


async def test_what_new_signatures_find_is_judged_anew_and_acted_on(world: World, fake: FakeClamd) -> None:
    for name, content in (("a", BAD), ("b", BAD), ("c", GOOD)):
        world.upload(f"{FOLDER}/{name}.txt", content)
    await world.once()
    assert set((await world.kinds()).values()) == {"clean"}
    await turn(world, OLD, fake=fake)
    before = downloads(world)

    learn(fake)
    parts = await turn(world, NEW, NEW, fake=fake)

    assert downloads(world) - before == 2
    assert counted(parts) == {"same": 1, "infected": 1, "unavailable": 0, "fresh": 0}
    await world.all_of()
    assert sorted((await world.kinds()).values()) == ["clean", "infected", "infected"]
    places = sorted(world.places().values())
    assert [place.startswith(QUARANTINE) for place in places] == [False, True, True]


async def test_what_a_public_link_leads_to_is_looked_at_first(world: World, fake: FakeClamd) -> None:
    groups = [str(world.upload(f"{FOLDER}/{name}.txt", name.encode())["group_id"]) for name in ("a", "b", "c")]
    await world.once()
    share(world, f"{FOLDER}/b.txt")
    await turn(world, OLD, fake=fake)
    before = len(world.requests())
    parts = await turn(world, NEW, NEW, fake=fake)
    asked = [one["path"] for one in world.requests()[before:] if "/fs-content/" in one["path"]]
    order = [group for path in asked for group in groups if group in path]
    # The others come as they were judged, which was at once.
    assert (order[0], sorted(order), counted(parts)["same"]) == (groups[1], sorted(groups), 3)
    assert len(world.calls("/v2/links")) == 2


async def test_what_was_judged_with_these_signatures_costs_no_download(world: World, fake: FakeClamd) -> None:
    await turn(world, OLD, fake=fake)
    learn(fake)
    world.upload(f"{FOLDER}/c.txt", GOOD)
    await world.once()
    before = downloads(world)
    parts = await turn(world, NEW, fake=fake)
    assert (downloads(world) - before, counted(parts)["fresh"]) == (0, 1)


async def test_looking_back_stands_for_no_copy(world: World, fake: FakeClamd, monkeypatch: pytest.MonkeyPatch) -> None:
    """It records nothing that another verdict could rest on: the first copy after new signatures is looked at for its
    own sake, and stands for all further ones."""
    monkeypatch.setattr("scanner.pipeline.verdict_cache.SystemRandom", Never)
    world.upload(f"{FOLDER}/c.txt", GOOD)
    await world.once()
    await turn(world, OLD, fake=fake)
    learn(fake)
    assert counted(await turn(world, NEW, fake=fake))["same"] == 1
    for name in ("d", "e"):
        world.act("copy", path=f"{FOLDER}/c.txt", destination=f"{FOLDER}/{name}.txt")
        await world.all_of()
    looked = "SELECT reused IS NULL, inspections LIKE '%1.4.6/2%' FROM verdicts ORDER BY id"
    assert world.rows(looked) == [(1, 0), (1, 1), (0, 1)]


async def test_what_is_not_there_any_more_is_passed_over(world: World, fake: FakeClamd) -> None:
    made = world.upload(f"{FOLDER}/c.txt", GOOD)
    await world.once()
    await turn(world, OLD, fake=fake)
    world.act("delete", path=made["path"])
    learn(fake)
    parts = await turn(world, NEW, fake=fake)
    assert counted(parts)["unavailable"] == 1
    assert set((await world.kinds()).values()) == {"clean"}


async def test_without_a_clamd_it_waits_and_goes_on_later(world: World, fake: FakeClamd) -> None:
    world.upload(f"{FOLDER}/c.txt", GOOD)
    await world.once()
    await turn(world, OLD, fake=fake)
    learn(fake)
    async with assembled(world.settings()) as parts:
        assert parts.clamd.ready() is None
        fake.pong = b""
        with pytest.raises(EngineUnavailable):
            await look_back(parts)
        fake.pong = b"PONG\n"
        assert counted(parts)["same"] == 0
    assert counted(await turn(world, NEW, fake=fake))["same"] == 1


async def test_a_window_of_nothing_turns_it_off(world: World, fake: FakeClamd) -> None:
    world.sections["clamav"] = {"rescan_window": "0s"}
    world.upload(f"{FOLDER}/a.txt", BAD)
    await world.once()
    learn(fake)
    parts = await turn(world, OLD, NEW, NEWER, fake=fake)
    assert (set(counted(parts).values()), world.rows("SELECT * FROM retro")) == ({0.0}, [])
