"""`scanner notices`: what other systems were to be told, and have not taken."""

from __future__ import annotations

import typer

from scanner.cli.answers import answered, minute, show_list
from scanner.cli.common import (
    ConfigOption,
    ExitCode,
    JsonOption,
    load_or_exit,
    print_json,
    say,
)
from scanner.ledger.notices.noticing import NoticeState

notices_app = typer.Typer(help="Notices to other systems that were not taken.", no_args_is_help=True)


@notices_app.command("list")
def list_notices(config: ConfigOption, json: JsonOption = False) -> None:
    """Notices that wait for their receiver (open), and those given up after three days, with the last trouble.

    Exit 1 while there is one. Example: scanner notices list --json
    """
    found = answered(load_or_exit(config), lambda ledger: ledger.notices.listed())
    columns = ("id", "receiver", "domain", "entry id", "state", "tries", "queued", "due", "trouble")
    show_list(found, columns, _cells, as_json=json)
    raise typer.Exit(ExitCode.FOUND if found else ExitCode.NOTHING_FOUND)


@notices_app.command("retry")
def retry_notices(config: ConfigOption, json: JsonOption = False) -> None:
    """Have all of them tried again at once, by the running service or the next `run --once`.

    Example: scanner notices retry
    """
    count = answered(load_or_exit(config), lambda ledger: ledger.notices.reopen())
    if json:
        print_json({"reopened": count})
    else:
        say(f"{count} notices are tried again")
    raise typer.Exit(ExitCode.NOTHING_FOUND)


def _cells(one: NoticeState) -> tuple[object, ...]:
    queued, due = minute(one.queued_at), minute(one.due_at)
    return one.id, one.receiver, one.domain, one.entry_id, one.state, one.tries, queued, due, one.trouble
