"""`scanner coverage`: the account of a small world, for people and for programs."""

from __future__ import annotations

import asyncio
import json

import pytest

from demo.samples import eicar, encrypted_zip_of
from tests.clamd import StartClamd
from tests.cli.commands import lines, scanner
from tests.journeys.world import World

GOOD, BAD, LOCKED = "/Shared/Projects/a.txt", "/Shared/Projects/b.com", "/Shared/Finance/c.zip"


def settled(world: World) -> dict[str, str]:
    """A clean, an infected and an encrypted file, each with its outcome; gives their entry ids."""
    contents = {GOOD: b"hello", BAD: eicar(), LOCKED: encrypted_zip_of("c.csv", b"a;b\n" * 99, b"pw")}
    ids = {path: str(world.upload(path, content)["entry_id"]) for path, content in contents.items()}
    asyncio.run(world.all_of())
    return ids


def test_an_account_in_which_nothing_is_open_is_complete(world: World) -> None:
    settled(world)
    result = scanner(world, "coverage", "--json")
    found = json.loads(result.stdout)
    (place,) = found["places"]
    assert (result.exit_code, result.stderr, found["complete"]) == (0, "", True)
    assert place == {
        **{"domain": "acme", "folder": "/Shared", "seen": 3, "judged": {"clean": 1, "infected": 1}},
        **{"unscannable": {"encrypted": 1}, "unchecked": {}, "open": {}, "gone": 0, "superseded": 0},
        **{"unaccounted": 0, "reused": 0, "oldest_open": None},
    }
    (events,) = found["events"]
    assert (events["queued"], events["without_version"]) == (3, 0)
    assert events["recorded"] == 3 + events["walk"] + sum(events["skipped"].values())
    assert (found["gaps"], found["unlisted"]) == ([], [])


def test_the_account_for_people_says_the_same(world: World) -> None:
    settled(world)
    result = scanner(world, "coverage")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines()[:5] == [
        "acme /Shared: 3 versions seen",
        "  judged 2: 1 clean, 1 infected",
        "  unscannable 1: 1 encrypted",
        "  ended before a look 0",
        "  open 0",
    ]


def test_an_account_says_up_to_when_events_were_dropped(world: World) -> None:
    settled(world)
    world.rows("DELETE FROM events")
    world.rows("UPDATE feeds SET pruned_to = '2026-03-04 12:00:00.000000'")
    said = (
        "acme: events recorded up to 2026-03-04 12:00:00Z are not held any more (ledger.keep_events), and not counted"
    )
    whole = scanner(world, "coverage")
    assert (whole.exit_code, whole.stdout.splitlines()[-1]) == (0, said)
    early = scanner(world, "coverage", "--since", "2026-03-04T12:00:00Z")
    assert (early.exit_code, early.stdout.splitlines()[-1]) == (1, said)
    later = json.loads(scanner(world, "coverage", "--since", "2026-03-04T12:00:01Z", "--json").stdout)
    assert (later["unheld"], later["complete"]) == ([], True)


def test_one_folder_and_one_period_can_be_asked_for(world: World) -> None:
    settled(world)
    (place,) = json.loads(scanner(world, "coverage", "--folder", "/shared/finance", "--json").stdout)["places"]
    assert (place["folder"], place["seen"]) == ("/shared/finance", 1)
    before = json.loads(scanner(world, "coverage", "--until", "1h", "--json").stdout)
    assert (before["places"], before["events"], before["complete"]) == ([], [], True)
    assert "No version was seen." in scanner(world, "coverage", "--until", "1h").stdout


def test_an_open_version_is_told_with_what_it_waits_for_and_is_exit_1(world: World, new_clamd: StartClamd) -> None:
    world.clamd = new_clamd().address
    entry = world.upload("/Shared/Projects/a\u202etxt.exe", b"hello")["entry_id"]
    asyncio.run(world.once())
    result = scanner(world, "coverage")
    assert (result.exit_code, "open 1: 1 engine-down; the oldest since " in result.stdout) == (1, True)
    listed = scanner(world, "coverage", "--list")
    assert (listed.exit_code, listed.stderr) == (1, "")
    assert listed.stdout.endswith(f"open engine-down  acme  /Shared/Projects/a\\u202etxt.exe  {entry}\n")


def test_the_list_tells_what_no_engine_looked_at_and_why(world: World) -> None:
    ids = settled(world)
    result = scanner(world, "coverage", "--list", "--json")
    (found,) = lines(result.stdout)
    shown = {name: found[name] for name in ("path", "entry_id", "standing", "reason")}
    assert shown == {"path": LOCKED, "entry_id": ids[LOCKED], "standing": "unscannable", "reason": "encrypted"}
    assert result.exit_code == 0
    assert scanner(world, "coverage", "--list", "--folder", "/Shared/Projects").stderr == (
        "An engine has looked at every version.\n"
    )


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--domain", "acne"), "There is no domain acne in the settings.\n    Did you mean acme? Known: acme.\n"),
        (("--folder", "Finance"), "Finance is no folder; write it from the top, like /Shared/Finance.\n"),
    ],
)
def test_a_name_mistyped_is_no_complete_account(world: World, options: tuple[str, str], said: str) -> None:
    settled(world)
    result = scanner(world, "coverage", *options)
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", said)
