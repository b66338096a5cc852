"""One version from its ticket to the end, and what becomes of it when something is in the way."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from demo.clamd import PrivateClamd
from demo.samples import eicar
from scanner.errors import CloudUnavailable, Forbidden, Throttled
from scanner.model import EntryId
from scanner.pipeline.flow import settle
from tests.clamd import StartClamd
from tests.ledger.world import NOON
from tests.pipeline.bench import Bench, bench

GOOD, BAD = "/Shared/a.txt", "/Shared/a.com"


async def test_a_harmless_version_is_judged_in_one_go(flow: Bench) -> None:
    version = await flow.queue(GOOD, b"hello")
    assert await settle("acme", version.entry_id, flow.stations) is None
    assert (await flow.told(version), await flow.steps(version)) == (("clean", "", "judged"), [])


async def test_a_bad_version_is_judged_and_its_plan_is_carried_out(flow: Bench) -> None:
    version = await flow.queue(BAD, eicar())
    assert await settle("acme", version.entry_id, flow.stations) is None
    assert await flow.told(version) == ("infected", "Demo.Test.Eicar-Prefix.UNOFFICIAL", "judged")
    assert await flow.steps(version) == [
        ("revoke_links", "already_done"),
        ("quarantine", "success"),
        ("comment", "success"),
    ]
    assert flow.place(version).startswith("/Shared/Quarantine/")


async def test_a_ticket_for_work_that_is_done_or_unknown_does_nothing(flow: Bench) -> None:
    version = await flow.queue(GOOD, b"hello")
    await settle("acme", version.entry_id, flow.stations)
    for entry in (version.entry_id, EntryId("nobody-knows")):
        assert await settle("acme", entry, flow.stations) is None
    assert flow.cloud.opened == 1


async def test_without_an_engine_nothing_is_downloaded_and_no_attempt_is_used_up(
    tmp_path: Path, new_clamd: StartClamd
) -> None:
    async with bench(tmp_path, new_clamd().address, workers={"max_attempts": 1}) as flow:
        version = await flow.queue(GOOD, b"hello")
        for _ in range(3):
            assert await settle("acme", version.entry_id, flow.stations) is not None
        assert await flow.told(version) == ("unchecked", "engine-down", None)
        assert (flow.cloud.opened, (await flow.take(version)).attempts) == (0, 1)


@pytest.mark.parametrize(
    ("error", "reason", "seconds"),
    [
        (Throttled("slow down", 7.0, "qps"), "throttled", 7.0),
        (CloudUnavailable("no answer"), "cloud-unavailable", 2.0),
    ],
)
async def test_what_must_wait_comes_back_when_the_api_said_or_soon(
    flow: Bench, error: Exception, reason: str, seconds: float
) -> None:
    version = await flow.queue(GOOD, b"hello")
    flow.cloud.before["open_content"] = error
    assert await settle("acme", version.entry_id, flow.stations) == NOON + timedelta(seconds=seconds)
    assert await flow.told(version) == ("unchecked", reason, None)
    assert await settle("acme", version.entry_id, flow.stations) is None
    assert await flow.told(version) == ("clean", "", "judged")


async def test_a_missing_right_is_not_asked_about_again(flow: Bench) -> None:
    version = await flow.queue(GOOD, b"hello")
    flow.cloud.before["open_content"] = Forbidden("no", 403)
    assert await settle("acme", version.entry_id, flow.stations) is None
    assert await flow.told(version) == ("unchecked", "access-refused", "failed")


async def test_an_unforeseen_error_is_tried_again_and_counted_as_a_defect(flow: Bench) -> None:
    version = await flow.queue(GOOD, b"hello")
    flow.cloud.before["open_content"] = ZeroDivisionError()
    assert await settle("acme", version.entry_id, flow.stations) is not None
    assert await flow.told(version) == ("unchecked", "poison", None)
    assert flow.count("unhandled_exceptions_total", loop="dispatcher") == 1
    assert await settle("acme", version.entry_id, flow.stations) is None
    assert await flow.told(version) == ("clean", "", "judged")


async def test_a_version_on_which_too_many_starts_ended_without_a_result_is_given_up(
    tmp_path: Path, clamd: PrivateClamd
) -> None:
    async with bench(tmp_path, clamd.address, workers={"max_attempts": 2}) as flow:
        version = await flow.queue(GOOD, b"hello")
        for _ in range(2):
            await flow.take(version)  # and then the process dies
        assert await settle("acme", version.entry_id, flow.stations) is None
        assert (await flow.told(version), flow.cloud.opened) == (("unchecked", "poison", "failed"), 0)


async def test_a_replaced_version_is_superseded_and_the_newer_one_queued(flow: Bench) -> None:
    version = await flow.queue(GOOD, b"hello")
    newer = flow.cloud.tree.upload(GOOD, b"hello again")
    flow.cloud.tree.by_group(version.group_id).versions.pop(0)
    assert await settle("acme", version.entry_id, flow.stations) is None
    assert (await flow.told(version))[2] == "superseded"
    assert (await flow.ledger.explain(newer.entry_id))[0].state == "queued"


async def test_a_deleted_file_is_gone(flow: Bench) -> None:
    version = await flow.queue(GOOD, b"hello")
    flow.cloud.tree.delete(GOOD)
    await flow.read_feed()
    assert await settle("acme", version.entry_id, flow.stations) is None
    assert (await flow.told(version))[2] == "gone"
    assert flow.count("outcomes_total", outcome="gone") == 1


async def test_a_file_not_found_waits_for_the_feed_and_is_given_up_without_acts(
    tmp_path: Path, clamd: PrivateClamd
) -> None:
    policy = {"unchecked": ["quarantine", "comment"]}
    async with bench(tmp_path, clamd.address, workers={"max_attempts": 2}, policy=policy) as flow:
        version = await flow.queue(GOOD, b"hello")
        flow.cloud.tree.delete(GOOD)
        assert await settle("acme", version.entry_id, flow.stations) == NOON + timedelta(minutes=5)
        assert await flow.told(version) == ("unchecked", "not-found", None)
        assert await settle("acme", version.entry_id, flow.stations) is None
        assert (await flow.told(version), await flow.steps(version)) == (("unchecked", "not-found", "failed"), [])
        await flow.read_feed()
        assert (await flow.told(version))[2] == "gone"


async def test_a_worker_that_was_thought_dead_writes_nothing_more(flow: Bench) -> None:
    version = await flow.queue(GOOD, b"hello")
    database = flow.ledger.dispatch._database  # the claim of another worker, in the middle of ours

    def claimed_by_another() -> None:
        database.run_here(lambda connection: connection.exec_driver_sql("UPDATE work SET token = 'another'"))

    flow.cloud.before["open_content"] = claimed_by_another
    assert await settle("acme", version.entry_id, flow.stations) is None
    assert (await flow.told(version), await flow.steps(version)) == (("unchecked", "not-yet-scanned", None), [])
