"""`scanner doctor`: one line for each part, and an exit code that says who has to act."""

from __future__ import annotations

from tests.clamd import StartClamd
from tests.cli.commands import lines, scanner
from tests.journeys.world import World


def test_all_is_well(world: World) -> None:
    result = scanner(world, "doctor")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith("ok    rules: ")
    assert "\nok    acme: token: belongs to svc-scanner (admin)\n" in result.stdout
    assert "\nok    AlertExceedsMax: is on\n" in result.stdout


def test_a_warning_has_a_remedy_below_it_and_is_no_failure(world: World, new_clamd: StartClamd) -> None:
    world.clamd = new_clamd(AlertEncrypted="no").start().address
    result = scanner(world, "doctor")
    assert result.exit_code == 0
    assert "\nWARN  AlertEncrypted: is off: " in result.stdout
    assert "\n      Set `AlertEncrypted yes` in clamd.conf, then restart it.\n" in result.stdout


def test_a_failure_is_exit_1(world: World) -> None:
    world.sections["domain"] = {"watch": ["/Shared/None"]}
    result = scanner(world, "doctor")
    assert (result.exit_code, "FAIL  acme: /Shared/None: cannot be seen" in result.stdout) == (1, True)


def test_what_cannot_be_asked_is_exit_3_whatever_else_is_wrong(world: World) -> None:
    world.token = "not-the-token"
    world.sections["spool"] = {"dir": str(world.folder / "none")}
    result = scanner(world, "doctor", "--json")
    levels = {line["subject"]: line["level"] for line in lines(result.stdout)}
    assert (result.exit_code, levels["spool"], levels["acme: API"]) == (3, "fail", "unreachable")
    assert world.token not in result.output


def test_as_json_each_part_is_an_object_on_a_line(world: World) -> None:
    found = lines(scanner(world, "doctor", "--json").stdout)
    assert {tuple(one) for one in found} == {("level", "subject", "finding", "remedy")}
    assert [one["subject"] for one in found][:4] == ["rules", "yara", "suppressions", "clamd"]
