"""`scanner audit`: every act on record, and whether the record is as it was written."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
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
)
from scanner.cli.period import SinceOption, UntilOption, check_period
from scanner.ledger.proofs.audit import Action
from scanner.ledger.proofs.audit_chain import Break, Entry, Head, Walker
from scanner.ledger.proofs.audit_export import LONGEST_LINE, as_json, entries_in

audit_app = typer.Typer(help="Every act on record, chained so that a change would be found.", no_args_is_help=True)


def _head(written: str) -> Head:
    match = re.fullmatch(r"([0-9]{1,18}):([0-9a-f]{64})", written)
    if match is None:
        raise typer.BadParameter("write it as `audit verify` or a statement of coverage does: NUMBER:DIGEST")
    return Head(int(match[1]), match[2])


@dataclass(slots=True)
class Verification:
    """What walking the chain brought."""

    head: Head = field(default_factory=Head)
    broken: Break | None = None
    expected: Head | None = None
    found_expected: bool = False

    def missing(self) -> str | None:
        """What is said of a head that should be there and is not."""
        if self.expected is None or self.found_expected or self.broken is not None:
            return None
        if self.expected.seq > self.head.seq:
            return f"entry {self.expected.seq} was cut off: the last one is {self.head.seq}"
        return f"entry {self.expected.seq} is another one than it was: the chain was written anew"


@audit_app.command("verify")
def verify(
    config: ConfigOption,
    file: Annotated[
        Path | None, typer.Argument(exists=True, dir_okay=False, help="An export, instead of the ledger.")
    ] = None,
    head: Annotated[
        Head | None,
        typer.Option(
            parser=_head,
            metavar="NUMBER:DIGEST",
            help="An entry that must be there, as it was: only so is it found that the newest were cut off.",
        ),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Walk the chain from its first entry. Exit 1 with the first place where it does not hold.

    Example: scanner audit verify --head 1207:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
    """
    found, unguarded = asyncio.run(_verify(config, file, head))
    missing = found.missing()
    holds = found.broken is None and missing is None and not unguarded
    if json:
        broken = found.broken and {"seq": found.broken.seq, "reason": found.broken.reason}
        ends = {"seq": found.head.seq, "hash": found.head.hash}
        print_json({"holds": holds, "head": ends, "broken": broken, "missing": missing, "unguarded": unguarded})
    else:
        _say(found, missing, unguarded)
    raise typer.Exit(ExitCode.NOTHING_FOUND if holds else ExitCode.FOUND)


def _say(found: Verification, missing: str | None, unguarded: list[str]) -> None:
    if found.broken is not None:
        say(f"BROKEN at entry {found.broken.seq}: {found.broken.reason}; {found.head.seq} entries before it hold")
    elif missing is not None:
        say(f"BROKEN: {missing}")
    else:
        say(f"{found.head.seq} entries hold; the head is {found.head.seq}:{found.head.hash}")
    if unguarded:
        say(f"The ledger no longer refuses changes of the audit: {', '.join(unguarded)} is missing")


async def _verify(config: Path, file: Path | None, head: Head | None) -> tuple[Verification, list[str]]:
    if file is not None:
        with _lines(file) as lines:
            return await _walk(_each(entries_in(lines)), head), []
    async with reading(load_or_exit(config)) as ledger:
        return await _walk(ledger.proofs.entries(), head), await ledger.proofs.unguarded()


async def _walk(entries: AsyncIterator[Entry | Break], expected: Head | None) -> Verification:
    """Entry by entry: memory for one."""
    walker, found = Walker(), Verification(expected=expected)
    async for entry in entries:
        found.broken = walker.step(entry)
        if found.broken is not None:
            break
        found.found_expected = found.found_expected or walker.head == expected
    found.head = walker.head
    return found


async def _each(entries: Iterator[Entry | Break]) -> AsyncIterator[Entry | Break]:
    for entry in entries:
        yield entry


@contextmanager
def _lines(file: Path) -> Iterator[Iterator[str]]:
    """Of a file, none longer than an entry may be: what is longer is cut, and then no entry."""
    with file.open(encoding="utf-8", errors="replace", newline="\n") as opened:
        yield iter(lambda: opened.readline(LONGEST_LINE + 1), "")


@audit_app.command("list")
def list_entries(
    config: ConfigOption,
    *,
    action: Annotated[
        Action | None, typer.Option(metavar="ACT", help="Only acts of this kind; docs/audit.md has them.")
    ] = None,
    subject: Annotated[str | None, typer.Option(help="Only acts on this: a version as DOMAIN/ENTRY-ID.")] = None,
    since: SinceOption = None,
    until: UntilOption = None,
    json: JsonOption = False,
) -> None:
    """One line per act, oldest first: when, who, what, on what, and the rest.

    Example: scanner audit list --since 1d --action release
    """
    check_period(since, until)

    def wanted(entry: Entry) -> bool:
        return (
            (action is None or entry.action == action)
            and (subject is None or entry.subject == subject)
            and (since is None or entry.at >= since)
            and (until is None or entry.at < until)
        )

    shown = asyncio.run(_list(config, wanted, as_lines=not json))
    if not shown and not json:
        note("There is no such act on record.")


@audit_app.command("export")
def export(config: ConfigOption) -> None:
    """All entries as JSON, one a line, for safe keeping elsewhere; `audit verify FILE` checks them without the ledger.

    Example: scanner audit export > audit.jsonl
    """
    asyncio.run(_list(config, lambda entry: True, as_lines=False))


async def _list(config: Path, wanted: Callable[[Entry], bool], *, as_lines: bool) -> int:
    shown = 0
    async with reading(load_or_exit(config)) as ledger:
        async for entry in ledger.proofs.entries():
            if isinstance(entry, Break):
                stop(
                    f"Entry {entry.seq} cannot be read: {entry.reason}. Run `scanner audit verify`.",
                    code=ExitCode.FOUND,
                )
            if wanted(entry):
                shown += 1
                if as_lines:
                    say(_line(entry))
                else:
                    print_json(as_json(entry))
    return shown


def _line(entry: Entry) -> str:
    return "  ".join((f"{entry.at:%Y-%m-%d %H:%M:%S}Z", entry.actor, entry.action, entry.subject, entry.detail))
