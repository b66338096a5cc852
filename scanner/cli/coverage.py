"""`scanner coverage`: what was seen, what became of it, and what may have passed unseen."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Annotated

import typer

from scanner.cli.answers import load_for, reading
from scanner.cli.common import (
    ConfigOption,
    ExitCode,
    JsonOption,
    note,
    print_json,
    say,
    stop,
)
from scanner.cli.domains import DomainOption
from scanner.cli.period import SinceOption, UntilOption, check_period
from scanner.ledger.proofs.coverage import Coverage, EventAccount, Figures, Folders, SeenGap, Standing
from scanner.ledger.proofs.coverage_json import account
from scanner.ledger.proofs.coverage_queries import Asked, NotScanned
from scanner.service.statements import watched_folders
from scanner.settings import Settings

coverage_app = typer.Typer()


@coverage_app.callback(invoke_without_command=True)
def coverage(
    context: typer.Context,
    config: ConfigOption,
    *,
    domain: DomainOption = None,
    folder: Annotated[str | None, typer.Option(help="Only versions in this folder and below.")] = None,
    since: SinceOption = None,
    until: UntilOption = None,
    list_: Annotated[bool, typer.Option("--list", help="Each version no engine has looked at, and why.")] = False,
    json: JsonOption = False,
) -> None:
    """An account of every version and event: judged, unscannable, given up, gone or open.

    A period holds the versions first seen, and the events recorded, in it. Exit 1 where a version is open or given up,
    a gap is open, or a folder is still to be listed.

    Example: scanner coverage --domain acme --since 7d
    """
    if context.invoked_subcommand is not None:
        return
    settings = load_for(config, domain)
    check_period(since, until)
    asked = Asked(domain, since, until)
    _check(folder)
    if list_:
        complete = asyncio.run(_list(settings, asked, folder, as_json=json))
    else:
        complete = _tell(asyncio.run(_coverage(settings, asked, folder)), as_json=json)
    raise typer.Exit(ExitCode.NOTHING_FOUND if complete else ExitCode.FOUND)


def _check(folder: str | None) -> None:
    if folder is not None and not folder.startswith("/"):
        stop(f"{folder} is no folder; write it from the top, like /Shared/Finance.", code=ExitCode.USAGE)


def folders_of(settings: Settings, folder: str | None) -> Folders:
    """That folder in each domain, or the watched ones."""
    if folder is None:
        return watched_folders(settings)
    return Folders({one.name: (folder,) for one in settings.domains})


async def _coverage(settings: Settings, asked: Asked, folder: str | None) -> Coverage:
    async with reading(settings) as ledger:
        return await ledger.proofs.coverage(asked, folders_of(settings, folder), elsewhere=folder is None)


def _tell(found: Coverage, *, as_json: bool) -> bool:
    if as_json:
        print_json(account(found))
    else:
        for line in _lines(found):
            say(line)
    return found.complete


def _lines(found: Coverage) -> Iterator[str]:
    for place in found.places:
        yield f"{place.domain} {place.folder or 'elsewhere'}: {place.figures.seen} versions seen"
        yield from (f"  {line}" for line in _figure_lines(place.figures))
    if not found.places:
        yield "No version was seen."
    for events in found.events:
        yield from _event_lines(events)
    for unheld in found.unheld:
        until = f"recorded up to {_moment(unheld.until)}"
        yield f"{unheld.domain}: events {until} are not held any more (ledger.keep_events), and not counted"
    for gap in found.gaps:
        yield _gap_line(gap)
    for one in found.unlisted:
        refused = f", and {one.refused} that the platform does not let us list" if one.refused else ""
        yield f"{one.domain}: {one.waiting} folders are still to be listed{refused}"


def _figure_lines(figures: Figures) -> Iterator[str]:
    yield _counted("judged", figures.judged)
    yield _counted("unscannable", figures.unscannable)
    if figures.reused:
        yield f"of these {figures.reused} by a look at the same content, for the sake of another version"
    ended = {"gone": figures.gone, "superseded": figures.superseded}
    yield _counted("ended before a look", {word: count for word, count in ended.items() if count})
    if figures.unchecked:
        yield _counted("given up", figures.unchecked)
    if figures.unaccounted:
        yield f"unaccounted for {figures.unaccounted}: this is a defect, please report it"
    oldest = f"; the oldest since {_moment(figures.oldest_open)}" if figures.oldest_open else ""
    yield _counted("open", figures.open) + oldest


def _counted(what: str, counts: Mapping[str, int]) -> str:
    parts = ", ".join(f"{count} {word}" for word, count in sorted(counts.items()))
    return f"{what} {sum(counts.values())}" + (f": {parts}" if parts else "")


def _event_lines(account: EventAccount) -> Iterator[str]:
    counts = {"queued": account.queued, "folders to list": account.walk, **account.skipped}
    restored = f" (after it was restored {account.epoch} times)" if account.epoch else ""
    what = _counted("events recorded", {word: count for word, count in counts.items() if count})
    yield f"{account.domain}{restored}: {what}"
    yield (
        f"  ids {account.first_id} to {account.last_id}; with {account.ids_without_event} of them no event came, as it "
        "is with what we may not see"
    )
    if account.without_version:
        yield f"  {account.without_version} were queued, and their version is not there: a defect, please report it"


def _gap_line(gap: SeenGap) -> str:
    missed = f"nobody looked from {_moment(gap.since)} to {_moment(gap.until)} ({gap.reason})"
    made_up = f"made up for at {_moment(gap.closed_at)}" if gap.closed_at else "OPEN: not made up for yet"
    return f"{gap.domain} gap: {missed}; {made_up}"


def _moment(at: datetime | None) -> str:
    return "an unknown moment" if at is None else f"{at:%Y-%m-%d %H:%M:%S}Z"


async def _list(settings: Settings, asked: Asked, folder: str | None, *, as_json: bool) -> bool:
    folders = folders_of(settings, folder)
    complete, shown = True, 0
    async with reading(settings) as ledger:
        async for one in ledger.proofs.not_scanned(asked):
            if folder is not None and folders.of(one.domain, one.path) is None:
                continue
            shown += 1
            complete = complete and one.standing not in (Standing.OPEN, Standing.UNCHECKED, Standing.UNACCOUNTED)
            _show(one, as_json=as_json)
    if not shown and not as_json:
        note("An engine has looked at every version.")
    return complete


def _show(one: NotScanned, *, as_json: bool) -> None:
    """Line by line, and no table: that would need all of them at once."""
    if as_json:
        print_json(one)
    else:
        why = f"{one.standing} {one.reason}".strip()
        say(f"{_moment(one.first_seen_at)}  {why}  {one.domain}  {one.path}  {one.entry_id}")
