"""`scanner clamd`: what is said of a clamd that is there, that is away, and that loads signatures."""

from __future__ import annotations

from scanner.inspection.clamd import Clamd
from scanner.inspection.clamd_session import Found
from tests.clamd import StartClamd, settings_for
from tests.cli.commands import lines, scanner
from tests.inspection.test_clamd_reload import NEW, learn
from tests.journeys.world import World


def test_the_status_of_a_clamd_that_answers(world: World) -> None:
    result = scanner(world, "clamd", "status", "--json")
    (line,) = lines(result.stdout)
    assert line.pop("version").startswith("ClamAV 1.")
    assert line == {"endpoint": world.clamd, "up": True, "queue": 0, "stale": False, "trouble": ""}
    assert result.exit_code == 0
    assert world.clamd in scanner(world, "clamd", "status").stdout


def test_a_clamd_that_is_away_is_exit_3(world: World, new_clamd: StartClamd) -> None:
    world.clamd = new_clamd().address
    result = scanner(world, "clamd", "status", "--json")
    (line,) = lines(result.stdout)
    assert (result.exit_code, line["up"], line["trouble"] != "") == (3, False, True)
    assert scanner(world, "clamd", "reload").exit_code == 3


def test_reload_puts_new_signatures_in_force(world: World, new_clamd: StartClamd) -> None:
    own = new_clamd().start()
    world.clamd = own.address
    learn(own)
    result = scanner(world, "clamd", "reload", "--json")
    assert (result.exit_code, [one["trouble"] for one in lines(result.stdout)]) == (0, [""])
    assert isinstance(Clamd(settings_for(own.address)).answer(NEW), Found)
