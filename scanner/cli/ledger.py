"""`scanner ledger`: the schema of a ledger, copies of it, and its size."""

from __future__ import annotations

import asyncio
import shlex
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from scanner.cli.common import (
    ConfigOption,
    ExitCode,
    JsonOption,
    load_or_exit,
    print_json,
    printable,
    say,
    stop,
    stopped_by_user_errors,
)
from scanner.cli.ledger_export import export
from scanner.errors import RetryLater
from scanner.ledger.copies.backup import Backup, back_up
from scanner.ledger.copies.moving import Moved
from scanner.ledger.copies.moving import move as take_over
from scanner.ledger.copies.vacuuming import Vacuumed
from scanner.ledger.copies.vacuuming import vacuum as made_small
from scanner.service.migrating import Migration, migrate_ledger
from scanner.settings import LedgerSettings

ledger_app = typer.Typer(help="The ledger itself.", no_args_is_help=True)


@ledger_app.command()
def migrate(config: ConfigOption, json: JsonOption = False) -> None:
    """Make the tables of a new ledger, or bring an older one to this version.

    On PostgreSQL once before replicas of a new version start; they refuse another schema. Two at once wait for each
    other. A file is migrated by the start of `scanner run`, too. Of the files that the settings name, only the ledger's
    have to be there.

    Example: scanner ledger migrate --config scanner.yaml
    """
    settings = load_or_exit(config, files_of=["ledger"])
    with stopped_by_user_errors():
        done = asyncio.run(migrate_ledger(settings.ledger))
    if json:
        print_json(done)
    else:
        say(_told(done))


def _told(done: Migration) -> str:
    if not done.changed:
        return f"{done.ledger} has the schema of this version ({done.schema})."
    return f"{done.ledger} was brought from {done.before or 'nothing'} to the schema of this version ({done.schema})."


@ledger_app.command()
def backup(
    config: ConfigOption,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where the copy goes; its folder has to be there.")],
    force: Annotated[bool, typer.Option("--force", help="Replace FILE where it is there.")] = False,
    json: JsonOption = False,
) -> None:
    """Copy a ledger on SQLite to a file, as it is at one moment, while the service works on.

    The copy is read again as a whole before it gets its name, and only its owner may read it. On PostgreSQL pg_dump
    does that: the command is told.

    Example: scanner ledger backup /backup/ledger.db
    """
    settings = load_or_exit(config).ledger
    if settings.file is None:
        stop(*_for_a_server(settings, file), code=ExitCode.USAGE)
    with stopped_by_user_errors(), _bar("copying") as progress:
        done = back_up(settings.file, file, force=force, progress=progress)
    if json:
        print_json(done)
    else:
        say(_copied(done))


def _for_a_server(settings: LedgerSettings, file: Path) -> tuple[str, ...]:
    """The URL holds no password: the settings refuse one."""
    return (
        "A ledger on PostgreSQL is copied by PostgreSQL's own tool, also while services run:",
        f"    pg_dump --format=custom --file={shlex.quote(str(file))} {shlex.quote(settings.url)}",
        "It asks for the password, or reads it from the file that PGPASSFILE names.",
    )


def _copied(done: Backup) -> str:
    rows = sum(done.rows.values())
    return f"{done.ledger} was copied to {done.file}: {done.size:,} bytes, {rows:,} rows, schema {done.schema}."


ledger_app.command("export")(export)


@ledger_app.command()
def move(
    config: ConfigOption,
    to: Annotated[str, typer.Option("--to", metavar="URL", help="postgresql://user@host[:port]/db, empty. Required.")],
    password_file: Annotated[
        Path | None, typer.Option("--password-file", help="File that holds the password for PostgreSQL.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Take a ledger on SQLite over to an empty database on PostgreSQL, and prove that both hold the same.

    Stop the service first. All or nothing: broken off at any moment, the command can be given again. The file is left
    as it is, and so are the settings; what to change in them is told.

    Example: scanner ledger move --to postgresql://scanner@db.example.com/scanner --password-file /run/secrets/ledger
    """
    settings = load_or_exit(config).ledger
    if settings.file is None:
        stop(
            "ledger.url names a database on PostgreSQL already. Only a ledger on SQLite is moved.", code=ExitCode.USAGE
        )
    target = _target(to, password_file)
    with stopped_by_user_errors(), _bar("moving and comparing") as bar, stoppable(bar) as progress:
        done = asyncio.run(take_over(settings.file, target, progress=progress))
    if json:
        print_json(done)
    else:
        say(*_moved(done, target))


@contextmanager
def stoppable(progress: Callable[[int, int], None]) -> Iterator[Callable[[int, int], None]]:
    """Ctrl-C ends the command at the next batch, by RetryLater. A cancelled task would not: where that comes while rows
    are being read, and not waited for, asyncpg waits for an answer for ever (seen)."""
    pressed = Event()
    before = signal.signal(signal.SIGINT, lambda *_: pressed.set())

    def told(done: int, total: int) -> None:
        if pressed.is_set():
            raise RetryLater("Broken off: nothing was moved, and the file is as it was. Give the command again.")
        progress(done, total)

    try:
        yield told
    finally:
        signal.signal(signal.SIGINT, before)


def _target(url: str, password_file: Path | None) -> LedgerSettings:
    """Told without what was given: there may be a password in it."""
    try:
        target = LedgerSettings(url=url, password_file=password_file)
    except ValidationError as error:
        names = {"url": "--to", "password_file": "--password-file"}
        wrong = [f"{names[str(one['loc'][0])]} {one['msg'].removeprefix('Value error, ')}" for one in error.errors()]
        stop(*(one.replace("password_file", "--password-file") for one in wrong), code=ExitCode.USAGE)
    if target.file is not None:
        stop(
            "--to must be postgresql://user@host[:port]/db. A file is copied by `scanner ledger backup`.",
            code=ExitCode.USAGE,
        )
    return target


def _moved(done: Moved, target: LedgerSettings) -> Iterator[str]:
    rows = sum(one.rows for one in done.tables.values())
    yield (
        f"{done.ledger} was moved to {done.to}: {rows:,} rows of {len(done.tables)} tables, schema {done.schema}, "
        f"each table the same in both by count and digest."
    )
    yield f"The service gives {done.open:,} open versions a new ticket at its start; {done.held:,} stay paused."
    yield from ("Now write in scanner.yaml, and leave what else stands under ledger:", "")
    yield from ("    ledger:", f"      url: {target.url}")
    if target.password_file is not None:
        yield f"      password_file: {target.password_file}"
    yield ""
    yield f"Start no service on {done.ledger} any more: what it did there the new ledger would not know."


@ledger_app.command()
def vacuum(config: ConfigOption, json: JsonOption = False) -> None:
    """Give the room of rows that were dropped back to the disk. Only for a ledger on SQLite.

    Stop the service first. Seldom needed: free room is used again, so a ledger grows only as long as more is added than
    dropped. On PostgreSQL its own autovacuum does what is needed.

    Example: scanner ledger vacuum
    """
    settings = load_or_exit(config).ledger
    if settings.file is None:
        stop("ledger.url names a database on PostgreSQL, whose autovacuum does what is needed.", code=ExitCode.USAGE)
    with stopped_by_user_errors(), _clock("writing anew; SQLite does not tell how far it is"):
        done = made_small(settings.file)
    if json:
        print_json(done)
    else:
        say(_smaller(done))


def _smaller(done: Vacuumed) -> str:
    return f"{done.ledger} has {done.after:,} bytes; it had {done.before:,}."


@contextmanager
def _bar(doing: str) -> Iterator[Callable[[int, int], None]]:
    """To be told how much is done, and of how much."""
    with _shown(BarColumn(), TaskProgressColumn(), TimeRemainingColumn()) as progress:
        task = progress.add_task(printable(doing), total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


@contextmanager
def _clock(doing: str) -> Iterator[None]:
    """How long it has taken so far, of what does not tell how much is done."""
    with _shown(TimeElapsedColumn()) as progress:
        progress.add_task(printable(doing), total=None)
        yield


def _shown(*columns: ProgressColumn) -> Progress:
    """On standard error, where that is a terminal."""
    console = Console(stderr=True)
    said = TextColumn("{task.description}")
    return Progress(said, *columns, console=console, transient=True, disable=not console.is_terminal)
