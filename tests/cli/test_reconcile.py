"""`scanner reconcile`: alone, beside a running service, and what it says of what it found."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.cli.commands import lines, running, scanner, spawned
from tests.journeys.world import World, wait_until

FOLDER = "/Shared/Projects"
COUNTS = ("folders", "files", "queued", "moved", "missed", "unread")


def found(world: World, *arguments: str) -> tuple[int, dict[str, Any]]:
    result = spawned(world, "reconcile", *arguments, "--json")
    (row,) = lines(result.stdout)
    return result.returncode, {name: row[name] for name in COUNTS if row[name]}


def unknown(world: World, *names: str) -> None:
    """Files whose events nobody will read: the feed begins after them."""
    for name in names:
        world.upload(f"{FOLDER}/{name}", b"hello")
    world.sections["events"] = {"start": "now"}


def test_without_a_service_it_lists_and_queues_itself_and_the_second_time_all_is_known(world: World) -> None:
    unknown(world, "a.txt", "kite/b.txt")
    # /Shared, the projects, and the kite.
    assert found(world) == (1, {"folders": 3, "files": 2, "queued": 2})
    assert found(world, FOLDER) == (0, {"folders": 2, "files": 2})
    assert world.rows("SELECT lane, state FROM work") == [("reconcile", "queued")] * 2


def test_people_read_a_line(world: World) -> None:
    unknown(world, "a.txt")
    result = spawned(world, "reconcile", "--domain", "acme", FOLDER + "/")
    line = f"acme {FOLDER}: 1 folders, 1 files; 1 unknown, 0 moved, 0 missing, 0 of them gone\n"
    assert (result.returncode, result.stdout, result.stderr) == (1, line, "")


def test_moves_and_deletions_that_nobody_told_are_noticed(world: World) -> None:
    unknown(world, "a.txt", "b.txt")
    found(world)
    world.act("move", path=f"{FOLDER}/a.txt", destination=f"{FOLDER}/c.txt")
    world.act("delete", path=f"{FOLDER}/b.txt")
    assert found(world) == (0, {"folders": 2, "files": 1, "moved": 1, "missed": 1})
    assert world.rows("SELECT seen_path FROM work ORDER BY path") == [(f"{FOLDER}/c.txt",), (None,)]
    assert f"\n  listed at {FOLDER}/c.txt " in scanner(world, "verdicts", "explain", f"{FOLDER}/c.txt").stdout
    assert "\n  listed no more " in scanner(world, "verdicts", "explain", f"{FOLDER}/b.txt").stdout


def test_a_running_service_carries_it_out(world: World) -> None:
    unknown(world, "a.txt")
    with running(world):
        assert found(world, FOLDER) == (1, {"folders": 1, "files": 1, "queued": 1})
        wait_until(lambda: world.rows("SELECT outcome FROM work") == [("judged",)], "the verdict")


def test_what_may_not_be_listed_is_exit_3_with_the_reason(world: World) -> None:
    unknown(world, "kite/a.txt")
    world.fault(route=f"{FOLDER}/kite", status=403)
    result = spawned(world, "reconcile", FOLDER)
    assert result.returncode == 3
    assert "unfinished: 1 folders may not be listed; the log has their paths\n" in result.stderr


def test_a_spent_budget_is_exit_3_and_the_next_run_goes_on(world: World) -> None:
    unknown(world, "a.txt")
    world.fault(route=f"{FOLDER}\\?", throttle="day")
    result = spawned(world, "reconcile", FOLDER, "--json")
    (row,) = lines(result.stdout)
    assert (result.returncode, row["finished_at"], bool(row["unfinished"])) == (3, None, True)
    world.control("DELETE", "faults")
    world.rows("UPDATE walks SET due_at = NULL")
    asyncio.run(world.once())
    assert world.outcomes() == [(f"{FOLDER}/a.txt", "judged")]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["/Elsewhere"], "/Elsewhere is in no watched folder, or in an ignored one. See `scanner config show`."),
        (["Shared"], "Shared is in no watched folder, or in an ignored one. See `scanner config show`."),
        (["--domain", "acne"], "There is no domain acne in the settings.\n    Did you mean acme? Known: acme."),
        (["/Shared/Missing"], "acme: there is no folder /Shared/Missing"),
    ],
)
def test_a_wrong_use_is_exit_2(world: World, arguments: list[str], said: str) -> None:
    result = spawned(world, "reconcile", *arguments)
    assert (result.returncode, result.stdout, result.stderr) == (2, "", said + "\n")
