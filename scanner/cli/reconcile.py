"""`scanner reconcile`: a walk over what is watched, to find what no event told of."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from scanner import logs
from scanner.cli.common import (
    ConfigOption,
    ExitCode,
    JsonOption,
    load_or_exit,
    note,
    print_json,
    printable,
    say,
    stop,
    stopped_by_user_errors,
)
from scanner.cli.domains import DomainOption, chosen
from scanner.events.intake import wants_path
from scanner.ledger.walks.walking import EVERYTHING, Walk, WalkReason
from scanner.service.assembly import scope_in
from scanner.service.orders.ordering import followed, ledger_for_orders
from scanner.settings import DomainSettings, Settings


@dataclass(frozen=True, slots=True)
class Found:
    """How far a walk came."""

    walk: Walk
    missing_folder: bool

    @property
    def unfinished(self) -> str:
        if self.walk.finished_at is None:
            return self.walk.trouble or "it goes on with the service"
        if self.walk.unread:
            return f"{self.walk.unread} folders may not be listed; the log has their paths"
        return ""


def reconcile(
    config: ConfigOption,
    folder: Annotated[str, typer.Argument(metavar="FOLDER", help="Only this folder, like /Shared/Projects.")] = "",
    domain: DomainOption = None,
    json: JsonOption = False,
) -> None:
    """List what is watched, and queue every version that the ledger does not know. Deletions and moves are noticed.

    The running service does it, or this command where none runs; what is queued is scanned by the service.
    Exit 1 where something unknown was found, 3 where not all could be listed.

    Example: scanner reconcile --domain acme /Shared/Projects
    """
    settings = load_or_exit(config)
    path = folder.rstrip("/")
    domains = [one for one in chosen(settings, domain) if path == EVERYTHING or is_watched(one, path)]
    if not domains:
        stop(f"{folder} is in no watched folder, or in an ignored one. See `scanner config show`.", code=ExitCode.USAGE)
    # Beside progress and result only what is wrong: which folders may not be listed, say.
    logs.configure(level=logging.WARNING)
    with stopped_by_user_errors():
        found = asyncio.run(_reconcile(settings, domains, path))
    for one in found:
        _tell(one, json)
    raise typer.Exit(_code(found))


def is_watched(domain: DomainSettings, path: str) -> bool:
    return path.startswith("/") and wants_path(scope_in(domain, own_user_id=0), path + "/")


async def _reconcile(settings: Settings, domains: list[DomainSettings], path: str) -> list[Found]:
    async with ledger_for_orders(settings) as (ledger, owner):
        asked = [await ledger.walks.ask(one.name, path, WalkReason.COMMAND) for one in domains]
        found = []
        for domain, walk_id in zip(domains, asked, strict=True):
            with shown(f"{domain.name} {path or 'all that is watched'}") as progress:
                async for walk in followed(ledger, domain, walk_id, owner=owner):
                    progress.update(progress.task_ids[0], counts=counts_of(walk))
            ended = walk.finished_at is not None and not walk.unread
            found.append(Found(walk, missing_folder=ended and not walk.folders))
        return found


@contextmanager
def shown(what: str) -> Iterator[Progress]:
    """Progress on standard error, where that is a terminal."""
    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}: {task.fields[counts]}"), TimeElapsedColumn())
    progress = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
    with progress:
        progress.add_task(printable(what), total=None, counts="begins soon")
        yield progress


def counts_of(walk: Walk) -> str:
    """For people."""
    return (
        f"{walk.folders} folders, {walk.files} files; {walk.queued} unknown, {walk.moved} moved, "
        f"{walk.missed} missing, {walk.gone} of them gone"
    )


def fields_of(walk: Walk) -> dict[str, Any]:
    """For programs."""
    names = ("id", "domain", "path", "reason", "asked_at", "begun_at", "finished_at", "folders", "files", "queued")
    return {name: getattr(walk, name) for name in (*names, "moved", "missed", "gone", "unread")}


def _tell(found: Found, as_json: bool) -> None:
    walk = found.walk
    if as_json:
        print_json({**fields_of(walk), "unfinished": found.unfinished or None})
        return
    if found.missing_folder:
        note(f"{walk.domain}: there is no folder {walk.path}")
        return
    say(f"{walk.domain} {walk.path or 'all that is watched'}: {counts_of(walk)}")
    if found.unfinished:
        note(f"unfinished: {found.unfinished}")


def _code(found: list[Found]) -> ExitCode:
    if any(one.unfinished for one in found):
        return ExitCode.UNFINISHED
    if all(one.missing_folder for one in found):
        return ExitCode.USAGE
    return ExitCode.FOUND if any(one.walk.queued for one in found) else ExitCode.NOTHING_FOUND
