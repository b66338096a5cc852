"""`scanner retry`: versions that were given up, and their way back into the queue."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from scanner.cli.common import (
    ConfigOption,
    ExitCode,
    JsonOption,
    load_or_exit,
    print_json,
    print_table,
    say,
    stop,
    stopped_by_user_errors,
)
from scanner.ledger.dead_letters import Choice, Group
from scanner.ledger.ledger import Ledger
from scanner.model import EntryId, Unchecked
from scanner.service.assembly import utc_now
from scanner.settings import Settings


def retry(
    config: ConfigOption,
    *,
    ids: Annotated[list[str] | None, typer.Argument(help="Entry ids, as in `verdicts list`.", metavar="ID")] = None,
    reason: Annotated[Unchecked | None, typer.Option(help="Those given up for this reason.")] = None,
    domain: Annotated[str | None, typer.Option(help="Only this domain.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="All that were given up.")] = False,
    only_list: Annotated[bool, typer.Option("--list", help="Only say how many there are, and why.")] = False,
    json: JsonOption = False,
) -> None:
    """Look again at versions that were given up as unchecked. A running service takes them up within seconds,
    otherwise the next one does. What was recorded of them stays, and the new verdict counts.

    Example: scanner retry --reason access-refused --domain acme
    """
    settings = load_or_exit(config)
    if only_list:
        _list(asyncio.run(_groups(settings)), domain, reason, as_json=json)
    if everything is bool(ids or reason):
        stop("Name ids or a --reason; or --all without them. `--list` shows what there is.", ExitCode.USAGE)
    chosen = Choice(domain, reason.value if reason else None, tuple(map(EntryId, ids or ())))
    back = asyncio.run(_put_back(settings, chosen))
    if not back:
        stop("Nothing of that kind was given up. See `scanner retry --list`.", ExitCode.USAGE)
    if json:
        print_json({"versions": len(back)})
    else:
        say(f"{len(back)} versions are looked at again")
    raise typer.Exit(ExitCode.NOTHING_FOUND)


def _list(groups: list[Group], domain: str | None, reason: Unchecked | None, *, as_json: bool) -> None:
    meant = [one for one in groups if domain in (None, one.domain) and reason in (None, one.reason)]
    if as_json:
        for one in meant:
            print_json(one)
    else:
        rows = ((one.domain, one.reason, one.versions, f"{one.since:%Y-%m-%d %H:%M}Z") for one in meant)
        print_table(("domain", "reason", "versions", "since"), rows)
    raise typer.Exit(ExitCode.FOUND if meant else ExitCode.NOTHING_FOUND)


async def _groups(settings: Settings) -> list[Group]:
    with stopped_by_user_errors():
        async with Ledger.reading(settings.ledger, utc_now) as ledger:
            return await ledger.dead_letters.groups()


async def _put_back(settings: Settings, chosen: Choice) -> list[EntryId]:
    with stopped_by_user_errors():
        async with Ledger.reading(settings.ledger, utc_now) as ledger:
            return await ledger.dead_letters.put_back(chosen)
