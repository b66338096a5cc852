"""`scanner quarantine allowed` and `disallow`: contents that pass since they were released."""

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
    stopped_by_user_errors,
)
from scanner.cli.orders import ByOption, ReasonOption
from scanner.ledger.ledger import Ledger
from scanner.model import Allowance
from scanner.service.assembly import utc_now
from scanner.settings import Settings


def list_allowed(
    config: ConfigOption,
    domain: Annotated[str | None, typer.Option(help="Only this domain.")] = None,
    json: JsonOption = False,
) -> None:
    """Contents of which some findings do not count, since a file with them was released. `id` is what `disallow` takes.

    Exit 1 while there is one.
    """
    found = asyncio.run(_allowed(load_or_exit(config), domain))
    if json:
        for one in found:
            print_json(one)
    else:
        columns = ("id", "domain", "sha256", "findings", "until", "by", "reason")
        print_table(columns, (_cells(one) for one in found))
    raise typer.Exit(ExitCode.FOUND if found else ExitCode.NOTHING_FOUND)


def disallow(
    id: Annotated[int, typer.Argument(help="As `quarantine allowed` shows it.")],
    config: ConfigOption,
    *,
    reason: ReasonOption,
    by: ByOption = "",
    json: JsonOption = False,
) -> None:
    """Let findings in a released content count again, from the next scan on. Verdicts that are recorded stay.

    Example: scanner quarantine disallow 3 --reason "it was malware after all" --by jdoe
    """
    asyncio.run(_disallow(load_or_exit(config), id, reason, by))
    if json:
        print_json({"id": id, "result": "disallowed", "by": by})
    else:
        say(f"{id} is allowed no more")
    raise typer.Exit(ExitCode.NOTHING_FOUND)


def _cells(one: Allowance) -> tuple[object, ...]:
    return one.id, one.domain, one.sha256, ", ".join(one.names), one.until, one.by, one.because


async def _allowed(settings: Settings, domain: str | None) -> tuple[Allowance, ...]:
    with stopped_by_user_errors():
        async with Ledger.reading(settings.ledger, utc_now) as ledger:
            return await ledger.allowances(domain)


async def _disallow(settings: Settings, wanted: int, reason: str, by: str) -> None:
    with stopped_by_user_errors():
        async with Ledger.reading(settings.ledger, utc_now) as ledger:
            await ledger.withdraw_allowance(wanted, by=by, because=reason)
