"""`scanner coverage key`, `state` and `verify`: signed statements of each day's coverage."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from scanner.cli.answers import reading
from scanner.cli.common import (
    ConfigOption,
    ExitCode,
    JsonOption,
    load_or_exit,
    note,
    print_json,
    say,
    stop,
    stopped_by_user_errors,
)
from scanner.cli.coverage import coverage_app
from scanner.cli.orders import ByOption
from scanner.ledger.proofs import statement_keys
from scanner.ledger.proofs.statement import LARGEST, Last, NotAStatement, Statement, follows, last_of, parse
from scanner.ledger.proofs.statement_keys import PublicKey
from scanner.service.assembly import utc_now
from scanner.service.statements import lost_days, make_due, write_missing
from scanner.settings import Settings

__all__ = ["coverage_app"]
"""With the commands of this module."""


def _public(written: str) -> PublicKey:
    """64 hex digits, or a file with them."""
    try:
        text = written if len(written) == 64 else Path(written).read_text(encoding="ascii")[:200]
        return PublicKey.of(text)
    except (OSError, ValueError):
        raise typer.BadParameter(
            "must be the 64 hex digits that `scanner coverage key` prints, or a file with them"
        ) from None


@dataclass(frozen=True, slots=True)
class Verified:
    """One file."""

    file: str
    problem: str = ""
    """Empty where it holds."""
    number: int | None = None
    day: str | None = None
    complete: bool | None = None
    audit: str | None = None
    """The head of the audit then, for `audit verify --head`."""


@coverage_app.command("key")
def key(config: ConfigOption, json: JsonOption = False) -> None:
    """Make the key that signs statements, where there is none yet, and print its public half.

    Keep what it prints where whoever may write the ledger cannot: it is what `coverage verify` trusts.

    Example: scanner coverage key > coverage.pub
    """
    file = _section(load_or_exit(config))[1]
    with stopped_by_user_errors():
        there = file.exists()
        found = (statement_keys.load(file) if there else statement_keys.make(file)).public
    if not there:
        note(f"A new key was made in {file}. Whoever reads it can sign in the scanner's name.")
    if json:
        print_json({"public_key": found.written(), "fingerprint": found.fingerprint, "made": not there})
    else:
        say(found.written())


@coverage_app.command("state")
def state(config: ConfigOption, by: ByOption, json: JsonOption = False) -> None:
    """Make the statement of each day that has ended and has none; a service does that by itself.

    Files that are missing in the folder are written again. Exit 1 where a day is not complete,
    or cannot be stated, since its events are not held any more.

    Example: scanner coverage state
    """
    settings = load_or_exit(config)
    made, lost = asyncio.run(_state(settings, _section(settings)[0], by))
    if lost is not None:
        note(f"{lost[0]} to {lost[1]} cannot be stated: their events are not held any more (ledger.keep_events).")
    for one in made:
        said = one.said
        shown = {"number": said["number"], "day": said["day"], "complete": said["coverage"]["complete"]}
        if json:
            print_json(shown | {"digest": one.digest})
        else:
            say(f"{said['day']}: statement {said['number']}, {_completeness(shown['complete'])}")
    if not made and not json:
        note("No statement is due.")
    incomplete = any(not one.said["coverage"]["complete"] for one in made)
    raise typer.Exit(ExitCode.FOUND if incomplete or lost else ExitCode.NOTHING_FOUND)


def _section(settings: Settings) -> tuple[Path, Path]:
    folder, file = settings.statements.folder, settings.statements.key_file
    if folder is None or file is None:
        stop("Write statements.folder and statements.key_file into the settings first.", code=ExitCode.USAGE)
    return folder, file


async def _state(settings: Settings, folder: Path, by: str) -> tuple[list[Statement], tuple[date, date] | None]:
    """Those made, and the first and the last of the days that cannot be stated any more."""
    async with reading(settings) as ledger:
        await write_missing(folder, ledger)
        now = utc_now()
        lost = await lost_days(ledger, now)
        return await make_due(settings, ledger, now, by=by), lost


@coverage_app.command("verify")
def verify(
    files: Annotated[list[Path], typer.Argument(help="Statements, of days that follow one another.", metavar="FILE")],
    key: Annotated[
        list[PublicKey],
        typer.Option(
            parser=_public,
            metavar="KEY",
            help="A public key that is trusted, as `coverage key` printed it, or a file with it; may be given again.",
        ),
    ],
    json: JsonOption = False,
) -> None:
    """Check signatures, and that no day is missing, without ledger and settings. Exit 1 where something does not hold.

    No key that a statement brings along is trusted.

    Example: scanner coverage verify statements/*.json --key coverage.pub
    """
    found = list(verified(files, {one.fingerprint: one for one in key}))
    for one in found:
        if json:
            print_json(one)
        else:
            held = f"statement {one.number} of {one.day} holds; {_completeness(one.complete)}; audit head {one.audit}"
            say(f"{one.file}: BROKEN: {one.problem}" if one.problem else f"{one.file}: {held}")
    broken = any(one.problem for one in found)
    raise typer.Exit(ExitCode.FOUND if broken else ExitCode.NOTHING_FOUND)


def _completeness(complete: object) -> str:
    return "coverage complete" if complete is True else "coverage NOT complete"


def verified(files: Sequence[Path], trusted: dict[str, PublicKey]) -> Iterator[Verified]:
    """Each file, in the order of the statements' days where they can be read; those that cannot come first."""
    read = [(file, *_read(file)) for file in files]
    for file, statement, problem in read:
        if statement is None:
            yield Verified(str(file), problem)
    last: Last | None = None
    held = [(file, statement) for file, statement, _ in read if statement is not None]
    for file, statement in sorted(held, key=lambda pair: (pair[1].said["number"], pair[1].said["day"])):
        said = statement.said
        signer = trusted.get(statement.key)
        problem = _problem(statement, signer, last)
        complete = said["coverage"].get("complete") if isinstance(said["coverage"], dict) else None
        ends = f"{said['audit']['seq']}:{said['audit']['hash']}"
        yield Verified(str(file), problem, said["number"], said["day"], complete, ends)
        last = last_of(statement)


def _problem(statement: Statement, signer: PublicKey | None, last: Last | None) -> str:
    if signer is None:
        return "it is signed by a key that is not among those that are trusted"
    if not signer.signed(statement):
        return "its signature does not fit: it was changed after it was signed"
    return "" if last is None else follows(last, statement) or ""


def _read(file: Path) -> tuple[Statement | None, str]:
    try:
        with file.open("rb") as opened:
            content = opened.read(LARGEST + 1)
    except OSError as error:
        return None, f"cannot be read: {error.strerror}"
    if len(content) > LARGEST:
        return None, "it is too large for a statement"
    try:
        return parse(content.decode("ascii")), ""
    except UnicodeDecodeError:
        return None, "it is no text of ours"
    except NotAStatement as error:
        return None, str(error)
