"""All links to a file go, and what could not be taken back is said."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scanner.errors import BadAnswer, CloudUnavailable, Forbidden, RetryLater
from scanner.model import Step, StepKind, StepResult, StepState
from tests.remediation.world import ORIGIN, World, step

REVOKE = Step(StepKind.REVOKE_LINKS)


@pytest.fixture
def world() -> World:
    return World()


async def test_every_link_to_the_file_is_deleted_and_no_other(world: World) -> None:
    version, other = world.upload(ORIGIN), world.upload("/Shared/Kite/other.docx")
    gone = {world.link(version), world.link(version)}
    kept = world.link(other)

    result = await world.perform(version, step(REVOKE))
    assert result.state is StepState.SUCCESS
    assert set(result.detail["links"].split(",")) == gone
    assert [link.id for link in await world.twin.links("/Shared/Kite/other.docx")] == [kept]
    assert await world.twin.links(ORIGIN) == ()


@pytest.mark.parametrize("state", [StepState.PLANNED, StepState.INTENDED])
async def test_a_file_without_links_needs_nothing(world: World, state: StepState) -> None:
    version = world.upload(ORIGIN)

    assert await world.perform(version, step(REVOKE, state)) == StepResult(StepState.ALREADY_DONE, {"links": ""})


async def test_a_link_that_somebody_else_deletes_first_is_fine(world: World) -> None:
    version = world.upload(ORIGIN)
    link = world.link(version)
    cloud = world.scripted(delete_link=[lambda: world.unlink(link)])

    assert await world.perform(version, step(REVOKE), cloud) == StepResult(StepState.SUCCESS, {"links": link})


async def test_a_link_that_may_not_be_deleted_fails_the_step_after_the_others_are_gone(world: World) -> None:
    version = world.upload(ORIGIN)
    links = {world.link(version), world.link(version)}

    result = await world.perform(version, step(REVOKE), world.scripted(delete_link=[Forbidden("not yours", 403)]))
    (left,) = await world.twin.links(ORIGIN)
    assert result.state is StepState.FAILED
    assert result.detail == {
        "links": (links - {left.id}).pop(),
        "error": f"link {left.id} of {left.created_by}: not yours",
    }


async def test_the_ids_of_deleted_links_stay_known_though_the_look_after_it_is_refused(world: World) -> None:
    version = world.upload(ORIGIN)
    link = world.link(version)

    result = await world.perform(version, step(REVOKE), world.scripted(links=[None] * 3 + [Forbidden("no more", 403)]))
    assert result.state is StepState.SUCCESS
    assert (result.detail["links"], result.detail["unverified"]) == (link, "no more")


async def test_a_link_made_meanwhile_is_seen(world: World) -> None:
    version = world.upload(ORIGIN)
    first, second = world.link(version), []
    cloud = world.scripted(links=[None, lambda: second.append(world.link(version))])

    result = await world.perform(version, step(REVOKE), cloud)
    expected = {"links": first, "error": f"still there after deletion: {second[0]}"}
    assert result == StepResult(StepState.FAILED, expected)


async def test_the_ids_of_links_deleted_by_a_try_whose_result_was_lost_stay_known(world: World) -> None:
    version = world.upload(ORIGIN)
    links = [world.link(version), world.link(version)]
    noted: list[dict[str, str]] = []
    cloud = world.scripted(delete_link=[None, CloudUnavailable("no answer")])
    with pytest.raises(RetryLater):
        await world.perform(version, step(REVOKE), cloud, note=noted.append)
    assert noted == [{"links": ",".join(links)}]

    record = replace(step(REVOKE, StepState.INTENDED), detail=noted[0])
    assert (await world.perform(version, record)).detail["links"] == ",".join(links)
    assert (await world.perform(version, record)) == StepResult(StepState.ALREADY_DONE, {"links": ",".join(links)})


async def test_an_answer_about_one_link_that_makes_no_sense_keeps_no_other_from_being_deleted(world: World) -> None:
    version = world.upload(ORIGIN)
    links = {world.link(version), world.link(version)}
    result = await world.perform(version, step(REVOKE), world.scripted(delete_link=[BadAnswer("no JSON", 200)]))
    (left,) = await world.twin.links(ORIGIN)
    assert (result.state, result.detail["links"]) == (StepState.FAILED, (links - {left.id}).pop())
