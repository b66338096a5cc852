"""`scanner remediation undo`: all that one signature or rule brought about, taken back."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from typing import Any

import pytest

from demo.samples import eicar, windows_program
from tests.cli.commands import lines, scanner
from tests.journeys.world import QUARANTINE, World, stop, wait_until

UNDO = ("remediation", "undo", "--since", "1d")
WORD = ("--reason", "a bad update", "--by", "jdoe")


def acted(world: World, count: int = 3, **policy: list[str]) -> str:
    """Files flagged by one signature, and one by a rule, all acted on; gives the signature."""
    if policy:
        world.sections["policy"] = policy
    for number in range(count):
        world.upload(f"/Shared/Projects/{number}.com", eicar() + b"\n" * number)
    world.upload("/Shared/Projects/invoice.pdf", windows_program())
    asyncio.run(world.once())
    ((reasons,),) = set(world.rows("SELECT reasons FROM verdicts WHERE kind = 'infected'"))
    return str(reasons).strip('[]"')


def in_quarantine(world: World) -> int:
    return sum(place.startswith(QUARANTINE) for place in world.places().values())


def told(world: World) -> list[str]:
    return sorted(note["path"] for note in world.state()["notes"] if "released" in note["body"])


def test_a_dry_run_shows_what_would_be_taken_back_and_what_cannot_be(world: World) -> None:
    path = "/Shared/Projects/0.com"
    world.upload(path, eicar())
    world.act("add_link", path=path, accessibility="anyone")
    asyncio.run(world.once())
    ((reasons,),) = world.rows("SELECT reasons FROM verdicts")
    calls = len(world.requests())
    result = scanner(world, *UNDO, "--signature", reasons.strip('[]"'), "--dry-run", "--json")
    (row,) = lines(result.stdout)
    assert (result.exit_code, row["path"], row["undo"]) == (1, path, ["quarantine"])
    assert sorted(row["lost"]) == ["comment", "revoke_links"]
    assert (len(world.requests()), in_quarantine(world)) == (calls, 1)


def test_all_that_a_signature_brought_about_is_taken_back_and_nothing_else(world: World) -> None:
    name = acted(world)
    assert in_quarantine(world) == 4
    result = scanner(world, *UNDO, "--signature", name, *WORD)
    assert (result.exit_code, result.stdout) == (0, "3 of 3 versions are as they were before\n")
    assert (in_quarantine(world), told(world)) == (1, [f"/Shared/Projects/{number}.com" for number in range(3)])
    # Their contents pass, also in other places.
    world.upload("/Shared/Projects/copy.com", eicar())
    asyncio.run(world.once())
    assert in_quarantine(world) == 1
    again = scanner(world, *UNDO, "--signature", name, *WORD)
    assert (again.exit_code, again.stdout) == (0, "0 of 0 versions are as they were before\n")


def test_a_rule_is_named_as_a_rule(world: World) -> None:
    acted(world, 1)
    ((reasons,),) = world.rows("SELECT reasons FROM verdicts WHERE kind = 'flagged'")
    rule = reasons.strip('[]"').split('"')[0]
    assert scanner(world, *UNDO, "--signature", rule, "--dry-run").exit_code == 0
    assert scanner(world, *UNDO, "--rule", rule, *WORD).exit_code == 0
    assert in_quarantine(world) == 1


def test_what_was_done_before_the_moment_is_left(world: World) -> None:
    name = acted(world, 1)
    world.age(2)
    assert scanner(world, *UNDO, "--signature", name, "--dry-run").exit_code == 0


def test_cut_off_in_the_middle_it_goes_on_where_it_stopped(world: World) -> None:
    name = acted(world)
    # The second move is done, and its answer never comes.
    world.fault(method="POST", route="/fs/ids/file", skip=1, count=1, stall_after=0, stall=60)
    order = [sys.executable, "-m", "scanner", *UNDO, "--signature", name, *WORD, "--config", str(world.config)]
    with subprocess.Popen(order, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        wait_until(lambda: in_quarantine(world) == 2, "the second file to be back")
        stop(process, signal.SIGKILL)
    world.control("DELETE", "faults")
    result = scanner(world, *UNDO, "--signature", name, *WORD)
    assert (result.exit_code, result.stdout) == (0, "2 of 2 versions are as they were before\n")
    assert (in_quarantine(world), len(told(world))) == (1, 3)


def test_a_platform_that_stays_away_is_exit_3(world: World) -> None:
    name = acted(world)
    world.fault(method="POST", route="/fs/ids/file", status=503)
    away = scanner(world, *UNDO, "--signature", name, *WORD)
    assert (away.exit_code, "order it again for the rest" in away.stderr) == (3, True)
    world.control("DELETE", "faults")
    assert scanner(world, *UNDO, "--signature", name, *WORD).exit_code == 0


@pytest.mark.parametrize(
    "policy",
    [["quarantine", "lock", "tag"], ["lock", "tag"], ["quarantine", "tombstone"], ["delete", "tombstone"]],
    ids=" ".join,
)
def test_other_steps_are_taken_back_as_well(world: World, policy: list[str]) -> None:
    name = acted(world, 1, infected=policy)
    result = scanner(world, *UNDO, "--signature", name, *WORD)
    assert (result.exit_code, result.stdout) == (0, "1 of 1 versions are as they were before\n")
    state: dict[str, Any] = world.state()
    mine = [file for file in state["files"] if not file["path"].startswith(QUARANTINE)]
    assert [file["path"] for file in mine] == ["/Shared/Projects/0.com"]
    assert not mine[0].get("lock")
    assert asyncio.run(world.once()).unfinished == []
    assert [file["path"] for file in world.state()["files"] if "0.com" in file["path"]] == ["/Shared/Projects/0.com"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "Name one --signature or one --rule."),
        (("--rule", "a", "--signature", "b"), "Name one --signature or one --rule."),
        (("--rule", "a"), "Say why, with --reason; or see first, with --dry-run."),
        (("--rule", "a", "--dry-run", "--since", "long ago"), "write a day"),
    ],
)
def test_a_wrong_use_is_exit_2(world: World, words: tuple[str, ...], said: str) -> None:
    asyncio.run(world.once())
    result = scanner(world, *UNDO, *words)
    assert (result.exit_code, result.stdout, said in " ".join(result.stderr.split())) == (2, "", True)
