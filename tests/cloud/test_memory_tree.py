"""The acts of other people in the twin."""

from __future__ import annotations

import pytest

from scanner.cloud.memory_tree import MemoryTree
from scanner.errors import Conflict

PLAN = "/Shared/Projects/plan.txt"


def test_an_upload_makes_the_folders_it_needs() -> None:
    tree = MemoryTree()
    tree.upload(PLAN)

    assert [(event.target_path, event.is_folder) for event in tree.events] == [
        ("/Shared/Projects", True),
        (PLAN, False),
    ]


def test_events_know_who_acted_and_from_where() -> None:
    tree = MemoryTree()
    tree.upload(PLAN, by="pnovak")
    tree.upload(PLAN, by="svc-scanner")
    tree.upload(PLAN, by="stranger")

    assert [(event.actor, event.action_source) for event in tree.events[1:]] == [
        (41, "WebUI"),
        (77, "PublicAPI"),
        (None, "WebUI"),
    ]


def test_names_differ_not_by_case_alone() -> None:
    tree = MemoryTree()
    first = tree.upload(PLAN)

    assert tree.upload(PLAN.upper().replace("/SHARED", "/Shared")).group_id == first.group_id


def test_a_move_within_a_folder_is_a_rename() -> None:
    tree = MemoryTree()
    tree.upload(PLAN)
    tree.add_folder("/Shared/Other")
    stored = tree.files[PLAN.lower()]
    tree.move(stored, "/Shared/Projects/b.txt")
    tree.move(stored, "/shared/other/b.txt")

    assert [event.action for event in tree.events[-2:]] == ["rename", "move"]
    assert stored.path == "/Shared/Other/b.txt"


def test_a_lock_keeps_us_out_and_not_its_owner() -> None:
    tree = MemoryTree()
    tree.upload(PLAN)
    tree.lock(PLAN)
    stored = tree.files[PLAN.lower()]

    with pytest.raises(Conflict):
        tree.move(stored, "/Shared/Projects/b.txt", by="svc-scanner")
    tree.move(stored, "/Shared/Projects/b.txt", by="pnovak")


def test_events_that_aged_out_leave_no_hole_in_the_ids() -> None:
    tree = MemoryTree()
    tree.upload(PLAN)
    tree.forget_events(keep=0)
    tree.upload(PLAN)

    assert [event.id for event in tree.events] == [3]
