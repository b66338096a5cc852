"""`scanner quarantine`: the list and the way back, also beside a running service."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from demo.samples import eicar
from scanner.ledger.databases.sqlite import OrderLock
from tests.cli.commands import lines, running, scanner
from tests.journeys.world import World, wait_until

FILE = "/Shared/Projects/a.com"
DONE = "SELECT outcome FROM work"
OWN_ACTS = 4
"""Two moves and two comments."""


def quarantined(world: World) -> str:
    group = str(world.upload(FILE, eicar())["group_id"])
    asyncio.run(world.once())
    return group


def test_the_list_is_one_object_a_line_with_the_id_that_release_takes(world: World) -> None:
    group = quarantined(world)
    result = scanner(world, "quarantine", "list", "--json")
    (row,) = lines(result.stdout)
    assert (result.exit_code, result.stderr) == (1, "")
    assert isinstance(row.pop("id"), int)
    assert (row["group_id"], row["origin"], row["path"]) == (group, FILE, world.places()[group])
    shown = scanner(world, "quarantine", "list").stdout
    assert (FILE in shown, world.places()[group] in shown) == (True, True)


def test_an_empty_quarantine_is_exit_0(world: World) -> None:
    world.upload(FILE, b"harmless")
    asyncio.run(world.once())
    result = scanner(world, "quarantine", "list", "--json", "--domain", "acme")
    assert (result.exit_code, result.stdout) == (0, "")


def test_a_release_says_where_the_file_is_and_a_second_one_that_it_is_not_there(world: World) -> None:
    group = quarantined(world)
    (row,) = lines(scanner(world, "quarantine", "list", "--json").stdout)
    order = ("quarantine", "release", str(row["id"]), "--reason", "a false alarm", "--by", "jdoe")
    first, second = scanner(world, *order), scanner(world, *order)
    assert (first.exit_code, first.stdout, world.places()[group]) == (0, f"released to {FILE}\n", FILE)
    assert first.stderr.startswith("What was found in it does not count until 20")
    message = f"Nothing in quarantine has the id {row['id']}. See `scanner quarantine list`.\n"
    assert (second.exit_code, second.stdout, second.stderr) == (2, "", message)


def test_while_another_order_is_carried_out_nothing_is_moved_and_it_is_exit_3(world: World) -> None:
    group = quarantined(world)
    (row,) = lines(scanner(world, "quarantine", "list", "--json").stdout)
    other = OrderLock(world.settings().ledger.path)
    result = scanner(world, "quarantine", "release", str(row["id"]), "--reason", "r")
    other.release()
    refusal = "Another order is being carried out. Give yours again when that has ended.\n"
    assert (result.exit_code, result.stdout, result.stderr, world.places()[group]) == (3, "", refusal, row["path"])


def test_a_release_that_finds_no_file_is_exit_3_with_the_reason(world: World) -> None:
    group = quarantined(world)
    world.act("delete", actor="svc-scanner", path=world.places()[group])
    (row,) = lines(scanner(world, "quarantine", "list", "--json").stdout)
    result = scanner(world, "quarantine", "release", str(row["id"]), "--reason", "r")
    assert (result.exit_code, result.stdout) == (3, "")
    assert result.stderr.startswith("Not released: the file no longer exists")


def test_a_release_while_the_api_is_away_is_exit_3_and_works_later(world: World) -> None:
    group = quarantined(world)
    (row,) = lines(scanner(world, "quarantine", "list", "--json").stdout)
    order = ("quarantine", "release", str(row["id"]), "--reason", "r", "--json")
    world.fault(route="/pubapi/", status=503)
    away = scanner(world, *order)
    world.control("DELETE", "faults")
    assert (away.exit_code, away.stdout, bool(away.stderr)) == (3, "", True)
    later = scanner(world, *order)
    assert (later.exit_code, lines(later.stdout)[0]["result"], world.places()[group]) == (0, "success", FILE)


def test_a_release_beside_a_running_service_is_recognised_as_our_own(world: World) -> None:
    with running(world):
        group = str(world.upload(FILE, eicar())["group_id"])
        wait_until(lambda: world.rows(DONE) == [("judged",)], "the quarantine")
        (row,) = lines(scanner(world, "quarantine", "list", "--json").stdout)
        released = scanner(world, "quarantine", "release", str(row["id"]), "--reason", "a false alarm")
        assert (released.exit_code, world.places()[group]) == (0, FILE)
        # The move back and the comment that tells of it, after those of the quarantine.
        wait_until(lambda: world.skipped().get("own_action", 0) == OWN_ACTS, "our own acts")
    assert (world.places()[group], len(world.calls("fs-content"))) == (FILE, 1)


def test_a_release_lets_the_content_pass_until_a_day_and_somebody_may_take_that_back(world: World) -> None:
    quarantined(world)
    (row,) = lines(scanner(world, "quarantine", "list", "--json").stdout)
    today = datetime.now(UTC).date().isoformat()
    order = ("quarantine", "release", str(row["id"]), "--reason", "a false alarm", "--by", "jdoe", "--json")
    (released,) = lines(scanner(world, *order, "--allow-until", today).stdout)
    listed = scanner(world, "quarantine", "allowed", "--json")
    (allowed,) = lines(listed.stdout)
    assert (released["allowed_until"], allowed["until"], allowed["names"]) == (today, today, row["reasons"])
    assert (listed.exit_code, allowed["by"], allowed["because"]) == (1, "jdoe", "a false alarm")
    word = ("quarantine", "disallow", str(allowed["id"]), "--reason", "r", "--by", "pnovak")
    first, second = scanner(world, *word), scanner(world, *word)
    assert (first.exit_code, second.exit_code, second.stdout) == (0, 2, "")
    assert scanner(world, "quarantine", "allowed").exit_code == 0


@pytest.mark.parametrize("day", ["2020-01-01", "2999-01-01", "tomorrow"])
def test_a_day_that_is_over_or_too_far_away_is_exit_2(world: World, day: str) -> None:
    quarantined(world)
    (row,) = lines(scanner(world, "quarantine", "list", "--json").stdout)
    result = scanner(world, "quarantine", "release", str(row["id"]), "--reason", "r", "--allow-until", day)
    assert (result.exit_code, result.stdout) == (2, "")
