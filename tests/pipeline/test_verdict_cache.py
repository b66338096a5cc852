"""One version's way to do without a download: what is asked, what is spared, and what an audit comes to."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection

from demo import samples
from demo.clamd import PrivateClamd
from scanner.inspection.clamd import Clamd
from scanner.inspection.generation import Generation
from scanner.inspection.recall import Recall
from scanner.inspection.rule_engine import RuleEngine
from scanner.inspection.selftest.blind_spots import BlindSpots
from scanner.ledger.reuse.caching import Absent, Kept, Key
from scanner.ledger.tables import work
from scanner.model import FileVersion, VerdictKind
from scanner.pipeline.flow import settle
from scanner.pipeline.folder_listing import FolderListing
from scanner.pipeline.stations import Stations
from scanner.pipeline.verdict_cache import VerdictCache
from scanner.rulebook.load import load_rulebook
from scanner.rulebook.yara_rules import NO_YARA
from tests.clamd import settings_for
from tests.journeys.world import RULES
from tests.ledger.world import NOON
from tests.pipeline.bench import Bench, bench

TEXT = b"hello, nothing to see"
SUM = hashlib.sha512(TEXT).hexdigest()
LOOKUPS = ("hit", "audited", "unknown", "insufficient", "doubted", "contradicted", "no_key")


class Engines:
    """What clamds say to have loaded: the one that looks is real, and says so itself."""

    def __init__(self, *loaded: str) -> None:
        self.loaded = loaded

    def versions(self) -> tuple[str, ...]:
        return self.loaded


class Reloaded(Engines):
    """Has others by the third time it is asked: when engines have looked."""

    def __init__(self, loaded: str) -> None:
        super().__init__(loaded)
        self.answers = iter([loaded, loaded, "ClamAV 2"])

    def versions(self) -> tuple[str, ...]:
        return (next(self.answers),)


@pytest.fixture
def loaded(clamd: PrivateClamd) -> str:
    return Clamd(settings_for(clamd.address)).version()


def cached(flow: Bench, engines: Engines, share: float = 0.0) -> Stations:
    """The flow with a cache of which that share is audited."""
    stations = flow.stations
    rules = Recall(RuleEngine(load_rulebook([RULES / "disguise"])))
    generation = Generation("fixed", engines, BlindSpots, lambda: NO_YARA)
    listing = FolderListing(stations.ledger.checksums, stations.settings.cache.list_from, stations.clock)
    cache = VerdictCache(
        *(stations.settings.cache, stations.ledger.cache, listing, generation, rules, stations.panel.names),
        *(stations.signals, stations.clock),
        draw=lambda: 0.0 if share else 0.999999,
    )
    return replace(stations, cache=cache)


@pytest.fixture
async def flow(tmp_path: Path, clamd: PrivateClamd, loaded: str) -> AsyncIterator[Bench]:
    async with bench(tmp_path, clamd.address) as flow:
        flow.stations = cached(flow, Engines(loaded))
        yield flow


async def settled(flow: Bench, path: str, content: bytes = TEXT, **told: object) -> tuple[str, FileVersion]:
    """What became of an upload; `told`: by a listing."""
    version = replace(await flow.queue(path, content), **told)
    if told:
        info = {"size": version.size, "checksum": version.checksum}
        await flow.ledger._db.run(lambda connection: note(connection, version, info))
    assert await settle("acme", version.entry_id, flow.stations) is None
    return (await flow.told(version))[0], version


def note(connection: Connection, version: FileVersion, info: dict[str, object]) -> None:
    connection.execute(work.update().where(work.c.entry_id == version.entry_id).values(**info))


def lookups(flow: Bench) -> dict[str, float]:
    """Those that were met."""
    counted = {one: flow.count("verdict_cache_lookups_total", result=one) or 0.0 for one in LOOKUPS}
    return {one: count for one, count in counted.items() if count}


def audits(flow: Bench, result: str) -> float | None:
    return flow.count("verdict_cache_audits_total", result=result)


async def test_what_a_listing_told_and_engines_have_seen_is_not_even_opened(flow: Bench) -> None:
    await settled(flow, "/Shared/a.txt")
    opened = flow.cloud.opened
    kind, _ = await settled(flow, "/Shared/b.txt", size=len(TEXT), checksum=SUM)
    assert (kind, flow.cloud.opened - opened, lookups(flow)) == ("clean", 0, {"unknown": 1, "hit": 1})


async def test_what_the_download_declares_spares_its_bytes(flow: Bench) -> None:
    await settled(flow, "/Shared/a.txt")
    seen = flow.count("scanned_bytes_total", engine="clamd")
    kind, _ = await settled(flow, "/Shared/b.txt")
    assert (kind, flow.cloud.opened, flow.count("scanned_bytes_total", engine="clamd")) == ("clean", 2, seen)


@pytest.mark.parametrize(
    ("told", "result"),
    [
        ({"size": len(TEXT) + 1, "checksum": SUM}, {"unknown": 1, "hit": 1}),
        ({"size": len(TEXT), "checksum": SUM.upper()}, {"unknown": 1, "hit": 1}),
        ({"size": len(TEXT), "checksum": ""}, {"unknown": 1, "hit": 1}),
        ({"size": None, "checksum": SUM}, {"unknown": 1, "hit": 1}),
    ],
)
async def test_what_a_listing_tells_wrongly_is_left_to_the_download(
    flow: Bench, told: dict[str, object], result: dict[str, float]
) -> None:
    await settled(flow, "/Shared/a.txt")
    await settled(flow, "/Shared/b.txt", **told)
    assert (flow.cloud.opened, lookups(flow)) == (2, result)


async def test_a_listing_that_told_another_checksum_is_a_doubt_of_the_domain(flow: Bench) -> None:
    kind, _ = await settled(flow, "/Shared/a.txt", size=len(TEXT), checksum="ab" * 64)
    (doubt,) = (await flow.ledger.cache.contents()).doubts
    assert (kind, doubt.why.value, doubt.domain, lookups(flow)) == ("clean", "content", "acme", {"contradicted": 1})
    await settled(flow, "/Shared/b.txt")
    assert lookups(flow) == {"contradicted": 1, "doubted": 1}


async def test_an_audit_that_agrees_is_recorded_as_a_look_of_its_own(flow: Bench, loaded: str) -> None:
    await settled(flow, "/Shared/a.txt")
    flow.stations = cached(flow, Engines(loaded), 1.0)
    kind, version = await settled(flow, "/Shared/b.txt")
    (told,) = await flow.ledger.explain(version.entry_id)
    assert (kind, told.verdicts[0]["reused"], audits(flow, "same")) == ("clean", None, 1.0)


async def test_an_audit_that_finds_other_bytes_is_a_doubt_and_its_own_look_counts(flow: Bench, loaded: str) -> None:
    await settled(flow, "/Shared/a.txt")
    flow.stations = cached(flow, Engines(loaded), 1.0)
    kind, _ = await settled(flow, "/Shared/b.com", samples.eicar(), size=len(TEXT), checksum=SUM)
    (doubt,) = (await flow.ledger.cache.contents()).doubts
    assert (kind, doubt.why.value, audits(flow, "different_content")) == ("infected", "content", 1.0)


async def test_an_audit_that_could_not_be_read_says_nothing(flow: Bench, loaded: str) -> None:
    await settled(flow, "/Shared/a.txt")
    flow.stations = cached(flow, Engines(loaded), 1.0)
    version = await flow.queue("/Shared/b.txt", TEXT)
    flow.cloud.before["open_content"] = lambda: flow.cloud.tree.delete("/Shared/b.txt")
    assert await settle("acme", version.entry_id, flow.stations) is not None
    assert (await flow.ledger.cache.contents()).doubts == ()


async def test_without_a_generation_nothing_is_asked_or_kept(flow: Bench, loaded: str) -> None:
    flow.stations = cached(flow, Engines(loaded, "ClamAV 2"))
    await settled(flow, "/Shared/a.txt")
    assert (lookups(flow), (await flow.ledger.cache.contents()).looks) == ({"no_key": 1}, 0)


async def test_what_is_kept_is_under_the_generation_that_looked(flow: Bench) -> None:
    await settled(flow, "/Shared/a.txt")
    assert flow.stations.cache is not None
    generation = flow.stations.cache.generation.now()
    found = await flow.ledger.cache.find("acme", Key(SUM, len(TEXT), generation), NOON)
    assert isinstance(found, Kept)
    assert (found.verdict.kind, found.learnt is not None) == (VerdictKind.CLEAN, True)
    assert await flow.ledger.cache.find("acme", Key(SUM, len(TEXT), "other"), NOON) is Absent.UNKNOWN


async def test_a_look_during_which_signatures_changed_is_not_kept(flow: Bench, loaded: str) -> None:
    flow.stations = cached(flow, Reloaded(loaded))
    await settled(flow, "/Shared/a.txt")
    assert (await flow.ledger.cache.contents()).looks == 0


async def test_a_look_by_another_clamd_than_the_one_asked_is_not_kept(flow: Bench) -> None:
    flow.stations = cached(flow, Engines("ClamAV 2"))
    await settled(flow, "/Shared/a.txt")
    assert (await flow.ledger.cache.contents()).looks == 0


async def test_a_hit_stands_for_no_other(flow: Bench) -> None:
    await settled(flow, "/Shared/a.txt")
    await settled(flow, "/Shared/b.txt")
    assert (await flow.ledger.cache.contents()).looks == 1
