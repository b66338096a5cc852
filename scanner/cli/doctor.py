"""`scanner doctor`: is everything there that a scan needs? One line each, with what to do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

import typer

from scanner.cli.common import ConfigOption, ExitCode, JsonOption, load_or_exit, print_json, say, stop
from scanner.service.assembly import utc_now
from scanner.service.checks.checks import diagnose
from scanner.service.checks.deploy_checks import deploy_checks
from scanner.service.checks.diagnosis import Diagnosis, Level

MOST_FILES = 1_000_000_000
MARKS = {Level.OK: "ok  ", Level.WARN: "WARN", Level.FAIL: "FAIL", Level.UNREACHABLE: "DOWN"}


DeployOption = Annotated[
    bool,
    typer.Option("--deploy", help="Ask as well what matters before going live: where things lie, who hears of a find."),
]
FilesOption = Annotated[
    int | None,
    typer.Option(
        "--files-per-day",
        min=0,
        max=MOST_FILES,
        help="With --deploy: new versions expected in each domain, for the API budget.",
    ),
]


def doctor(
    config: ConfigOption, deploy: DeployOption = False, files_per_day: FilesOption = None, json: JsonOption = False
) -> None:
    """Check token, rights, clamd, signatures, rules, ledger and clock. Changes nothing.

    Example: scanner doctor --config scanner.yaml; before going live: scanner doctor --deploy --files-per-day 600
    """
    if files_per_day is not None and not deploy:
        stop("--files-per-day goes with --deploy.", code=ExitCode.USAGE)
    settings = load_or_exit(config)
    lines = diagnose(settings, utc_now)
    if deploy:
        lines = chained(lines, deploy_checks(settings, utc_now, files_per_day))
    raise typer.Exit(asyncio.run(shown(lines, as_json=json)))


async def chained(*parts: AsyncIterator[Diagnosis]) -> AsyncIterator[Diagnosis]:
    for part in parts:
        async for line in part:
            yield line


async def shown(lines: AsyncIterator[Diagnosis], *, as_json: bool) -> ExitCode:
    """Each line as soon as it is there; gives who has to act, which what could not be asked leaves open."""
    levels = set()
    async for line in lines:
        levels.add(line.level)
        if as_json:
            print_json(line)
        else:
            _say(line)
    if Level.UNREACHABLE in levels:
        return ExitCode.UNFINISHED
    return ExitCode.FOUND if Level.FAIL in levels else ExitCode.NOTHING_FOUND


def _say(line: Diagnosis) -> None:
    # The finding may be a problem, which brings a remedy of its own.
    finding, *more = line.finding.split("\n")
    further = (*more, line.remedy) if line.remedy else more
    say(f"{MARKS[line.level]}  {line.subject}: {finding}", *(f"      {one.strip()}" for one in further))
