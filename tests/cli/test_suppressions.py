"""`scanner suppressions list`: how each stands, for people and for programs."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from typing import Any

import yaml

from scanner.rulebook.until import utc_today
from tests.cli.commands import lines, scanner
from tests.journeys.world import World

TOMORROW, YESTERDAY = utc_today() + timedelta(1), utc_today() - timedelta(1)
PLAN = "/Shared/Projects/plan.pdf.exe"


def one(name: str, until: date = TOMORROW, **more: Any) -> dict[str, Any]:
    what = {"rule": "double-extension", "path": "/Shared/Projects/**"} | more
    return {"name": name, **what, "reason": "Known.", "author": "jdoe", "until": until.isoformat()}


def write(world: World, *those: dict[str, Any]) -> None:
    folder = world.folder / "suppressions"
    folder.mkdir()
    (folder / "a.yaml").write_text(yaml.safe_dump({"suppressions": list(those)}))
    world.sections["suppressions"] = {"paths": [str(folder)]}


def test_each_is_listed_with_what_became_of_it_and_exit_1_says_that_one_has_ended(world: World) -> None:
    write(world, one("tool"), one("old", YESTERDAY, path="/Shared/x"))
    world.upload(PLAN, b"hello")
    asyncio.run(world.once())
    result = scanner(world, "suppressions", "list", "--json")
    rows = {row["name"]: (row["state"], row["idle_days"], row["last_used_at"] is None) for row in lines(result.stdout)}
    assert (result.exit_code, result.stderr) == (1, "")
    assert rows == {"old": ("expired", 0, True), "tool": ("active", 0, False)}
    people = [line.split()[:2] for line in scanner(world, "suppressions", "list").stdout.splitlines()[2:]]
    assert people == [["old", "expired"], ["tool", "active"]]


def test_before_a_service_ran_nothing_is_known_of_their_use(world: World) -> None:
    write(world, one("tool"))
    result = scanner(world, "suppressions", "list", "--json")
    (row,) = lines(result.stdout)
    assert (result.exit_code, row["state"], row["idle_days"], row["in_force_since"]) == (0, "active", None, None)


def test_without_any_the_list_is_empty_and_a_broken_file_is_told_with_exit_2(world: World) -> None:
    assert (scanner(world, "suppressions", "list", "--json").stdout) == ""
    write(world, one("tool") | {"author": ""})
    result = scanner(world, "suppressions", "list")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "a.yaml:2: suppressions[0].author: must have 1 to 200 characters" in result.stderr


def test_verdicts_tell_of_what_is_suppressed(world: World) -> None:
    write(world, one("tool"))
    world.upload(PLAN, b"hello")
    asyncio.run(world.once())
    listed = scanner(world, "verdicts", "list", "--json")
    assert [(row["kind"], row["suppressed"]) for row in lines(listed.stdout)] == [("clean", ["tool"])]
    people = scanner(world, "verdicts", "list")
    note = "1 of these have findings that are suppressed; `scanner verdicts explain` shows them.\n"
    assert (people.exit_code, people.stderr) == (0, note)
    explained = scanner(world, "verdicts", "explain", PLAN).stdout
    said = f"double-extension (high): suppressed by tool until {TOMORROW} by jdoe: Known.; does not count"
    assert said in explained
