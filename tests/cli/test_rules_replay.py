"""`scanner rules replay`: drafts tried on the past, for people and for programs."""

from __future__ import annotations

import asyncio
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from demo.samples import eicar
from tests.cli.commands import lines, running, scanner, spawned
from tests.cli.rules import write
from tests.journeys.world import World

GOLDEN = Path(__file__).parents[1] / "golden" / "replay"
SCRIPT = b"#!/bin/sh\necho secret\n"
CONTENT = "fs-content/ids/file"


@pytest.fixture
def history(world: World) -> World:
    """A script as a picture, which a rule of this world finds, a letter, and malware."""
    world.sections["workers"] = {"concurrency": 1}  # so that they are judged in this order
    for name, content in (("invoice.pdf.exe", SCRIPT), ("letter.txt", b"a letter"), ("bad.com", eicar())):
        world.upload(f"/Shared/Projects/{name}", content)
    asyncio.run(world.once())
    return world


def plain(output: str) -> str:
    """Without what differs from one run to the next."""
    moments = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", "MOMENT", output)
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "ENTRY", moments)


def test_what_people_are_shown_is_what_was_read_over(history: World) -> None:
    drafts = history.folder / "drafts"
    drafts.mkdir()
    write(drafts, "any-program", "{extension: [exe, com]}")
    write(drafts, "double-extension", "{extension: scr}")
    write(drafts, "says-secret", "{text: secret}")
    result = scanner(history, "rules", "replay", "--rule", str(drafts))
    assert result.exit_code == 1
    golden = GOLDEN / "drafts.txt"
    assert plain(result.stdout + result.stderr) == golden.read_text(), f"if it is meant, write it into {golden}"


def test_json_is_a_row_for_each_hit_then_for_each_rule_then_the_end(history: World) -> None:
    draft = write(history.folder, "says-secret", "{text: secret}")
    result = scanner(history, "rules", "replay", "--rule", str(draft), "--fetch", "--json", "--since", "1d")
    hit, rule, end = lines(result.stdout)
    assert (hit["row"], hit["change"], hit["path"]) == ("version", "newly hit", "/Shared/Projects/invoice.pdf.exe")
    assert (hit["counts"], hit["verdict"], hit["place"]) == (True, "flagged", "byte 15")
    assert rule == {
        "row": "rule",
        "rule": "says-secret",
        "hits": 1,
        "counting": 1,
        "newly_hit": 1,
        "no_longer_hit": 0,
        "facts_do_not_suffice": {},
        "nobody_can_say": {},
    }
    assert (end["row"], end["versions"], end["downloaded"], end["unfinished"]) == ("end", 3, 3, None)
    assert (result.exit_code, result.stderr) == (1, "")


def test_without_a_draft_the_rulebook_in_force_is_tried_and_finds_what_it_found(history: World) -> None:
    result = scanner(history, "rules", "replay", "--json")
    hits = [row for row in lines(result.stdout) if row["row"] == "version"]
    assert {row["change"] for row in hits} == {"still hit"}
    assert all(not row["facts_do_not_suffice"] for row in lines(result.stdout) if row["row"] == "rule")


def test_nothing_hit_is_0_and_nothing_known_is_3(history: World) -> None:
    nothing = write(history.folder, "no-such-name", "{extension: scr}")
    asks = write(history.folder, "asks", "{text: nowhere}")
    assert scanner(history, "rules", "replay", "--rule", str(nothing)).exit_code == 0
    result = scanner(history, "rules", "replay", "--rule", str(asks))
    assert (result.exit_code, "With --fetch" in result.stderr) == (3, True)
    assert scanner(history, "rules", "replay", "--rule", str(asks), "--fetch").exit_code == 0
    assert scanner(history, "rules", "replay", "--rule", str(asks)).exit_code == 0


def test_the_end_of_the_budget_is_3_and_says_how_far_it_came(history: World) -> None:
    asks = write(history.folder, "asks", "{text: secret}")
    history.sections["workers"] = {"concurrency": 1}
    history.fault(route=CONTENT, throttle="day", skip=1)
    result = scanner(history, "rules", "replay", "--rule", str(asks), "--fetch")
    assert result.exit_code == 3
    assert "unfinished: after 1 versions, judged until " in result.stderr
    assert "the same command goes on from there" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--since", "soon"), "soon"),
        (("--since", "0s"), "must be more than nothing"),
        (("--domain", "acne"), "Did you mean acme?"),
        (("--rule", "nowhere.yaml"), "nowhere.yaml"),
    ],
)
def test_a_wrong_use_is_2(world: World, arguments: tuple[str, ...], told: str) -> None:
    asyncio.run(world.once())
    result = spawned(world, "rules", "replay", *arguments)
    assert (result.returncode, told in result.stderr, "Traceback" in result.stderr) == (2, True, False)


def test_a_ledger_that_is_not_there_and_a_folder_without_rules_are_2(world: World) -> None:
    assert "There is no ledger at" in scanner(world, "rules", "replay").stderr
    empty = world.folder / "empty"
    empty.mkdir()
    asyncio.run(world.once())
    result = scanner(world, "rules", "replay", "--rule", str(empty))
    assert (result.exit_code, result.stdout) == (2, "")


def test_only_one_domain_and_only_the_time_asked_for(history: World) -> None:
    history.rows("UPDATE verdicts SET judged_at = '2020-01-01 00:00:00.000000' WHERE id = 1")
    draft = write(history.folder, "any", '{path: "**"}')
    rows = lines(scanner(history, "rules", "replay", "--rule", str(draft), "--domain", "acme", "--json").stdout)
    assert rows[-1]["versions"] == 2
    older = scanner(history, "rules", "replay", "--rule", str(draft), "--since", "3649d", "--json")
    assert lines(older.stdout)[-1]["versions"] == 3


def test_it_works_beside_a_running_service(history: World) -> None:
    asks = write(history.folder, "says-secret", "{text: secret}")
    with running(history):
        result = spawned(history, "rules", "replay", "--rule", str(asks), "--fetch", "--json")
        assert (result.returncode, result.stderr) == (1, "")
        assert lines(result.stdout)[-1]["downloaded"] == 3


def test_a_file_name_cannot_steer_the_terminal(world: World) -> None:
    world.upload("/Shared/Projects/a\u202etxt.exe", SCRIPT)
    asyncio.run(world.once())
    draft = write(world.folder, "any", "{extension: exe}")
    assert "a\\u202etxt.exe" in scanner(world, "rules", "replay", "--rule", str(draft)).stdout


def test_a_yara_file_that_cannot_be_used_is_said(history: World) -> None:
    folder = history.folder / "drafts"
    folder.mkdir()
    write(folder, "scans", "{yara: never}")
    (folder / "broken.yar").write_text("rule {")
    result = scanner(history, "rules", "replay", "--rule", str(folder), "--fetch")
    assert (result.exit_code, "broken.yar" in result.stderr, "is disabled" in result.stderr) == (0, True, True)


def test_the_progress_on_a_terminal_takes_no_result_away(history: World) -> None:
    draft = write(history.folder, "any-program", "{extension: exe}")
    history.settings()
    terminal, other = pty.openpty()
    command = [sys.executable, "-m", "scanner", "rules", "replay", "--rule", str(draft), "--config"]
    with os.fdopen(other, "wb") as shown:
        done = subprocess.run(
            [*command, str(history.config)], stdout=subprocess.PIPE, stderr=shown, text=True, check=False, timeout=60
        )
    progress = os.read(terminal, 65536).decode()
    os.close(terminal)
    assert (done.returncode, done.stdout.splitlines()[0][:14]) == (1, "+ any-program ")
    assert "Replaying" in progress
