"""`scanner quarantine purge`: first shown, then requested by one, then deleted by another."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys

import pytest

from demo.samples import eicar
from tests.cli.commands import lines, scanner
from tests.journeys.world import QUARANTINE, World, stop, wait_until

PURGE = ("quarantine", "purge")
REQUEST = (*PURGE, "--request", "--reason", "half a year is over", "--by", "jdoe")
CONFIRM = (*PURGE, "--confirm", "--reason", "agreed", "--by", "pnovak")


def quarantined(world: World, *names: str, days: int = 8, **settings: str) -> list[int]:
    """Files that have been in quarantine for some days, of which seven are enough; gives their ids."""
    for number, name in enumerate(names):
        world.upload(f"/Shared/Projects/{name}", eicar() + b"\n" * number)
    asyncio.run(world.once())
    world.age(days)
    world.sections["quarantine"] = {"purge_after": "7d"} | settings
    return [one["id"] for one in lines(scanner(world, "quarantine", "list", "--json").stdout)]


def in_quarantine(world: World) -> int:
    return sum(place.startswith(QUARANTINE) for place in world.places().values())


def test_without_a_retention_nothing_may_be_deleted(world: World) -> None:
    quarantined(world, "a.com")
    del world.sections["quarantine"]
    result = scanner(world, *CONFIRM)
    assert (result.exit_code, in_quarantine(world)) == (2, 1)
    assert result.stderr.startswith("quarantine.purge_after: is not set, so that everything in quarantine is kept")


def test_it_first_shows_what_may_be_deleted_and_deletes_nothing(world: World) -> None:
    ids = quarantined(world, "a.com", "b.com")
    shown = scanner(world, *PURGE, "--json")
    assert (shown.exit_code, [one["id"] for one in lines(shown.stdout)], in_quarantine(world)) == (1, ids, 2)
    assert "/Shared/Projects/a.com" in scanner(world, *PURGE).stdout


def test_what_has_not_been_there_for_long_enough_is_not_meant(world: World) -> None:
    (number,) = quarantined(world, "a.com", days=6)
    assert scanner(world, *PURGE).exit_code == 0
    named = scanner(world, *PURGE, str(number))
    assert (named.exit_code, f"has the id {number}" in named.stderr) == (2, True)


def test_one_requests_and_another_confirms(world: World) -> None:
    quarantined(world, "a.com")
    assert scanner(world, *REQUEST).stdout == "1 requested; somebody else may confirm\n"
    alone = scanner(world, *PURGE, "--confirm", "--reason", "r", "--by", "JDoe")
    assert (alone.exit_code, in_quarantine(world)) == (3, 1)
    assert "JDoe has requested it; somebody else must confirm." in alone.stderr
    together = scanner(world, *CONFIRM)
    assert (together.exit_code, together.stdout, in_quarantine(world)) == (0, "1 of 1 deleted\n", 0)
    assert (world.state()["files"], scanner(world, "quarantine", "list").exit_code) == ([], 0)
    assert asyncio.run(world.once()).unfinished == []


def test_what_was_not_requested_is_not_deleted_with_the_rest(world: World) -> None:
    first, _ = quarantined(world, "a.com", "b.com")
    scanner(world, *REQUEST, str(first))
    result = scanner(world, *CONFIRM)
    assert (result.exit_code, result.stdout, in_quarantine(world)) == (3, "1 of 2 deleted\n", 1)
    assert "nobody has requested that it is purged" in result.stderr


def test_one_person_is_enough_where_the_settings_say_so(world: World) -> None:
    quarantined(world, "a.com", purge_needs="one-person")
    (told,) = lines(scanner(world, *CONFIRM, "--json").stdout)
    assert (told["result"], told["versions"], in_quarantine(world)) == ("success", "1", 0)


def test_while_the_platform_is_away_it_is_exit_3_and_goes_on_later(world: World) -> None:
    quarantined(world, "a.com", "b.com", purge_needs="one-person")
    world.fault(method="DELETE", route="/pubapi/", status=503)
    away = scanner(world, *CONFIRM)
    world.control("DELETE", "faults")
    assert (away.exit_code, in_quarantine(world), "order it again for the rest" in away.stderr) == (3, 2, True)
    assert (scanner(world, *CONFIRM).stdout, in_quarantine(world)) == ("2 of 2 deleted\n", 0)


def test_killed_after_the_deletion_it_is_found_done(world: World) -> None:
    quarantined(world, "a.com", purge_needs="one-person")
    world.settings()
    # The deletion is done, and its answer never comes.
    world.fault(method="DELETE", route="/pubapi/", stall_after=0, stall=60)
    order = [sys.executable, "-m", "scanner", *CONFIRM, "--config", str(world.config)]
    with subprocess.Popen(order, stdout=subprocess.DEVNULL) as process:
        wait_until(lambda: world.state()["files"] == [], "the deletion")
        stop(process, signal.SIGKILL)
    world.control("DELETE", "faults")
    assert scanner(world, "quarantine", "list").exit_code == 1
    (told,) = lines(scanner(world, *CONFIRM, "--json").stdout)
    assert (told["result"], scanner(world, "quarantine", "list").exit_code) == ("already_done", 0)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--request", "--confirm", "--reason", "r"), "Either --request or --confirm"),
        (("--confirm",), "Say why, with --reason."),
        (("--request", "--reason", "  "), "Say why, with --reason."),
    ],
)
def test_a_wrong_use_is_exit_2(world: World, words: tuple[str, ...], said: str) -> None:
    quarantined(world, "a.com")
    result = scanner(world, *PURGE, *words)
    assert (result.exit_code, result.stdout, said in result.stderr, in_quarantine(world)) == (2, "", True, 1)
