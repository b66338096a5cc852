"""`scanner doctor`: is everything there that a scan needs? One line each, with what to do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import typer

from scanner.cli.common import ConfigOption, ExitCode, JsonOption, load_or_exit, print_json, say
from scanner.service.assembly import utc_now
from scanner.service.checks import diagnose
from scanner.service.diagnosis import Diagnosis, Level

MARKS = {Level.OK: "ok  ", Level.WARN: "WARN", Level.FAIL: "FAIL", Level.UNREACHABLE: "DOWN"}


def doctor(config: ConfigOption, json: JsonOption = False) -> None:
    """Check token, rights, clamd, signatures, rules, ledger and clock. Changes nothing."""
    lines = diagnose(load_or_exit(config), utc_now)
    raise typer.Exit(asyncio.run(shown(lines, as_json=json)))


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
    say(f"{MARKS[line.level]}  {line.subject}: {line.finding}" + (f"\n      {line.remedy}" if line.remedy else ""))
