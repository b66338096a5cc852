"""Move, folder and comment whose answer is lost, late or a refusal: the state is read before anything is repeated."""

from __future__ import annotations

from typing import Any

import pytest

from scanner.cloud.port import FileInfo, FolderInfo, Priority
from scanner.errors import BadAnswer, CloudRefused, CloudUnavailable, Conflict, Forbidden, NotFound
from scanner.model import GroupId
from tests.cloud.egnyte import FOLDER, Egnyte

PLAN = f"{FOLDER}/plan.txt"
TARGET = f"{FOLDER}/plan.q"
NEW = f"{FOLDER}/New"
MOVE = r"^/pubapi/v1/fs/ids/file/"
ADD = r"/New$"
NOTES = r"^/pubapi/v1/notes"
LOST: list[dict[str, Any]] = [{"cut_after": 0}, {"delay": 1.0}, {"status": 504, "body": "<h1>Gateway</h1>"}]
"""The act was not carried out."""
UNHEARD: list[dict[str, Any]] = [{"cut_after": 1}, {"stall_after": 1, "stall": 1.0}]
"""The act was carried out, but the answer never came."""


@pytest.fixture
def group(egnyte: Egnyte) -> GroupId:
    return GroupId(egnyte.put(PLAN)["group_id"])


def posts(egnyte: Egnyte) -> int:
    return sum(1 for request in egnyte.requests() if request.startswith("POST"))


@pytest.mark.parametrize("fault", LOST)
async def test_a_move_that_was_lost_is_repeated_after_a_look(egnyte: Egnyte, group: GroupId, fault: Any) -> None:
    egnyte.fault(route=MOVE, method="POST", count=1, **fault)

    assert await egnyte.cloud.move(group, TARGET) == TARGET
    assert [name for name, _, _ in egnyte.seen.calls] == ["move", "file", "move"]
    assert (await egnyte.look(group)).path == TARGET


@pytest.mark.parametrize("fault", UNHEARD)
async def test_a_move_that_was_not_heard_of_is_not_repeated(egnyte: Egnyte, group: GroupId, fault: Any) -> None:
    egnyte.fault(route=MOVE, method="POST", count=1, **fault)

    assert await egnyte.cloud.move(group, TARGET) == TARGET
    assert posts(egnyte) == 1


async def test_a_move_that_was_carried_out_late_is_a_success(egnyte: Egnyte, group: GroupId) -> None:
    late = {"as": "svc-scanner", "action": "move", "group_id": group, "destination": TARGET}
    egnyte.fault(route=MOVE, method="POST", count=1, status=504)
    egnyte.fault(route=MOVE, method="POST", count=1, act=late, status=403)

    assert await egnyte.cloud.move(group, TARGET) == TARGET
    assert posts(egnyte) == 2


async def test_a_move_that_is_always_lost_is_told_after_two(egnyte: Egnyte, group: GroupId) -> None:
    egnyte.fault(route=MOVE, method="POST", status=503)

    with pytest.raises(CloudUnavailable, match="move: "):
        await egnyte.cloud.move(group, TARGET)
    assert posts(egnyte) == 2


async def test_a_move_whose_answer_nobody_understands_is_looked_at(egnyte: Egnyte, group: GroupId) -> None:
    egnyte.fault(route=MOVE, method="POST", status=200, body="done")

    with pytest.raises(BadAnswer):
        await egnyte.cloud.move(group, TARGET)
    assert posts(egnyte) == 1

    act = {"as": "svc-scanner", "action": "move", "group_id": group, "destination": TARGET}
    egnyte.control("DELETE", "faults")
    egnyte.fault(route=MOVE, method="POST", act=act, status=200, body="done")
    assert await egnyte.cloud.move(group, TARGET) == TARGET


async def test_a_throttled_move_is_repeated_without_a_look(egnyte: Egnyte, group: GroupId) -> None:
    egnyte.fault(route=MOVE, method="POST", throttle="qps", count=1)

    assert await egnyte.cloud.move(group, TARGET) == TARGET
    assert egnyte.seen.codes("file") == []


@pytest.mark.parametrize("status", [403, 405, 409])
async def test_a_refused_move_to_a_taken_name_is_a_conflict(egnyte: Egnyte, group: GroupId, status: int) -> None:
    egnyte.put(TARGET)
    egnyte.fault(route=MOVE, method="POST", status=status)

    with pytest.raises(Conflict, match=r"the name .* is taken") as raised:
        await egnyte.cloud.move(group, TARGET)
    assert raised.value.status == status


@pytest.mark.parametrize("status", [403, 405, 409])
async def test_a_refused_move_of_a_file_that_is_there_already_is_success(
    egnyte: Egnyte, group: GroupId, status: int
) -> None:
    egnyte.act("move", path=PLAN, destination=TARGET)
    egnyte.fault(route=MOVE, method="POST", status=status)

    assert await egnyte.cloud.move(group, TARGET.upper().replace("/SHARED", "/Shared")) == TARGET


@pytest.mark.parametrize(
    ("status", "kind"), [(403, Forbidden), (409, Conflict), (400, CloudRefused), (413, CloudRefused)]
)
async def test_a_move_refused_for_another_reason_is_told(
    egnyte: Egnyte, group: GroupId, status: int, kind: type[CloudRefused]
) -> None:
    egnyte.fault(route=MOVE, method="POST", status=status, body={"errorMessage": "because"})

    with pytest.raises(kind, match="because"):
        await egnyte.cloud.move(group, TARGET)
    assert posts(egnyte) == 1


@pytest.mark.parametrize("status", [403, 409])
async def test_a_locked_file_is_a_conflict_whatever_the_status(egnyte: Egnyte, group: GroupId, status: int) -> None:
    egnyte.switch(locked_status=status)
    egnyte.act("lock", path=PLAN)

    with pytest.raises(Conflict, match="is locked"):
        await egnyte.cloud.move(group, TARGET)


@pytest.mark.parametrize("status", [404, 409])
async def test_a_missing_folder_is_a_conflict_whatever_the_status(egnyte: Egnyte, group: GroupId, status: int) -> None:
    egnyte.switch(missing_parent_status=status)

    with pytest.raises(Conflict):
        await egnyte.cloud.move(group, "/Shared/Missing/plan.q")


@pytest.mark.parametrize("fault", LOST)
async def test_a_folder_that_was_lost_is_added_after_a_look(egnyte: Egnyte, fault: Any) -> None:
    egnyte.fault(route=ADD, method="POST", count=1, **fault)

    assert (await egnyte.cloud.add_folder(NEW)).path == NEW
    assert [name for name, _, _ in egnyte.seen.calls] == ["add_folder", "at_path", "add_folder"]


@pytest.mark.parametrize("fault", UNHEARD)
async def test_a_folder_that_was_not_heard_of_is_not_added_again(egnyte: Egnyte, fault: Any) -> None:
    egnyte.fault(route=ADD, method="POST", count=1, **fault)

    assert (await egnyte.cloud.add_folder(NEW)).path == NEW
    assert posts(egnyte) == 1


async def test_a_folder_that_is_always_lost_is_told_after_two(egnyte: Egnyte) -> None:
    egnyte.fault(route=ADD, method="POST", status=503)

    with pytest.raises(CloudUnavailable):
        await egnyte.cloud.add_folder(NEW)
    assert posts(egnyte) == 2


@pytest.mark.parametrize("status", [403, 405, 409])
async def test_a_folder_that_is_there_is_success_whatever_the_status(egnyte: Egnyte, status: int) -> None:
    first = await egnyte.cloud.add_folder(NEW)
    egnyte.fault(route=ADD, method="POST", status=status)

    assert await egnyte.cloud.add_folder(NEW) == first


@pytest.mark.parametrize(("status", "kind"), [(403, Forbidden), (405, CloudRefused), (409, Conflict), (404, NotFound)])
async def test_a_folder_that_is_not_there_was_refused(egnyte: Egnyte, status: int, kind: type[CloudRefused]) -> None:
    egnyte.fault(route=ADD, method="POST", status=status)

    with pytest.raises(kind):
        await egnyte.cloud.add_folder(NEW)
    assert posts(egnyte) == 1


@pytest.mark.parametrize("status", [403, 405, 409])
async def test_a_file_in_the_place_of_a_folder_is_a_conflict(egnyte: Egnyte, status: int) -> None:
    egnyte.put(NEW)
    egnyte.fault(route=ADD, method="POST", status=status)

    with pytest.raises(Conflict, match="a file stands at"):
        await egnyte.cloud.add_folder(NEW)


async def test_an_empty_success_of_an_old_back_end_is_looked_at(egnyte: Egnyte) -> None:
    act = {"as": "svc-scanner", "action": "add_folder", "path": NEW}
    egnyte.fault(route=ADD, method="POST", count=1, act=act, status=201)

    made = await egnyte.cloud.add_folder(NEW)

    assert made == await egnyte.cloud.at_path(NEW, priority=Priority.LIVE)
    assert isinstance(made, FolderInfo)


async def test_a_success_without_a_folder_is_a_bad_answer(egnyte: Egnyte) -> None:
    egnyte.fault(route=ADD, method="POST", status=201)

    with pytest.raises(BadAnswer):
        await egnyte.cloud.add_folder(NEW)


@pytest.mark.parametrize("fault", LOST)
async def test_a_comment_that_was_lost_is_made_after_a_look(egnyte: Egnyte, group: GroupId, fault: Any) -> None:
    egnyte.fault(route=NOTES, method="POST", count=1, **fault)

    note = await egnyte.cloud.add_note(PLAN, "quarantined")

    assert await egnyte.cloud.notes(PLAN) == (note,)
    assert [name for name, _, _ in egnyte.seen.calls][:4] == ["account", "add_note", "notes", "add_note"]


@pytest.mark.parametrize("fault", UNHEARD)
async def test_a_comment_that_was_not_heard_of_is_not_made_twice(egnyte: Egnyte, group: GroupId, fault: Any) -> None:
    egnyte.fault(route=NOTES, method="POST", count=1, **fault)

    note = await egnyte.cloud.add_note(PLAN, "quarantined")

    assert await egnyte.cloud.notes(PLAN) == (note,)
    assert posts(egnyte) == 1


async def test_a_comment_whose_answer_nobody_understands_is_not_made_twice(egnyte: Egnyte, group: GroupId) -> None:
    egnyte.fault(route=NOTES, method="POST", status=200, body={"note": "ok"})

    with pytest.raises(BadAnswer):
        await egnyte.cloud.add_note(PLAN, "quarantined")
    assert posts(egnyte) == 1


async def test_the_same_comment_by_somebody_else_is_not_ours(egnyte: Egnyte, group: GroupId) -> None:
    listed = {"total_results": 1, "notes": [{"id": "n1", "message": "quarantined", "username": "pnovak"}]}
    egnyte.fault(route=NOTES, method="POST", count=1, cut_after=0)
    egnyte.fault(route=NOTES, method="GET", count=1, status=200, body=listed)

    note = await egnyte.cloud.add_note(PLAN, "quarantined")

    assert note.username == "svc-scanner"


TEXT = r"^/pubapi/v1/fs-content/"
FILES = r"^/pubapi/v1/fs/ids/file/"


@pytest.mark.parametrize("fault", LOST)
async def test_a_text_that_was_lost_is_added_after_a_look(egnyte: Egnyte, group: GroupId, fault: Any) -> None:
    egnyte.fault(route=TEXT, method="POST", count=1, **fault)

    info = await egnyte.cloud.add_text(TARGET, "moved")
    assert (info.path, info.num_versions, posts(egnyte)) == (TARGET, 1, 2)


@pytest.mark.parametrize("fault", UNHEARD)
async def test_a_text_that_was_not_heard_of_is_not_added_again(egnyte: Egnyte, group: GroupId, fault: Any) -> None:
    egnyte.fault(route=TEXT, method="POST", count=1, **fault)

    info = await egnyte.cloud.add_text(TARGET, "moved")
    assert (info.path, info.num_versions, posts(egnyte)) == (TARGET, 1, 1)


async def test_a_text_that_is_always_lost_is_told_after_two(egnyte: Egnyte, group: GroupId) -> None:
    egnyte.fault(route=TEXT, method="POST", status=503)

    with pytest.raises(CloudUnavailable, match="add_text: "):
        await egnyte.cloud.add_text(TARGET, "moved")
    assert posts(egnyte) == 2


async def test_a_text_whose_answer_nobody_understands_is_looked_at(egnyte: Egnyte, group: GroupId) -> None:
    egnyte.fault(route=TEXT, method="POST", status=200, body="done")

    with pytest.raises(BadAnswer):
        await egnyte.cloud.add_text(TARGET, "moved")
    assert posts(egnyte) == 1


async def test_a_text_is_taken_off_a_file_that_somebody_put_there_meanwhile(egnyte: Egnyte, group: GroupId) -> None:
    act = {"as": "pnovak", "action": "upload", "path": TARGET, "text": "my own"}
    egnyte.fault(route=TEXT, method="POST", count=1, act=act)

    with pytest.raises(Conflict):
        await egnyte.cloud.add_text(TARGET, "moved")
    theirs = await egnyte.cloud.at_path(TARGET, priority=Priority.REMEDIATION)
    assert isinstance(theirs, FileInfo)
    assert (theirs.uploaded_by, theirs.num_versions) == ("pnovak", 1)


@pytest.mark.parametrize("status", [403, 409, 423])
async def test_a_refusal_of_what_is_locked_is_told_so(egnyte: Egnyte, group: GroupId, status: int) -> None:
    egnyte.act("lock", path=PLAN)
    body = {"errorMessage": "no"}
    egnyte.fault(route=FILES, method="DELETE", status=status, body=body)
    egnyte.fault(route=FILES, method="POST", status=status, body=body)

    with pytest.raises(Conflict, match=r"delete: .* is locked"):
        await egnyte.cloud.delete(group)
    with pytest.raises(Conflict, match=r"lock: .* is locked"):
        await egnyte.cloud.lock(group, "ours", 60)


async def test_another_refusal_stands_as_it_is(egnyte: Egnyte, group: GroupId) -> None:
    egnyte.fault(route=FILES, method="DELETE", status=403, body={"errorMessage": "no"})
    egnyte.fault(route=FILES, method="POST", status=400, body={"errorMessage": "no"})

    with pytest.raises(Forbidden):
        await egnyte.cloud.delete(group)
    with pytest.raises(CloudRefused):
        await egnyte.cloud.lock(group, "ours", 60)
