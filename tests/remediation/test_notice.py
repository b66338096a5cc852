"""Comments: on the file where it is now, and never twice."""

from __future__ import annotations

import pytest

from scanner.model import EntryId, FileVersion, GroupId, Step, StepKind, StepResult, StepState
from scanner.remediation.notice import marker_of, release_body
from scanner.remediation.step import UndoOrder
from tests.remediation.world import ACCOUNT, DESTINATION, FOLDER, ORIGIN, World, step

BODY = "This file contains malware. [scanner acme/e1]"
COMMENT = Step(StepKind.COMMENT, {"body": BODY})
MOVE = Step(StepKind.QUARANTINE, {"destination": DESTINATION})


@pytest.fixture
def world() -> World:
    return World()


async def test_a_comment_goes_to_where_the_file_is_now(world: World) -> None:
    version = world.upload(ORIGIN)
    await world.perform(version, step(MOVE))

    result = await world.perform(version, step(COMMENT))
    (note,) = await world.twin.notes(DESTINATION)
    assert result == StepResult(StepState.SUCCESS, {"note_id": note.id, "path": DESTINATION})
    assert (note.message, note.username) == (BODY, ACCOUNT.username)


async def test_a_comment_that_was_perhaps_made_is_looked_for_before_a_repeat(world: World) -> None:
    version = world.upload(ORIGIN)
    first = await world.perform(version, step(COMMENT))

    again = await world.perform(version, step(COMMENT, StepState.INTENDED))
    assert again == StepResult(StepState.ALREADY_DONE, first.detail)
    assert len(await world.twin.notes(ORIGIN)) == 1


async def test_a_comment_that_was_not_made_after_all_is_made(world: World) -> None:
    version = world.upload(ORIGIN)
    world.note(version, "Nice plan.", by=ACCOUNT.username)

    again = await world.perform(version, step(COMMENT, StepState.INTENDED))
    assert again.state is StepState.SUCCESS
    assert [note.message for note in await world.twin.notes(ORIGIN)].count(BODY) == 1


async def test_somebody_elses_comment_with_our_marker_does_not_silence_us(world: World) -> None:
    version = world.upload(ORIGIN)
    world.note(version, BODY, by="pnovak")

    again = await world.perform(version, step(COMMENT, StepState.INTENDED))
    assert again.state is StepState.SUCCESS


async def test_a_first_comment_costs_no_look_at_the_others(world: World) -> None:
    version = world.upload(ORIGIN)
    cloud = world.scripted()
    await world.perform(version, step(COMMENT), cloud)

    assert cloud.calls == ["file", "add_note"]


def test_the_marker_is_the_last_bracket_of_ours() -> None:
    assert marker_of(f"[scanner x/y] {BODY}") == "[scanner acme/e1]"
    assert marker_of("no marker") == "no marker"


def test_a_release_is_told_in_one_short_line_whatever_the_reason() -> None:
    version = FileVersion("acme", GroupId("g"), EntryId("e1"), ORIGIN)
    body = release_body(version, UndoOrder(FOLDER, ACCOUNT, "false\n\talarm " + "x" * 5_000, "amiller", id=7))

    assert body.startswith("This file was released from quarantine by amiller: false alarm xxx")
    assert body.endswith("xxx [scanner release 7 acme/e1]")
    assert len(body) == 1_000


def test_an_owner_learns_that_links_are_lost_however_long_the_reason_is() -> None:
    version = FileVersion("acme", GroupId("g"), EntryId("e1"), ORIGIN)
    body = release_body(version, UndoOrder(FOLDER, ACCOUNT, "x" * 5_000, "amiller", id=7, links_lost=True))

    assert body.endswith("xxx Links to it were deleted and have to be made anew. [scanner release 7 acme/e1]")
    assert len(body) == 1_000
