"""`scanner doctor`: one line for each part, and an exit code that says who has to act."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from scanner.cli.common import ExitCode
from scanner.cli.doctor import shown
from scanner.service.checks.diagnosis import Diagnosis, Level
from tests.cli.commands import lines, scanner
from tests.journeys.world import World

OK = Diagnosis(Level.OK, "clamd", "answers")
WARN = Diagnosis(Level.WARN, "AlertEncrypted", "is off", "Set `AlertEncrypted yes` in clamd.conf.")
FAIL = Diagnosis(Level.FAIL, "spool", "/none is not a folder we may write to", "Create it.")
DOWN = Diagnosis(Level.UNREACHABLE, "acme: API", "stays away", "Try again later.")


async def given(*diagnoses: Diagnosis) -> AsyncIterator[Diagnosis]:
    for one in diagnoses:
        yield one


def test_all_is_well(world: World) -> None:
    """The only one here that tests itself with every sample there is, which takes seconds."""
    world.sections["clamav"] = {"max_stream": "2MiB"}
    result = scanner(world, "doctor")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith("ok    rules: ")
    assert "\nok    acme: token: belongs to svc-scanner (admin)\n" in result.stdout
    assert "\nok    AlertExceedsMax: is on\n" in result.stdout
    assert " kinds of container are seen into; refused: depth-beyond, members-beyond\n" in result.stdout


def test_what_cannot_be_asked_is_exit_3_whatever_else_is_wrong(world: World) -> None:
    world.token = "not-the-token"
    world.sections["spool"] = {"dir": str(world.folder / "none")}
    result = scanner(world, "doctor", "--deploy", "--files-per-day", "10", "--json")
    levels = {line["subject"]: line["level"] for line in lines(result.stdout)}
    assert (result.exit_code, levels["spool"], levels["acme: API"]) == (3, "fail", "unreachable")
    assert (levels["deploy: notices"], levels["deploy: acme: API budget"]) == ("warn", "unreachable")
    assert world.token not in result.output


def test_files_a_day_are_for_the_budget_before_going_live(world: World) -> None:
    result = scanner(world, "doctor", "--files-per-day", "10")
    assert (result.exit_code, result.stderr) == (2, "--files-per-day goes with --deploy.\n")


@pytest.mark.parametrize(
    ("found", "code"),
    [
        ((OK,), ExitCode.NOTHING_FOUND),
        ((OK, WARN), ExitCode.NOTHING_FOUND),
        ((WARN, FAIL, OK), ExitCode.FOUND),
        ((DOWN, OK), ExitCode.UNFINISHED),
        ((DOWN, FAIL), ExitCode.UNFINISHED),
    ],
)
async def test_a_warning_is_no_failure_and_what_could_not_be_asked_leaves_all_open(
    found: tuple[Diagnosis, ...], code: ExitCode
) -> None:
    assert await shown(given(*found), as_json=False) is code


async def test_what_is_to_be_done_stands_below_what_was_found(capsys: pytest.CaptureFixture[str]) -> None:
    await shown(given(OK, WARN, DOWN), as_json=False)
    assert capsys.readouterr() == (
        "ok    clamd: answers\n"
        "WARN  AlertEncrypted: is off\n      Set `AlertEncrypted yes` in clamd.conf.\n"
        "DOWN  acme: API: stays away\n      Try again later.\n",
        "",
    )


async def test_as_json_each_part_is_an_object_on_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    await shown(given(OK, FAIL), as_json=True)
    assert lines(capsys.readouterr().out) == [
        {"level": "ok", "subject": "clamd", "finding": "answers", "remedy": ""},
        {"level": "fail", "subject": "spool", "finding": FAIL.finding, "remedy": "Create it."},
    ]
