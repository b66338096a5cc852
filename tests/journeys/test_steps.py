"""Every step of a remediation before a real API: what it leaves, that its events are known as ours, and its undoing."""

from __future__ import annotations

import json
from typing import Any

import pytest

from demo import samples
from scanner.cloud.client import EgnyteClient
from scanner.model import EntryId, FileVersion, GroupId, Step, StepKind, StepRecord, StepResult, StepState
from scanner.remediation.step import UndoOrder
from scanner.remediation.steps import undo
from tests.journeys.world import QUARANTINE, World

PATH = "/Shared/Projects/eicar.com"
TEXT = f"{PATH}.removed.txt"
MOVE = {"route": "/fs/ids/file", "method": "POST"}
LINKS = {"route": "/v2/links", "method": "GET"}


def policy(world: World, *steps: str) -> None:
    world.sections["policy"] = {"infected": list(steps)}


def at(world: World, path: str) -> dict[str, Any]:
    (found,) = [file for file in world.state()["files"] if file["path"] == path]
    return dict(found)


async def settled(world: World) -> None:
    """All work is done, and reading what it caused brings no more."""
    await world.all_of()
    assert (await world.once()).unfinished == []


def records(world: World) -> list[StepRecord]:
    """The plan as the ledger has it."""
    query = "SELECT id, kind, params, state, detail FROM steps ORDER BY id"
    return [
        StepRecord(number, Step(StepKind(kind), json.loads(params)), StepState(state), json.loads(detail))
        for number, kind, params, state, detail in world.rows(query)
    ]


async def undone(world: World, ids: dict[str, Any]) -> dict[str, StepResult]:
    """The results of undoing all that has an undo, the last step first."""
    domain = world.settings().domains[0]
    cloud = EgnyteClient(domain)
    version = FileVersion("acme", GroupId(ids["group_id"]), EntryId(ids["entry_id"]), PATH)
    order = UndoOrder(QUARANTINE, await cloud.account(), "false alarm", "jdoe", id=7)
    results = {}
    for record in reversed(records(world)):
        results[record.step.kind.value] = await undo(cloud, version, record, order)
    await cloud.close()
    return results


async def test_all_that_can_be_done_about_a_file_in_quarantine_is_done_and_can_be_taken_back(world: World) -> None:
    policy(world, "tombstone", "tag", "comment", "lock", "quarantine", "revoke_links")
    ids = world.upload(PATH, samples.eicar())
    world.act("add_link", path=PATH, accessibility="anyone")
    await settled(world)

    kinds = ["revoke_links", "quarantine", "lock", "comment", "tag", "tombstone"]
    assert world.steps() == [(kind, "success") for kind in kinds]
    place = world.places()[ids["group_id"]]
    assert place.startswith(QUARANTINE)
    assert (at(world, TEXT)["versions"][0]["uploaded_by"], world.state()["links"]) == ("svc-scanner", [])
    assert await world.kinds() == {PATH: "infected"}
    assert world.skipped()["own_action"] == 3, "the move, the comment, the text"

    results = await undone(world, ids)
    assert {kind: result.state.value for kind, result in results.items()} == {
        "tombstone": "success", "tag": "success", "comment": "failed", "lock": "success", "quarantine": "success",
        "revoke_links": "failed",
    }  # fmt: skip
    assert world.places() == {ids["group_id"]: PATH}


async def test_a_deleted_file_leaves_a_text_and_comes_back_from_the_trash(world: World) -> None:
    policy(world, "delete", "tombstone", "revoke_links", "comment", "quarantine")
    ids = world.upload(PATH, samples.eicar())
    await settled(world)

    assert world.steps() == [("revoke_links", "already_done"), ("delete", "success"), ("tombstone", "success")]
    assert list(world.places().values()) == [TEXT]
    assert world.skipped()["own_action"] == 2

    results = await undone(world, ids)
    assert (results["delete"].state, results["tombstone"].state) == (StepState.SUCCESS, StepState.SUCCESS)
    assert world.places() == {ids["group_id"]: PATH}


async def test_a_file_goes_back_to_its_last_clean_version_and_its_owner_is_told(world: World) -> None:
    policy(world, "revert", "quarantine", "lock", "tag", "comment", "delete")
    world.upload(PATH, b"good")
    await settled(world)
    ids = world.upload(PATH, samples.eicar())
    policy(world, "revert", "quarantine", "lock", "tag", "comment")
    await settled(world)

    assert world.steps() == [
        ("revert", "success"), ("quarantine", "superseded"), ("lock", "superseded"), ("comment", "success"),
        ("tag", "superseded"),
    ]  # fmt: skip
    assert [one["size"] for one in at(world, PATH)["versions"]] == [4]
    (note,) = world.state()["notes"]
    assert "That version was deleted, and the last one found clean is in its place" in note["body"]
    assert sorted(row.kind for row in await world.verdicts()) == ["clean", "infected"]

    assert (await undone(world, ids))["revert"].state is StepState.SUCCESS
    assert at(world, PATH)["versions"][-1]["entry_id"] == ids["entry_id"]


async def test_where_nothing_clean_is_below_the_rest_of_the_plan_is_done(world: World) -> None:
    policy(world, "revert", "quarantine", "comment")
    group = world.upload(PATH, samples.eicar())["group_id"]
    await settled(world)
    assert world.steps() == [("revert", "failed"), ("quarantine", "success"), ("comment", "success")]
    assert world.places()[group].startswith(QUARANTINE)


async def test_what_somebody_puts_upon_a_text_of_ours_is_scanned(world: World) -> None:
    policy(world, "quarantine", "tombstone")
    world.upload(PATH, samples.eicar())
    await settled(world)
    world.upload(TEXT, samples.eicar() + b"\n")
    await settled(world)
    assert sorted((await world.kinds()).items()) == [(PATH, "infected"), (TEXT, "infected")]


async def test_a_dry_run_plans_all_of_them_and_acts_on_nothing(world: World) -> None:
    kinds = ["revoke_links", "revert", "quarantine", "lock", "comment", "tag", "tombstone"]
    policy(world, *kinds)
    world.sections["remediation"] = {"mode": "dry-run"}
    group = world.upload(PATH, samples.eicar())["group_id"]
    await settled(world)
    assert world.steps() == [(kind, "dry_run") for kind in kinds]
    assert (world.places(), world.state()["notes"]) == ({group: PATH}, [])
    assert {one["method"] for one in world.requests()} == {"GET"}


@pytest.mark.parametrize("call", [MOVE, {**LINKS, "skip": 1}], ids=["before the move", "while folders are looked at"])
async def test_a_link_made_after_revoking_is_revoked_as_well(world: World, call: dict[str, Any]) -> None:
    policy(world, "revoke_links", "quarantine", "comment")
    world.upload(PATH, samples.eicar())
    share = {"as": "pnovak", "source": "WebUI", "action": "add_link", "path": PATH, "accessibility": "anyone"}
    world.fault(**call, count=1, act=share)
    await settled(world)
    assert world.state()["links"] == []
    assert [bool(record.detail.get("late_links")) for record in records(world)] == [False, True, False]


async def test_links_of_folders_above_are_told_and_left(world: World) -> None:
    policy(world, "revoke_links", "quarantine", "comment")
    world.upload(PATH, samples.eicar())
    world.act("add_link", path="/Shared/Projects", type="folder", accessibility="anyone")
    await settled(world)
    (link,) = world.state()["links"]
    (note,) = world.state()["notes"]
    assert records(world)[0].detail == {"links": "", "folder_links": link["id"]}
    assert "It could also be opened through a link to a folder above it. [scanner acme/" in note["body"]


REFUSED = {"status": 403, "body": {"errorMessage": "You do not have permission to perform this action"}}
ROUTES = {
    "revoke_links": ("/v2/links", "GET"),
    "revert": ("/fs/ids/file/[^/]*entry_id", "DELETE"),
    "quarantine": ("/fs/ids/file", "POST"),
    "lock": ("/fs/ids/file", "POST"),
    "comment": ("/notes", "POST"),
    "tag": ("/properties", "PUT"),
    "delete": ("/fs/ids/file", "DELETE"),
    "tombstone": ("/fs-content", "POST"),
}


@pytest.mark.parametrize("kind", ROUTES)
@pytest.mark.parametrize("fault", [REFUSED, {"status": 400, "body": "<h1>no</h1>"}], ids=["forbidden", "bad request"])
async def test_a_step_that_is_refused_fails_and_does_not_keep_others_from_being_done(
    world: World, kind: str, fault: dict[str, Any]
) -> None:
    world.upload(PATH, b"good")
    await settled(world)
    others = ("quarantine", "tombstone") if kind == "tombstone" else ()
    policy(world, *dict.fromkeys([kind, *others, *(() if kind == "delete" else ("comment",))]))
    route, method = ROUTES[kind]
    world.upload(PATH, samples.eicar())
    world.fault(route=route, method=method, **fault)
    await settled(world)
    states = dict(world.steps())
    assert states.pop(kind) == "failed"
    assert set(states.values()) <= ({"failed"} if kind == "quarantine" else {"success"})


@pytest.mark.parametrize("kind", ROUTES)
@pytest.mark.parametrize(
    "fault",
    [{"status": 503, "count": 3}, {"throttle": "day", "count": 1}, {"cut_after": 0, "count": 1}],
    ids=["unavailable", "quota gone", "cut"],
)
async def test_a_step_that_meets_what_passes_is_done_once_and_so_are_the_others(
    world: World, kind: str, fault: dict[str, Any]
) -> None:
    world.upload(PATH, b"good")
    await settled(world)
    others = ("quarantine", "tombstone") if kind == "tombstone" else ()
    policy(world, *dict.fromkeys([kind, *others, *(() if kind == "delete" else ("comment",))]))
    route, method = ROUTES[kind]
    world.upload(PATH, samples.eicar())
    world.fault(route=route, method=method, **fault)
    await settled(world)
    assert {state for _, state in world.steps()} <= {"success", "already_done"}
    assert len(world.state()["notes"]) == (0 if kind == "delete" else 1)
