"""Gauges are what the parts say at the moment."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta

from scanner.events.feed import Poll
from scanner.model import EntryId, FileVersion, GroupId, Lane
from scanner.service.assembly import Parts, assembled, utc_now
from scanner.service.publish import LONGEST_WORK, publish
from tests.clamd import StartClamd
from tests.journeys.world import World

LAST_POLL = "event_poll_last_success_timestamp_seconds"


def value(parts: Parts, name: str, **labels: str) -> float | None:
    return parts.metrics.registry.get_sample_value(f"scanner_{name}", labels)


async def test_the_gauges_show_backlog_clamd_spool_slots_and_quota(world: World) -> None:
    uploaded = utc_now().replace(microsecond=0)
    waiting = FileVersion("acme", GroupId("g"), EntryId("e"), "/Shared/a.txt", uploaded_at=uploaded)
    async with assembled(world.settings()) as parts:
        await parts.stations.ledger.queue_versions("acme", [waiting], Lane.LIVE)
        await publish(parts)
        assert value(parts, "jobs", state="pending") == 1
        assert value(parts, "backlog_oldest_item_timestamp_seconds") == uploaded.timestamp()
        assert value(parts, "clamd_up", endpoint=world.clamd) == 1
        assert value(parts, "clamd_in_use", endpoint=world.clamd) == 1
        assert value(parts, "clamd_signatures_stale", endpoint=world.clamd) == 0
        assert value(parts, "clamd_versions") == 1
        assert value(parts, "spool_limit_bytes") == parts.settings.spool.max_total
        assert value(parts, "scan_slots") == parts.settings.workers.concurrency
        await publish(parts, scans=False)
        assert value(parts, "scan_slots") == 0, "what reads feeds only has none; alerts of engines leave it out"
        assert value(parts, "api_quota_used_requests", window="day") == 1


async def test_what_the_settings_ask_for_stands_beside_what_was_done(world: World) -> None:
    world.sections = {**world.sections, "reconcile": {"every": "7d"}, "probe": {"every": "30m"}}
    async with assembled(world.settings()) as parts:
        await publish(parts)
        assert value(parts, "domains") == 1
        assert value(parts, "walk_interval_seconds") == 7 * 86400
        assert value(parts, "walk_last_completed_timestamp_seconds") == 0
        assert value(parts, "coverage_statements_wanted") == 0
        assert value(parts, "probe_interval_seconds") == 0, "no domain has a folder for probes"
        assert value(parts, "webhooks_wanted") == 0


async def test_a_clamd_that_is_down_is_shown_as_down(world: World, new_clamd: StartClamd) -> None:
    world.clamd = new_clamd().address
    async with assembled(world.settings()) as parts:
        await publish(parts)
        assert value(parts, "clamd_up", endpoint=world.clamd) == 0
        assert value(parts, "clamd_in_use", endpoint=world.clamd) == 0


async def test_an_empty_queue_excuses_a_dispatcher_that_starts_nothing_and_work_does_not(world: World) -> None:
    async with assembled(world.settings()) as parts:
        await publish(parts)
        assert set(parts.heartbeats.due) == {"dispatcher", "exporter"}
        parts.heartbeats.due.clear()
        version = FileVersion("acme", GroupId("g"), EntryId("e"), "/Shared/a.txt")
        await parts.stations.ledger.queue_versions("acme", [version], Lane.LIVE)
        await publish(parts)
        assert set(parts.heartbeats.due) == {"exporter"}


async def test_content_that_comes_in_excuses_a_dispatcher_whose_slots_are_all_busy(world: World) -> None:
    async with assembled(world.settings()) as parts:
        version = FileVersion("acme", GroupId("g"), EntryId("e"), "/Shared/a.txt")
        await parts.stations.ledger.queue_versions("acme", [version], Lane.LIVE)
        with closing(parts.stations.spool.reserve(10)) as room:
            for chunk in (b"some", b"more"):
                room.write(chunk)
                await publish(parts)
                assert parts.heartbeats.due.pop("dispatcher") > parts.clock() + timedelta(seconds=LONGEST_WORK)
            await publish(parts)
            assert "dispatcher" not in parts.heartbeats.due


async def test_a_feed_counts_as_read_when_any_replica_read_it(world: World) -> None:
    async with assembled(world.settings()) as parts:
        await publish(parts)
        assert value(parts, LAST_POLL) == 0, "nobody has read it yet"
        handed_over, read_since = utc_now() - timedelta(hours=1), utc_now() - timedelta(minutes=9)
        parts.metrics.polled("acme", Poll((), None), handed_over)
        await publish(parts)
        assert value(parts, LAST_POLL) == handed_over.timestamp()
        await parts.stations.ledger.polls.record({"acme": read_since})
        await publish(parts)
        assert value(parts, LAST_POLL) == read_since.timestamp()
        await publish(parts)
        assert value(parts, LAST_POLL) == read_since.timestamp(), "what was read here before it does not come back"
