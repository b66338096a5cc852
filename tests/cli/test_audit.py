"""`scanner audit`: acts are listed, exported and verified; a change is told with its place."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from contextlib import closing

import pytest

from demo.samples import eicar
from tests.cli.commands import lines, scanner
from tests.journeys.world import World

BAD = "/Shared/Projects/a.com"


def acted(world: World) -> None:
    """A start, and the steps about one infected file."""
    world.upload(BAD, eicar())
    asyncio.run(world.once())


def tampered(world: World, statement: str) -> None:
    with closing(sqlite3.connect(world.folder / "ledger.db")) as ledger:
        ledger.executescript(f"DROP TRIGGER audit_no_update; DROP TRIGGER audit_no_delete; {statement}")


def test_the_acts_of_a_run_are_listed_for_people_and_for_programs(world: World) -> None:
    acted(world)
    found = lines(scanner(world, "audit", "list", "--json").stdout)
    assert [one["seq"] for one in found] == list(range(1, len(found) + 1))
    assert (found[0]["action"], {one["action"] for one in found[1:]}) == ("started", {"step"})
    steps = scanner(world, "audit", "list", "--action", "step")
    assert (steps.exit_code, steps.stderr) == (0, "")
    assert all(BAD in line for line in steps.stdout.splitlines())
    subject = found[1]["subject"]
    assert len(lines(scanner(world, "audit", "list", "--subject", subject, "--json").stdout)) == len(found) - 1
    assert scanner(world, "audit", "list", "--until", "1d").stderr == "There is no such act on record.\n"
    assert len(lines(scanner(world, "audit", "list", "--since", "1d", "--json").stdout)) == len(found)


def test_what_was_not_changed_holds_in_the_ledger_and_as_an_export(world: World) -> None:
    acted(world)
    here = scanner(world, "audit", "verify")
    export = world.folder / "audit.jsonl"
    export.write_text(scanner(world, "audit", "export").stdout)
    there = scanner(world, "audit", "verify", str(export))
    assert (here.exit_code, there.exit_code, here.stdout) == (0, 0, there.stdout)
    assert " entries hold; the head is " in here.stdout
    head = here.stdout.split()[-1]
    assert scanner(world, "audit", "verify", "--head", head).exit_code == 0


def test_a_change_past_the_triggers_is_told_with_its_place_and_exit_1(world: World) -> None:
    acted(world)
    tampered(world, "UPDATE audit SET actor = 'mallory' WHERE seq = 2")
    result = scanner(world, "audit", "verify")
    assert (result.exit_code, result.stdout) == (
        1,
        "BROKEN at entry 2: it was changed after it was written; 1 entries before it hold\n"
        "The ledger no longer refuses changes of the audit: audit_no_delete, audit_no_update is missing\n",
    )
    told = json.loads(scanner(world, "audit", "verify", "--json").stdout)
    assert (told["holds"], told["broken"]["seq"], told["head"]["seq"]) == (False, 2, 1)


def test_newest_entries_cut_off_are_found_where_the_head_is_known(world: World) -> None:
    acted(world)
    head = scanner(world, "audit", "verify").stdout.split()[-1]
    tampered(world, "DELETE FROM audit WHERE seq = (SELECT max(seq) FROM audit)")
    result = scanner(world, "audit", "verify", "--head", head)
    assert (result.exit_code, f"entry {head.partition(':')[0]} was cut off" in result.stdout) == (1, True)
    other = f"1:{'0' * 64}"
    assert "entry 1 is another one than it was" in scanner(world, "audit", "verify", "--head", other).stdout


@pytest.mark.parametrize("content", [b"", b"not an entry\n", b"\xff" * 3_000_000])
def test_a_file_that_is_no_export_breaks_at_its_first_line(world: World, content: bytes) -> None:
    file = world.folder / "other.jsonl"
    file.write_bytes(content)
    result = scanner(world, "audit", "verify", str(file))
    assert result.exit_code == (1 if content else 0)
    assert result.stdout.startswith("BROKEN at entry 1: line 1 is no entry" if content else "0 entries hold")


def test_an_entry_that_cannot_be_read_stops_a_list_with_what_to_do(world: World) -> None:
    acted(world)
    tampered(world, "UPDATE audit SET detail = '{' WHERE seq = 1")
    result = scanner(world, "audit", "list")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.endswith("Run `scanner audit verify`.\n")
