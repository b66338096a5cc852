"""`scanner doctor`: is everything there that a scan needs? One line each, with what to do."""

from __future__ import annotations

import asyncio

import typer

from scanner.cli.common import ConfigOption, ExitCode, JsonOption, load_or_exit, print_json, say
from scanner.service.assembly import utc_now
from scanner.service.checks import diagnose
from scanner.service.diagnosis import Diagnosis, Level
from scanner.settings import Settings

MARKS = {Level.OK: "ok  ", Level.WARN: "WARN", Level.FAIL: "FAIL", Level.UNREACHABLE: "DOWN"}


def doctor(config: ConfigOption, json: JsonOption = False) -> None:
    """Check token, rights, clamd, signatures, rules, ledger and clock. Changes nothing."""
    found = asyncio.run(_examine(load_or_exit(config), json))
    if Level.UNREACHABLE in found:
        raise typer.Exit(ExitCode.UNFINISHED)
    raise typer.Exit(ExitCode.FOUND if Level.FAIL in found else ExitCode.NOTHING_FOUND)


async def _examine(settings: Settings, as_json: bool) -> set[Level]:
    levels = set()
    async for line in diagnose(settings, utc_now):
        levels.add(line.level)
        if as_json:
            print_json(line)
        else:
            _say(line)
    return levels


def _say(line: Diagnosis) -> None:
    say(f"{MARKS[line.level]}  {line.subject}: {line.finding}" + (f"\n      {line.remedy}" if line.remedy else ""))
