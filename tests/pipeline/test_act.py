"""A recorded plan is performed in order, held as a whole, finished once begun, and never told untruly."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from demo.clamd import PrivateClamd
from demo.samples import eicar
from scanner.errors import CloudUnavailable, Forbidden
from scanner.judge.plan import plan
from scanner.ledger.orders.holding import Decision
from scanner.ledger.tables import tickets
from scanner.model import FileVersion, Run, StepRecord, StepResult, StepState, Verdict
from scanner.pipeline.act import HELD_WAIT, act
from tests.ledger.world import NOON, infected
from tests.pipeline.bench import Bench, bench

FILE = "/Shared/a.com"
KINDS = ("revoke_links", "quarantine", "comment")


@dataclass(frozen=True)
class Planned:
    """A version with a verdict and a plan in the ledger, of which nothing is done yet."""

    version: FileVersion
    run: Run
    verdict: Verdict
    steps: tuple[StepRecord, ...]

    async def act(self, flow: Bench) -> datetime | None:
        return await act(self.run, self.verdict, self.steps, flow.stations)


async def planned(flow: Bench, path: str = FILE) -> Planned:
    version = await flow.queue(path, eicar())
    run, verdict = await flow.take(version), infected(version, "Demo.Test.Eicar")
    decided = plan(verdict, flow.stations.settings.policy, "/Shared/Quarantine", NOON, "svc-scanner")
    return Planned(version, run, verdict, await flow.ledger.record_verdict(run, verdict, decided))


def states(*all_of: str) -> list[tuple[str, str]]:
    return list(zip(KINDS, all_of, strict=True))


async def test_all_steps_are_done_in_order(flow: Bench) -> None:
    order = await planned(flow)
    assert await order.act(flow) is None
    assert await flow.steps(order.version) == states("already_done", "success", "success")
    assert flow.place(order.version).startswith("/Shared/Quarantine/2026-03-04/")
    assert flow.count("steps_total", step="quarantine", result="success") == 1


async def test_a_plan_of_which_nothing_is_open_asks_nobody(flow: Bench) -> None:
    order = replace(await planned(flow), steps=())
    flow.cloud.before["file"] = AssertionError("nobody may ask")
    assert (await order.act(flow), flow.place(order.version)) == (None, FILE)


@pytest.mark.parametrize(
    ("sections", "state"),
    [({"remediation": {"mode": "dry-run"}}, "dry_run"), ({"workers": {"max_attempts": 1}}, "failed")],
    ids=["a dry run", "too many starts without a result"],
)
async def test_some_plans_are_closed_without_an_act(
    tmp_path: Path, clamd: PrivateClamd, sections: dict[str, Any], state: str
) -> None:
    async with bench(tmp_path, clamd.address, **sections) as flow:
        order = await planned(flow)
        assert await replace(order, run=replace(order.run, attempts=2)).act(flow) is None
        assert (await flow.steps(order.version), flow.place(order.version)) == (states(state, state, state), FILE)


async def test_beyond_the_brake_a_whole_plan_is_held_until_a_person_decides(
    tmp_path: Path, clamd: PrivateClamd
) -> None:
    async with bench(tmp_path, clamd.address, remediation={"max_per_hour": 1}) as flow:
        assert await (await planned(flow)).act(flow) is None
        held = await planned(flow, "/Shared/b.com")
        assert await held.act(flow) == NOON + HELD_WAIT
        assert await flow.steps(held.version) == states("braked", "braked", "braked")
        assert flow.place(held.version) == "/Shared/b.com"
        (plan,) = await flow.ledger.holds.plans()
        assert (plan.rules, plan.signatures, plan.brake) == ((), ("Demo.Test.Eicar",), "hour")


async def again(flow: Bench, order: Planned) -> Planned:
    """The same plan, as the next worker that takes it up gets it."""
    run = await flow.take(order.version)
    return replace(order, run=run, steps=run.steps)


async def held(flow: Bench, decision: Decision) -> Planned:
    """A plan that was held, and decided on since."""
    await (await planned(flow)).act(flow)
    order = await planned(flow, "/Shared/b.com")
    await order.act(flow)
    (plan,) = await flow.ledger.holds.plans()
    await flow.ledger.holds.decide([plan.id], decision, by="jdoe", because="looked")
    return await again(flow, order)


async def test_an_approved_plan_goes_on_as_any_other(tmp_path: Path, clamd: PrivateClamd) -> None:
    async with bench(tmp_path, clamd.address, remediation={"max_per_hour": 1}) as flow:
        order = await held(flow, Decision.APPROVED)
        assert await order.act(flow) is None
        assert await flow.steps(order.version) == states("already_done", "success", "success")


async def test_an_approved_plan_is_due_at_once_also_where_people_were_told_that_it_waits(
    tmp_path: Path, clamd: PrivateClamd
) -> None:
    (tmp_path / "secret").write_text("guards-nothing")
    receiver = {"name": "soc", "url": "https://siem.example.com/x", "secret_file": str(tmp_path / "secret")}
    told = {"policy": {"infected": ["quarantine", "notify"]}, "notify": [receiver]}
    async with bench(tmp_path, clamd.address, remediation={"max_per_hour": 1}, **told) as flow:
        await (await planned(flow)).act(flow)
        order = await planned(flow, "/Shared/b.com")
        due = await order.act(flow)
        assert due is not None
        await flow.ledger.defer(order.run, None, due, counts=False)
        assert await flow.steps(order.version) == [("quarantine", "braked"), ("notify", "success")]
        (plan,) = await flow.ledger.holds.plans()
        await flow.ledger.holds.decide([plan.id], Decision.APPROVED, by="jdoe", because="looked")
        due_at = await flow.ledger._db.read(lambda c: c.scalars(select(tickets.c.execute_after)).all())
        assert max(due_at) == NOON.timestamp()


async def test_an_approved_plan_still_acts_on_the_version_judged_alone(tmp_path: Path, clamd: PrivateClamd) -> None:
    async with bench(tmp_path, clamd.address, remediation={"max_per_hour": 1}) as flow:
        order = await held(flow, Decision.APPROVED)
        flow.cloud.tree.upload("/Shared/b.com", b"harmless now")
        assert await order.act(flow) is None
        assert await flow.steps(order.version) == states("superseded", "superseded", "superseded")
        assert flow.place(order.version) == "/Shared/b.com"


async def test_a_dropped_plan_ends_without_an_act_also_when_that_was_cut_off(
    tmp_path: Path, clamd: PrivateClamd
) -> None:
    async with bench(tmp_path, clamd.address, remediation={"max_per_hour": 1}) as flow:
        order = await held(flow, Decision.DROPPED)
        await flow.ledger.record_step(order.run, order.steps[0].id, StepResult(StepState.DROPPED))
        order = await again(flow, order)
        assert await order.act(flow) is None
        assert await flow.steps(order.version) == states("dropped", "dropped", "dropped")
        assert flow.place(order.version) == "/Shared/b.com"


async def test_what_flags_a_large_share_of_the_traffic_is_held_also_far_below_the_other_limits(
    tmp_path: Path, clamd: PrivateClamd
) -> None:
    async with bench(tmp_path, clamd.address, remediation={"share_min_found": 3, "share_min_judged": 3}) as flow:
        orders = [await planned(flow, f"/Shared/{name}.com") for name in "abc"]
        assert await orders[0].act(flow) == NOON + HELD_WAIT
        (plan,) = await flow.ledger.holds.plans()
        assert (plan.brake, plan.reason[:36]) == ("share", "Demo.Test.Eicar flags 3 of the 3 ver")


async def test_a_plan_that_only_tells_people_is_not_held(tmp_path: Path, clamd: PrivateClamd) -> None:
    sections = {"remediation": {"max_per_hour": 1}, "policy": {"infected": ["comment"]}}
    async with bench(tmp_path, clamd.address, **sections) as flow:
        for name in "abc":
            order = await planned(flow, f"/Shared/{name}.com")
            assert await order.act(flow) is None
            assert await flow.steps(order.version) == [("comment", "success")]


async def test_a_plan_that_has_begun_is_finished_whatever_the_brake_says(tmp_path: Path, clamd: PrivateClamd) -> None:
    async with bench(tmp_path, clamd.address, remediation={"max_per_hour": 1}) as flow:
        await (await planned(flow)).act(flow)
        order = await planned(flow, "/Shared/b.com")
        await flow.ledger.begin_step(order.run, order.steps[0].id)
        begun = (replace(order.steps[0], state=StepState.INTENDED), *order.steps[1:])
        assert await replace(order, steps=begun).act(flow) is None
        assert await flow.steps(order.version) == states("already_done", "success", "success")


async def test_a_step_that_must_wait_leaves_the_rest_open(flow: Bench) -> None:
    order = await planned(flow)
    flow.cloud.before["move"] = CloudUnavailable("no answer", 9.0)
    assert await order.act(flow) == NOON + timedelta(seconds=9)
    assert await flow.steps(order.version) == states("already_done", "intended", "planned")


async def test_where_a_file_was_is_known_also_when_the_result_of_its_move_is_lost(flow: Bench) -> None:
    order = await planned(flow)
    flow.cloud.tree.add_folder("/Shared/Secret")
    flow.cloud.tree.move(flow.cloud.tree.by_group(order.version.group_id), "/Shared/Secret/a.com")
    flow.cloud.before["move"] = CloudUnavailable("no answer", 9.0)
    await order.act(flow)
    flow.cloud.tree.add_folder("/Shared/Quarantine")
    flow.cloud.tree.move(flow.cloud.tree.by_group(order.version.group_id), "/Shared/Quarantine/a.com")
    await (await again(flow, order)).act(flow)
    (row,) = await flow.ledger.quarantined()
    assert row.origin == "/Shared/Secret/a.com"


async def test_after_a_move_that_failed_no_comment_says_that_the_file_was_moved(flow: Bench) -> None:
    order = await planned(flow)
    flow.cloud.before["move"] = Forbidden("no right", 403)
    assert await order.act(flow) is None
    assert await flow.steps(order.version) == states("already_done", "failed", "failed")
    assert flow.cloud.tree.notes == []


async def test_a_newer_version_found_in_between_stops_the_rest_and_is_queued(flow: Bench) -> None:
    order = await planned(flow)
    newer = flow.cloud.tree.upload(FILE, b"harmless now")
    assert await order.act(flow) is None
    assert await flow.steps(order.version) == states("superseded", "superseded", "superseded")
    assert (await flow.ledger.explain(newer.entry_id))[0].state == "queued"
    assert flow.place(order.version) == FILE


async def test_a_bad_file_that_is_not_found_is_asked_for_until_its_deletion_is_told(flow: Bench) -> None:
    order = await planned(flow)
    flow.cloud.tree.delete(FILE)
    assert await order.act(flow) == NOON + timedelta(minutes=5)
    assert await flow.steps(order.version) == states("intended", "intended", "planned")
    await flow.read_feed()
    assert await order.act(flow) is None
    assert await flow.steps(order.version) == states("already_done", "already_done", "already_done")


async def test_a_bad_file_that_is_hidden_for_good_fails_the_plan_instead_of_ending_it(
    tmp_path: Path, clamd: PrivateClamd
) -> None:
    async with bench(tmp_path, clamd.address, workers={"max_attempts": 1}) as flow:
        order = await planned(flow)
        flow.cloud.tree.delete(FILE)
        assert await order.act(flow) is None
        assert await flow.steps(order.version) == states("failed", "failed", "failed")
