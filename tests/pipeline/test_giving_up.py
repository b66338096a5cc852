"""A plan that is not to be carried out is closed, but what was done of it before stands in the journal as done."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from scanner.errors import CloudUnavailable, RetryLater
from scanner.pipeline.giving_up import MOST_LOOKS
from tests.pipeline.bench import Bench
from tests.pipeline.test_act import Planned, again, planned, states

IN_QUARANTINE = "/Shared/Quarantine/a.com"


async def with_a_lost_answer(flow: Bench, *, done: bool) -> Planned:
    """A plan whose move got no answer, whether it was made or not; then taken up anew."""
    order = await planned(flow)

    def lost() -> None:
        if done:
            flow.cloud.tree.add_folder("/Shared/Quarantine")
            flow.cloud.tree.move(flow.cloud.tree.by_group(order.version.group_id), IN_QUARANTINE)
        raise CloudUnavailable("no answer", 9.0)

    flow.cloud.before["move"] = lost
    await order.act(flow)
    return await again(flow, order)


def given_up(flow: Bench, order: Planned, why: str, attempts: int = 1) -> Planned:
    """As the next start finds it: in a dry run, or after so many starts beyond the last."""
    settings = flow.stations.settings
    if why == "a dry run":
        mode = settings.remediation.model_copy(update={"mode": "dry-run"})
        flow.stations.settings = settings.model_copy(update={"remediation": mode})
        return order
    return replace(order, run=replace(order.run, attempts=settings.workers.max_attempts + attempts))


WHYS = pytest.mark.parametrize(("why", "rest"), [("a dry run", "dry_run"), ("too many starts", "failed")])


@WHYS
async def test_a_move_that_was_made_is_recorded_and_can_be_undone(flow: Bench, why: str, rest: str) -> None:
    order = given_up(flow, await with_a_lost_answer(flow, done=True), why)
    assert await order.act(flow) is None
    assert await flow.steps(order.version) == states("already_done", "already_done", rest)
    (row,) = await flow.ledger.quarantined()
    assert (row.origin, row.path, flow.cloud.tree.notes) == ("/Shared/a.com", IN_QUARANTINE, [])


@WHYS
async def test_a_move_that_was_not_made_is_not_made_now(flow: Bench, why: str, rest: str) -> None:
    order = given_up(flow, await with_a_lost_answer(flow, done=False), why)
    assert await order.act(flow) is None
    assert await flow.steps(order.version) == states("already_done", rest, rest)
    assert (await flow.ledger.quarantined(), flow.place(order.version)) == ([], "/Shared/a.com")


async def test_links_that_came_into_being_meanwhile_are_told_and_left(flow: Bench) -> None:
    order = given_up(flow, await with_a_lost_answer(flow, done=True), "a dry run")
    flow.cloud.tree.share(IN_QUARANTINE)
    await order.act(flow)
    (found,) = await flow.ledger.explain(order.version.entry_id)
    assert found.steps[1]["detail"]["links_left"].endswith(": nothing is to be changed now")
    assert len(flow.cloud.tree.links) == 1


@WHYS
async def test_a_file_that_is_gone_without_a_word_is_no_step_of_ours(flow: Bench, why: str, rest: str) -> None:
    order = given_up(flow, await with_a_lost_answer(flow, done=False), why)
    flow.cloud.tree.delete("/Shared/a.com")
    assert await order.act(flow) is None
    assert await flow.steps(order.version) == states("already_done", rest, rest)


def away(flow: Bench) -> Any:
    flow.cloud.before["file"] = CloudUnavailable("no answer", 9.0)


async def test_what_cannot_be_looked_at_now_is_looked_at_later(flow: Bench) -> None:
    order = given_up(flow, await with_a_lost_answer(flow, done=True), "a dry run")
    away(flow)
    with pytest.raises(RetryLater):
        await order.act(flow)
    assert await flow.steps(order.version) == states("already_done", "intended", "planned")


async def test_a_look_that_ends_the_process_each_time_is_not_repeated_for_ever(flow: Bench) -> None:
    order = await with_a_lost_answer(flow, done=True)
    order = given_up(flow, order, "too many starts", MOST_LOOKS + 1)
    away(flow)
    assert await order.act(flow) is None
    assert await flow.steps(order.version) == states("already_done", "failed", "failed")
