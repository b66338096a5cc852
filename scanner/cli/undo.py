"""`scanner remediation undo`: what a rule or a signature brought about, shown and taken back."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

import typer

from scanner.cli.answers import load_for, ordering, reading, show_list
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
from scanner.cli.orders import OptionalBy, OptionalReason, this_user
from scanner.cli.period import past
from scanner.errors import RetryLater
from scanner.ledger.ledger import Ledger
from scanner.ledger.orders.undoing import Undoable
from scanner.service.assembly import utc_now
from scanner.service.orders.putting_back import failures, lost, undoable
from scanner.service.orders.release import allowed_until
from scanner.service.orders.undoing import Undone, undo_all
from scanner.settings import Settings

SinceOption = Annotated[
    datetime, typer.Option("--since", parser=past, metavar="TIME", help="What was done since: 12h, 7d, 2026-03-04.")
]


def undo(
    config: ConfigOption,
    *,
    since: SinceOption,
    signature: Annotated[str | None, typer.Option(help="What was done on account of this signature.")] = None,
    rule: Annotated[str | None, typer.Option(help="What was done on account of this rule.")] = None,
    domain: DomainOption = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be taken back, and what cannot be.")
    ] = False,
    reason: OptionalReason = "",
    by: OptionalBy = None,
    json: JsonOption = False,
) -> None:
    """Take back all that one rule or signature brought about: files move back, and their contents pass from now on.

    May be repeated, also after it was cut off: what is back already is left alone.

    Example: scanner remediation undo --signature Win.Trojan.Kestrel-1 --since 2d --reason "a bad update" --by jdoe
    """
    settings = load_for(config, domain)
    if (signature is None) == (rule is None):
        stop("Name one --signature or one --rule.", code=ExitCode.USAGE)
    if not dry_run and not reason:
        stop("Say why, with --reason; or see first, with --dry-run.", code=ExitCode.USAGE)
    until = allowed_until(settings, utc_now())
    who = "" if dry_run else by or this_user()
    order = _Order(settings, signature or rule or "", signature is not None, since, domain, reason, who, until, json)
    raise typer.Exit(asyncio.run(order.carried_out(dry_run=dry_run)))


@dataclass(frozen=True, slots=True)
class _Order:
    """One call of the command."""

    settings: Settings
    name: str
    signature: bool
    since: datetime
    domain: str | None
    reason: str
    by: str
    until: date
    as_json: bool

    async def carried_out(self, *, dry_run: bool) -> ExitCode:
        async with (reading if dry_run else ordering)(self.settings) as ledger:
            found = await ledger.undos.on_account_of(
                self.name, signature=self.signature, since=self.since, domain=self.domain
            )
            held = [one for one in await ledger.holds.plans(self.domain) if self.name in (*one.rules, *one.signatures)]
            if held:
                note(f"{len(held)} plans are held for {self.name}; see `scanner remediation held list`.")
            versions = [one for one in found if undoable(one)]
            if dry_run:
                return self._show(found)
            return await self._undo(ledger, versions, [one for one in found if not undoable(one)])

    def _show(self, found: list[Undoable]) -> ExitCode:
        columns = ("domain", "was at", "is taken back", "cannot be taken back")
        show_list(found, columns, _cells, as_json=self.as_json, value=_plan)
        return ExitCode.FOUND if found else ExitCode.NOTHING_FOUND

    async def _undo(self, ledger: Ledger, versions: list[Undoable], rest: list[Undoable]) -> ExitCode:
        ended: list[Undone] = []
        broken = False
        try:
            orders = undo_all(self.settings, ledger, versions, reason=self.reason, by=self.by, until=self.until)
            async for undone in orders:
                ended.append(undone)
                self._tell(undone)
        except RetryLater as error:
            broken = True
            note(f"{error}; order it again for the rest")
        for one in [*(each.one for each in ended), *rest]:
            self._tell_lost(one)
        complete = sum(each.complete for each in ended)
        if not self.as_json:
            say(f"{complete} of {len(versions)} versions are as they were before")
        return ExitCode.UNFINISHED if broken or complete < len(versions) else ExitCode.NOTHING_FOUND

    def _tell(self, undone: Undone) -> None:
        if self.as_json:
            back = [{"step": kind, "result": result.state, **dict(result.detail)} for kind, result in undone.back]
            told = {"error": undone.error} if undone.error else {}
            print_json({**_plan(undone.one), "back": back, "complete": undone.complete, **told})
        elif not undone.complete:
            notes = [undone.error] if undone.error else failures(undone.back)
            partly = [result.detail["not_undone"] for _, result in undone.back if "not_undone" in result.detail]
            note(f"{undone.one.path}: {'; '.join([*notes, *partly])}")

    def _tell_lost(self, one: Undoable) -> None:
        if not self.as_json:
            for kind, why in lost(one):
                note(f"{one.path}: {kind} is not taken back: {why}")


def _plan(one: Undoable) -> dict[str, object]:
    return {
        "domain": one.domain,
        "path": one.path,
        "entry_id": one.entry_id,
        "undo": [record.step.kind for record in undoable(one)],
        "lost": dict(lost(one)),
    }


def _cells(one: Undoable) -> tuple[object, ...]:
    steps = ", ".join(record.step.kind for record in undoable(one))
    return one.domain, one.path, steps, "; ".join(f"{kind}: {why}" for kind, why in lost(one))
