"""Statements on the command line: a key, what is due, and whether what there is holds."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine

from scanner.ledger.proofs.audit_chain import canonical
from tests.cli.commands import lines, scanner
from tests.cli.test_main import run
from tests.journeys.world import World
from tests.ledger.world import NOON


@pytest.fixture
def key(world: World) -> str:
    """The public key, made by command."""
    folder = world.folder
    world.sections["statements"] = {"folder": str(folder / "statements"), "key_file": str(folder / "statement.key")}
    made = scanner(world, "coverage", "key")
    assert (made.exit_code, "A new key was made in " in made.stderr) == (0, True)
    return made.stdout.strip()


def stated(world: World, days: int) -> list[Path]:
    """So many days one after the other, each by command."""
    asyncio.run(_new_ledger(world))
    for day in range(days):
        with time_machine.travel(NOON + timedelta(days=day), tick=False):
            assert scanner(world, "coverage", "state", "--by", "jdoe").exit_code == 0
    return sorted((world.folder / "statements").iterdir())


async def _new_ledger(world: World) -> None:
    from scanner.ledger.ledger import Ledger

    await (await Ledger.open(world.settings().ledger, lambda: NOON, owner=True)).close()


def verified(files: list[Path], *keys: str) -> tuple[int, list[str]]:
    """Exit code, and the problem of each file."""
    options = [word for one in keys for word in ("--key", one)]
    result = run("coverage", "verify", *map(str, files), *options, "--json")
    return result.exit_code, [one["problem"] for one in lines(result.stdout)]


def test_the_key_is_made_once_and_shown_again(world: World, key: str) -> None:
    again = scanner(world, "coverage", "key", "--json")
    assert json.loads(again.stdout)["public_key"] == key
    assert (again.exit_code, again.stderr, json.loads(again.stdout)["made"]) == (0, "", False)
    assert (world.folder / "statement.key").stat().st_mode & 0o777 == 0o600


def test_days_that_are_due_are_stated_and_hold_without_ledger_and_settings(world: World, key: str) -> None:
    files = stated(world, 3)
    assert [file.name for file in files] == [f"coverage-2026-03-0{day}.json" for day in (3, 4, 5)]
    (world.folder / "ledger.db").unlink()
    world.config.unlink()
    result = run("coverage", "verify", *map(str, reversed(files)), "--key", key)
    assert (result.exit_code, result.stderr) == (0, "")
    first = result.stdout.splitlines()[0]
    assert f"{files[0]}: statement 1 of 2026-03-03 holds; coverage complete; audit head 0:" in first
    (world.folder / "coverage.pub").write_text(key + "\n")
    assert verified(files, str(world.folder / "coverage.pub")) == (0, ["", "", ""])


def test_the_head_that_a_statement_names_is_in_the_audit(world: World, key: str) -> None:
    files = stated(world, 3)
    told = lines(run("coverage", "verify", *map(str, files), "--key", key, "--json").stdout)
    assert scanner(world, "audit", "verify", "--head", told[-1]["audit"]).exit_code == 0


def test_a_day_that_is_missing_is_found(world: World, key: str) -> None:
    first, _, third = stated(world, 3)
    code, problems = verified([first, third], key)
    assert (code, problems[0], problems[1].startswith("number 3 does not follow 1")) == (1, "", True)


def test_no_key_that_a_statement_brings_along_is_trusted(world: World, key: str) -> None:
    """Signed anew, by somebody else and with the fingerprint of their key, all of it holds, but nobody trusts it."""
    files = stated(world, 2)
    (world.folder / "statement.key").unlink()
    other = scanner(world, "coverage", "key").stdout.strip()
    assert verified(files, other) == (1, ["it is signed by a key that is not among those that are trusted"] * 2)
    assert verified(files, other, key) == (0, ["", ""])


@pytest.mark.parametrize("part", ["statement", "key", "signature"])
def test_whatever_is_changed_in_a_file_is_found(world: World, key: str, part: str) -> None:
    (file,) = stated(world, 1)
    found = json.loads(file.read_text())
    if part == "statement":
        found["statement"]["coverage"]["complete"] = False
    else:
        found[part] = ("0" if found[part][0] != "0" else "1") + found[part][1:]
    file.write_text(canonical(found) + "\n")
    code, (problem,) = verified([file], key)
    expected = "it is signed by a key" if part == "key" else "its signature does not fit"
    assert (code, problem.startswith(expected)) == (1, True)


@pytest.mark.parametrize("content", [b"", b"\xff", b"{}", b" " * (5 << 20)])
def test_a_file_that_is_no_statement_is_told_beside_those_that_hold(world: World, key: str, content: bytes) -> None:
    (file,) = stated(world, 1)
    other = world.folder / "other.json"
    other.write_bytes(content)
    code, (problem, held) = verified([file, other], key)
    assert (code, bool(problem), held) == (1, True, "")
    assert verified([world.folder / "none.json"], key)[1] == ["cannot be read: No such file or directory"]


@pytest.mark.parametrize("written", ["xy" * 32, "no-such-file", "ab"])
def test_what_is_no_key_is_a_wrong_use(tmp_path: Path, written: str) -> None:
    result = run("coverage", "verify", str(tmp_path / "x"), "--key", written)
    assert (result.exit_code, "must be the 64 hex digits" in " ".join(result.stderr.split())) == (2, True)


@pytest.mark.parametrize("command", ["key", "state"])
def test_without_settings_for_it_a_command_says_which(world: World, command: str) -> None:
    result = scanner(world, "coverage", command)
    assert (result.exit_code, result.stderr) == (
        2,
        "Write statements.folder and statements.key_file into the settings first.\n",
    )


def test_where_none_is_due_that_is_said(world: World, key: str) -> None:
    stated(world, 1)
    with time_machine.travel(NOON, tick=False):
        result = scanner(world, "coverage", "state")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "No statement is due.\n")


def test_days_whose_events_were_dropped_are_left_out_and_missing_when_verified(world: World, key: str) -> None:
    first = stated(world, 1)
    world.rows(
        "INSERT INTO feeds (domain, cursor, epoch, pruned_to) VALUES ('acme', 1, 0, '2026-03-05 08:00:00.000000')"
    )
    with time_machine.travel(NOON + timedelta(days=3), tick=False):
        result = scanner(world, "coverage", "state")
    assert (result.exit_code, result.stdout) == (1, "2026-03-06: statement 2, coverage complete\n")
    assert result.stderr == (
        "2026-03-04 to 2026-03-05 cannot be stated: their events are not held any more (ledger.keep_events).\n"
    )
    files = sorted(first[0].parent.iterdir())
    assert verified(files, key) == (1, ["", "2026-03-06 does not follow 2026-03-03: a day is missing"])
