"""Each version settled is one trace at the operator's collector, if the environment asks for that."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from demo.samples import eicar
from scanner.ledger.ledger import Ledger
from scanner.ledger.walks.walking import WalkReason
from scanner.service.assembly import utc_now
from tests.cli.commands import ONCE
from tests.collector import Collector, collecting, told
from tests.journeys.world import World

ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    with collecting() as one:
        monkeypatch.setenv(ENDPOINT, one.url)
        yield one


async def test_a_clean_and_an_infected_version_are_each_one_whole_tree(
    world: World, collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", "parentbased_always_on")
    monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=staging")
    world.sections["policy"] = {"infected": ["quarantine", "comment"]}
    good, bad = world.upload("/Shared/Projects/good.txt", b"notes"), world.upload("/Shared/Projects/bad.com", eicar())

    await world.all_of()

    def looked(found: int, size: int) -> list[tuple[str, dict[str, object], str]]:
        by_engine = {"containers": 0, "clamd": found, "rules": 0}
        engines = [(f"inspect {one}", {"engine": one, "findings": many}, "") for one, many in by_engine.items()]
        return [("download", {"size_bytes": size}, ""), *engines, ("judge", {}, ""), ("record", {}, "")]

    def root(version: dict[str, str], verdict: str, reasons: list[str]) -> tuple[str, dict[str, object], str]:
        ids = {"domain": "acme", "entry_id": version["entry_id"], "group_id": version["group_id"]}
        end = {"verdict": verdict, "reasons": reasons, "reused": False, "outcome": "judged"}
        return "settle", ids | {"lane": "live", "starts": 1} | end, ""

    steps = [("remediate", {"step": step, "result": "success"}, "") for step in ("quarantine", "comment")]
    trees = collector.trees()
    (reason,) = trees[bad["entry_id"]][0][1]["reasons"]
    assert trees == {
        good["entry_id"]: [root(good, "clean", []), *looked(0, 5)],
        bad["entry_id"]: [root(bad, "infected", [reason]), *looked(1, len(eicar())), *steps],
    }
    assert collector.resource.items() >= {"service.name": "scanner", "deployment.environment.name": "staging"}.items()
    _each_part_lies_in_its_root(collector)
    _log_lines_have_the_ids(world, collector)
    _poll_and_versions_lead_to_each_other(collector)


def _each_part_lies_in_its_root(collector: Collector) -> None:
    for root in collector.roots():
        parts = collector.children(root)
        times = [moment for one in parts for moment in (one.start_time_unix_nano, one.end_time_unix_nano)]
        assert root.start_time_unix_nano <= min(times)
        assert max(times) <= root.end_time_unix_nano
        assert times == sorted(times)


def _log_lines_have_the_ids(world: World, collector: Collector) -> None:
    lines = [json.loads(line) for line in world.log().splitlines()]
    told = {(one["trace_id"], one["span_id"]) for one in lines if one["event"] == "verdict.recorded"}
    assert told == {(root.trace_id.hex(), root.span_id.hex()) for root in collector.roots()}


def _poll_and_versions_lead_to_each_other(collector: Collector) -> None:
    """Those after the first brought nothing but our own acts."""
    poll, *others = collector.roots("poll")
    lay = [one for one in collector.children(poll) if one.name == "queued"]
    assert [collector.linked(one) for one in lay] == sorted(collector.roots(), key=lambda one: one.start_time_unix_nano)
    assert [collector.linked(one) for one in collector.roots()] == [poll, poll]
    brought = [told(one) for one in (poll, *collector.children(poll)) if one.name != "queued"]
    cursor = told(poll)[1]["cursor"]
    said = {"domain": "acme", "cursor": cursor, "events": 3, "queued": 2}  # the folder is the third
    assert brought == [("poll", said, ""), ("read", {}, ""), ("record", {}, "")]
    assert [told(one)[1]["queued"] for one in others] == [0] * len(others)


async def test_a_version_leads_to_its_poll_also_from_a_later_life_and_each_time_that_it_is_taken_up(
    world: World, collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_TRACES_SAMPLER_ARG", "0")
    world.upload("/Shared/Projects/bad.com", eicar())
    world.fault(route="fs-content", status=503, count=50)
    await world.once()
    world.control("DELETE", "faults")
    world.wait_over()
    await world.all_of()

    (poll,) = collector.roots("poll")
    deferred, judged = collector.roots()
    lay = [one for one in collector.children(poll) if one.name == "queued"]
    assert [collector.linked(one) for one in (deferred, judged)] == [poll, poll]
    assert [(told(one)[1]["starts"], collector.linked(one)) for one in lay] == [(1, deferred), (2, judged)]


async def test_what_no_poll_brought_points_nowhere(
    world: World, collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", "always_on")
    world.sections["events"] = {"start": "now"}
    world.upload("/Shared/Projects/old.txt", b"notes")
    await world.once()
    async with Ledger.reading(world.settings().ledger, utc_now) as ledger:
        await ledger.walks.ask("acme", "/Shared/Projects", WalkReason.COMMAND)
    await world.all_of()

    (root,) = collector.roots()
    assert (told(root)[1]["lane"], list(root.links)) == ("reconcile", [])


async def test_a_finding_is_kept_where_no_share_of_the_clean_is(
    world: World, collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_TRACES_SAMPLER_ARG", "0")
    world.upload("/Shared/Projects/good.txt", b"notes")
    bad = world.upload("/Shared/Projects/bad.com", eicar())

    await world.all_of()

    assert list(collector.trees()) == [bad["entry_id"]]


async def test_a_version_that_must_wait_is_kept_with_the_reason(
    world: World, collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_TRACES_SAMPLER_ARG", "0")
    entry = world.upload("/Shared/Projects/good.txt", b"notes")["entry_id"]
    world.fault(route="fs-content", status=503, count=50)

    await world.once()

    name, about, error = collector.trees()[entry][0]
    assert (name, about["outcome"], bool(error)) == ("settle", "deferred", True)


async def test_a_collector_that_is_away_costs_no_verdict_and_little_of_the_log(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as deaf:  # bound, and nobody listens
        deaf.bind(("127.0.0.1", 0))
        monkeypatch.setenv(ENDPOINT, f"http://127.0.0.1:{deaf.getsockname()[1]}")
        monkeypatch.setenv("OTEL_TRACES_SAMPLER", "always_on")
        monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "50")
        monkeypatch.setenv("OTEL_BSP_MAX_QUEUE_SIZE", "8")
        monkeypatch.setenv("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "4")
        for number in range(5):
            world.upload(f"/Shared/Projects/{number}.txt", b"notes %d" % number)

        await world.all_of()

    assert sorted((await world.kinds()).values()) == ["clean"] * 5
    assert len([line for line in world.log().splitlines() if "traces.not_sent" in line]) == 1


async def test_nothing_of_the_library_is_loaded_where_nobody_asked(world: World) -> None:
    world.settings()
    program = (
        "import sys\nfrom scanner.cli import main\n"
        "try:\n    main()\nfinally:\n    print([one for one in sys.modules if 'opentelemetry' in one])"
    )
    command = [sys.executable, "-c", program, *ONCE, "--config", str(world.config)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    assert (ended.returncode, ended.stdout.splitlines()[-1]) == (0, "[]"), ended.stderr
