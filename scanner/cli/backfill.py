"""`scanner backfill`: old content scanned at leisure, with a forecast before it begins."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import asdict
from typing import Annotated, Any

import typer

from scanner.cli.common import (
    ConfigOption,
    ExitCode,
    JsonOption,
    load_or_exit,
    note,
    print_json,
    print_table,
    say,
    stop,
    stopped_by_user_errors,
)
from scanner.cli.domains import DomainOption, chosen
from scanner.cli.reconcile import fields_of, is_watched
from scanner.cloud.client import EgnyteClient
from scanner.errors import CloudRefused, NotFound
from scanner.ledger.walks.walking import Walk, WalkReason
from scanner.service.calls.forecast import Forecast, forecast, stats_of
from scanner.service.orders.ordering import ledger_beside
from scanner.settings import DomainSettings, Settings
from scanner.settings.units import written_size

ORDERS = ("status", "pause", "resume")


def backfill(
    what: Annotated[str, typer.Argument(metavar="FOLDER|status|pause|resume", help="A folder like /Shared/Old.")],
    *,
    config: ConfigOption,
    domain: DomainOption = None,
    versions: Annotated[bool, typer.Option("--versions", help="Older versions of each file, too.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask after the forecast.")] = False,
    json: JsonOption = False,
) -> None:
    """Scan old content, behind all else: the service lists a folder and scans every version it does not know.

    First it is said how many calls and days it will take at most.
    `status` shows how far each one is; `pause` and `resume` are for all of a domain.

    Example: scanner backfill /Shared/Old --versions --yes
    """
    settings = load_or_exit(config)
    domains = chosen(settings, domain)
    with stopped_by_user_errors():
        if what in ORDERS:
            asyncio.run(_order(settings, domains, what, json))
        else:
            asyncio.run(_begin(settings, domains, what.rstrip("/"), versions=versions, yes=yes, as_json=json))


async def _begin(
    settings: Settings, domains: list[DomainSettings], path: str, *, versions: bool, yes: bool, as_json: bool
) -> None:
    domain = _only(domains, path)
    expected = await _forecast(settings, domain, path, versions=versions)
    if not as_json:
        _say_forecast(domain, path, expected)
    if not yes and not (sys.stdin.isatty() and typer.confirm("Begin?", err=True)):
        if as_json:
            print_json(_begun(domain, path, expected, None))
        stop("Not begun. Add --yes to begin without being asked.", code=ExitCode.USAGE)
    async with ledger_beside(settings) as ledger:
        walk = await ledger.walks.ask(domain.name, path, WalkReason.BACKFILL, with_versions=versions)
    if as_json:
        print_json(_begun(domain, path, expected, walk))
    else:
        say(f"begun as {walk}: `scanner run` carries it out, `scanner backfill status` shows how far it is")


def _only(domains: list[DomainSettings], path: str) -> DomainSettings:
    watched = [one for one in domains if is_watched(one, path)]
    if not watched:
        stop(f"{path} is in no watched folder, or in an ignored one. See `scanner config show`.", code=ExitCode.USAGE)
    if len(watched) > 1:
        stop(f"{path} is watched in {', '.join(one.name for one in watched)}. Add --domain.", code=ExitCode.USAGE)
    return watched[0]


async def _forecast(settings: Settings, domain: DomainSettings, path: str, *, versions: bool) -> Forecast | None:
    """None where the platform does not count for us."""
    client = EgnyteClient(domain)
    try:
        stats = await stats_of(client, path)
    except NotFound:
        stop(f"{domain.name}: there is no folder {path}", code=ExitCode.USAGE)
    except CloudRefused as error:
        note(f"There is no forecast: {error}")
        return None
    finally:
        await client.close()
    async with ledger_beside(settings) as ledger:
        known = await ledger.walks.known_below(domain.name, path, with_versions=versions)
        recorded = {one.token: one.day_limit for one in await ledger.spending.tokens() if one.domain == domain.name}
    # This command calls by the first token alone; what the others may, the service was told.
    told = [one.quota().day_limit or recorded.get(number) for number, one in enumerate(client.budgets, start=1)]
    return forecast(stats, known, told, with_versions=versions)


def _say_forecast(domain: DomainSettings, path: str, expected: Forecast | None) -> None:
    if expected is None:
        return
    limit = "" if expected.limit_known else " (where the platform has not said its limit, the documented one)"
    say(
        f"{domain.name} {path}: {expected.folders} folders, {expected.files} files of {written_size(expected.size)}, "
        f"{expected.versions} versions to scan",
        f"at most {expected.calls} calls; at {expected.calls_a_day} a day{limit} that is {expected.days:.1f} days",
    )


def _begun(domain: DomainSettings, path: str, expected: Forecast | None, walk: int | None) -> dict[str, Any]:
    days = {} if expected is None else {"days": round(expected.days, 2)}
    figures = None if expected is None else asdict(expected) | days
    return {"domain": domain.name, "path": path, "forecast": figures, "id": walk}


async def _order(settings: Settings, domains: list[DomainSettings], what: str, as_json: bool) -> None:
    async with ledger_beside(settings) as ledger:
        for one in domains:
            if what == "pause":
                _say_number(one, await ledger.walks.pause_backfill(one.name), "paused", as_json)
            elif what == "resume":
                _say_number(one, await ledger.walks.resume_backfill(one.name), "resumed", as_json)
        if what == "status":
            rows = [row for one in domains for row in await ledger.walks.backfills(one.name)]
            _show(rows, as_json)


def _say_number(domain: DomainSettings, number: int, done: str, as_json: bool) -> None:
    if as_json:
        print_json({"domain": domain.name, done: number})
    else:
        say(f"{domain.name}: {number} backfills {done}")


def _show(rows: list[tuple[Walk, int]], as_json: bool) -> None:
    if as_json:
        for walk, waiting in rows:
            paused = walk.paused_at is not None
            print_json(
                {
                    **fields_of(walk),
                    "state": _state(walk),
                    "paused": paused,
                    "trouble": walk.trouble,
                    "waiting": waiting,
                }
            )
        return
    print_table(
        ("id", "domain", "folder", "state", "folders", "files", "queued", "not listed", "waiting to be scanned"),
        (
            (walk.id, walk.domain, walk.path, _state(walk), walk.folders, walk.files, walk.queued, walk.unread, waiting)
            for walk, waiting in rows
        ),
    )


def _state(walk: Walk) -> str:
    if walk.finished_at is not None:
        return "listed"
    if walk.paused_at is not None:
        return "paused"
    if walk.trouble is not None:
        return f"waits: {walk.trouble}"
    return "waits for its turn" if walk.begun_at is None else "goes on"
