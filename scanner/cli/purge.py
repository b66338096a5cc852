"""`scanner quarantine purge`: what may be deleted, who wants it, and who agrees."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Annotated

import typer

from scanner.cli.answers import load_for, minute, ordering, reading, show_list
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
from scanner.cli.orders import OptionalBy, OptionalReason, row_ids, this_user
from scanner.errors import CloudRefused, RetryLater
from scanner.ledger.ledger import Ledger
from scanner.ledger.orders.purging import Purgeable
from scanner.ledger.rows import QuarantineRow
from scanner.model import StepResult, StepState
from scanner.service.assembly import utc_now
from scanner.service.orders.purge import purge_all, purgeable
from scanner.settings import Settings

_DONE = (StepState.SUCCESS, StepState.ALREADY_DONE)


def purge(
    config: ConfigOption,
    *,
    ids: Annotated[
        list[int] | None,
        typer.Argument(help="As `quarantine list` shows them; all, unless written.", metavar="ID", callback=row_ids),
    ] = None,
    domain: DomainOption = None,
    request: Annotated[bool, typer.Option("--request", help="Ask that they are deleted; deletes nothing.")] = False,
    confirm: Annotated[bool, typer.Option("--confirm", help="Delete them; the one who requested it may not.")] = False,
    reason: OptionalReason = "",
    by: OptionalBy = None,
    json: JsonOption = False,
) -> None:
    """Delete what has been in quarantine for longer than quarantine.purge_after. Without an option: show what that is.

    Example: scanner quarantine purge --request --reason "half a year is over" --by jdoe; then another person:
    scanner quarantine purge --confirm --reason agreed --by pnovak
    """
    settings = load_for(config, domain)
    if request and confirm:
        stop("Either --request or --confirm: that is for two people.", code=ExitCode.USAGE)
    if (request or confirm) and not reason:
        stop("Say why, with --reason.", code=ExitCode.USAGE)
    who = by or this_user() if request or confirm else ""
    order = _Order(settings, tuple(ids or ()), domain, reason, who, json)
    raise typer.Exit(asyncio.run(order.carried_out(request=request, confirm=confirm)))


@dataclass(frozen=True, slots=True)
class _Order:
    """One call of the command."""

    settings: Settings
    ids: tuple[int, ...]
    domain: str | None
    reason: str
    by: str
    as_json: bool

    async def carried_out(self, *, request: bool, confirm: bool) -> ExitCode:
        async with (ordering if confirm else reading)(self.settings) as ledger:
            files = await purgeable(self.settings, ledger, self.ids, self.domain, utc_now())
            if request:
                return await self._request(ledger, files)
            return await self._confirm(ledger, files) if confirm else self._show(files)

    def _show(self, files: list[Purgeable]) -> ExitCode:
        columns = ("id", "domain", "was at", "is at", "since", "requested by", "because")
        show_list(files, columns, _cells, as_json=self.as_json, value=_as_json)
        return ExitCode.FOUND if files else ExitCode.NOTHING_FOUND

    async def _request(self, ledger: Ledger, files: list[Purgeable]) -> ExitCode:
        requested = await ledger.purges.request([one.row for one in files], by=self.by, because=self.reason)
        if self.as_json:
            print_json({"requested": requested, "known": len(files) - requested, "by": self.by})
        else:
            say(f"{requested} requested; somebody else may confirm")
        return ExitCode.NOTHING_FOUND

    async def _confirm(self, ledger: Ledger, files: list[Purgeable]) -> ExitCode:
        done = failed = 0
        try:
            async for row, result in purge_all(self.settings, ledger, files, reason=self.reason, by=self.by):
                done, failed = done + (result.state in _DONE), failed + (result.state not in _DONE)
                self._tell(row, result)
        except (RetryLater, CloudRefused) as error:
            failed += 1
            note(f"{error}; order it again for the rest")
        if not self.as_json:
            say(f"{done} of {len(files)} deleted")
        return ExitCode.UNFINISHED if failed else ExitCode.NOTHING_FOUND

    def _tell(self, row: QuarantineRow, result: StepResult) -> None:
        if self.as_json:
            print_json({"id": row.id, "path": row.path, "result": result.state, **dict(result.detail)})
        elif result.state is StepState.SUPERSEDED:
            note(f"{row.id} is not deleted: a newer version is at {result.detail['path']}; it is judged on its own")
        elif result.state not in _DONE:
            note(f"{row.id} is not deleted: {result.detail['error']}")


def _as_json(one: Purgeable) -> dict[str, object]:
    row = one.row
    return {
        "id": row.id,
        "domain": row.domain,
        "entry_id": row.entry_id,
        "origin": row.origin,
        "path": row.path,
        "reasons": row.reasons,
        "quarantined_at": row.quarantined_at,
        "requested_by": one.requested_by,
        "requested_at": one.requested_at,
        "requested_because": one.requested_because,
    }


def _cells(one: Purgeable) -> tuple[object, ...]:
    row = one.row
    since = minute(row.quarantined_at)
    return row.id, row.domain, row.origin, row.path, since, one.requested_by or "", one.requested_because or ""
