"""`scanner cache`: what is kept of contents that were looked at, and a person's word on it."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from scanner.cli.answers import answered, minute, reading
from scanner.cli.common import ConfigOption, ExitCode, JsonOption, load_or_exit, print_json, say, stop
from scanner.cli.orders import ByOption, ReasonOption, row_ids
from scanner.ledger.reuse.caching import Contents
from scanner.settings import Settings

cache_app = typer.Typer(help="Contents that need no further download, and doubts about them.", no_args_is_help=True)


@cache_app.command("status")
def status(config: ConfigOption, json: JsonOption = False) -> None:
    """How many looks are kept, how many verdicts rest on one, and what speaks against them.

    Exit 1 while a difference is open, that is, until `settle`.

    Example: scanner cache status
    """
    found = answered(load_or_exit(config), lambda ledger: ledger.cache.contents())
    if json:
        print_json(found)
    else:
        _say(found)
    raise typer.Exit(ExitCode.FOUND if found.doubts else ExitCode.NOTHING_FOUND)


@cache_app.command("settle")
def settle(
    ids: Annotated[list[int], typer.Argument(help="As `cache status` shows them.", metavar="ID", callback=row_ids)],
    config: ConfigOption,
    *,
    reason: ReasonOption,
    by: ByOption,
    json: JsonOption = False,
) -> None:
    """Believe again what a difference put in doubt. Versions that rested on it are put back to be looked at first.

    Example: scanner cache settle 1 --reason "clamd.conf was changed at noon" --by jdoe
    """
    back, settled = asyncio.run(_settle(load_or_exit(config), ids, reason, by))
    if not settled:
        stop("No difference of these ids is open. See `scanner cache status`.", code=ExitCode.USAGE)
    if json:
        print_json({"settled": settled, "versions": back, "by": by})
    else:
        say(f"{settled} settled; {back} versions are looked at again")
    raise typer.Exit(ExitCode.NOTHING_FOUND)


@cache_app.command("forget")
def forget(config: ConfigOption, *, reason: ReasonOption, by: ByOption, json: JsonOption = False) -> None:
    """Drop all looks that are kept: from now on each content is downloaded once more. Verdicts that are recorded stay.

    To be asked for after clamd.conf was changed, which no version of clamd's tells.

    Example: scanner cache forget --reason "AlertExceedsMax was turned on" --by jdoe
    """
    looks = asyncio.run(_forget(load_or_exit(config), reason, by))
    if json:
        print_json({"looks": looks, "by": by})
    else:
        say(f"{looks} looks are forgotten")
    raise typer.Exit(ExitCode.NOTHING_FOUND)


async def _settle(settings: Settings, ids: list[int], reason: str, by: str) -> tuple[int, int]:
    async with reading(settings) as ledger:
        back = 0
        while some := await ledger.cache.put_back():
            back += some
        return back, await ledger.cache.settle(ids, by=by, because=reason)


async def _forget(settings: Settings, reason: str, by: str) -> int:
    async with reading(settings) as ledger:
        await ledger.cache.note_forgotten(by=by, because=reason)
        looks = 0
        while some := await ledger.cache.forget():
            looks += some
        return looks


def _say(found: Contents) -> None:
    since = f", the oldest of {minute(found.oldest)}" if found.oldest else ""
    say(f"{found.looks} looks are kept{since}; {found.reused} verdicts rest on one")
    for one in found.doubts:
        reach = f"domain {one.domain}" if one.why.value == "content" else f"generation {one.generation}"
        say(f"{one.id}: {minute(one.raised_at)} {one.why.value} of version {one.entry_id}: {one.detail}")
        say(f"  nothing rests on looks for {reach} until `scanner cache settle {one.id}`")
