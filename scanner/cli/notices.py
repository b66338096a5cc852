"""`scanner notices`: what other systems were to be told, and have not taken."""

from __future__ import annotations

import asyncio

import typer

from scanner.cli.common import (
    ConfigOption,
    ExitCode,
    JsonOption,
    load_or_exit,
    print_json,
    print_table,
    say,
    stopped_by_user_errors,
)
from scanner.ledger.ledger import Ledger
from scanner.ledger.noticing import NoticeState
from scanner.service.assembly import utc_now
from scanner.settings import Settings

notices_app = typer.Typer(help="Notices to other systems that were not taken.", no_args_is_help=True)


@notices_app.command("list")
def list_notices(config: ConfigOption, json: JsonOption = False) -> None:
    """Notices that wait for their receiver (open), and those given up after three days, with the last trouble.

    Exit 1 while there is one. Example: scanner notices list --json
    """
    found = asyncio.run(_listed(load_or_exit(config)))
    if json:
        for one in found:
            print_json(one)
    else:
        columns = ("id", "receiver", "domain", "entry id", "state", "tries", "queued", "due", "trouble")
        print_table(columns, (_cells(one) for one in found))
    raise typer.Exit(ExitCode.FOUND if found else ExitCode.NOTHING_FOUND)


@notices_app.command("retry")
def retry_notices(config: ConfigOption, json: JsonOption = False) -> None:
    """Have all of them tried again at once, by the running service or the next `run --once`.

    Example: scanner notices retry
    """
    count = asyncio.run(_reopened(load_or_exit(config)))
    if json:
        print_json({"reopened": count})
    else:
        say(f"{count} notices are tried again")
    raise typer.Exit(ExitCode.NOTHING_FOUND)


def _cells(one: NoticeState) -> tuple[object, ...]:
    queued, due = (f"{moment:%Y-%m-%d %H:%M}Z" for moment in (one.queued_at, one.due_at))
    return one.id, one.receiver, one.domain, one.entry_id, one.state, one.tries, queued, due, one.trouble


async def _listed(settings: Settings) -> list[NoticeState]:
    with stopped_by_user_errors():
        async with Ledger.reading(settings.ledger, utc_now) as ledger:
            return await ledger.notices.listed()


async def _reopened(settings: Settings) -> int:
    with stopped_by_user_errors():
        async with Ledger.reading(settings.ledger, utc_now) as ledger:
            return await ledger.notices.reopen()
