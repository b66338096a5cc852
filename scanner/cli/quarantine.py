"""`scanner quarantine`: what we moved there, and the way back."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import date, datetime
from typing import Annotated

import typer

from scanner.cli.allowed import disallow, list_allowed
from scanner.cli.answers import answered, load_to_read, minute, ordering, show_list
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
from scanner.cli.domains import DomainOption
from scanner.cli.orders import ByOption, ReasonOption, row_id
from scanner.cli.purge import purge
from scanner.cli.secure import secure_quarantine
from scanner.ledger.rows import QuarantineRow
from scanner.model import StepResult, StepState
from scanner.rulebook.until import LONGEST
from scanner.service.assembly import utc_now
from scanner.service.orders.release import allowed_until, release_row
from scanner.settings import Settings

quarantine_app = typer.Typer(help="What is in quarantine, and the way back.", no_args_is_help=True)
quarantine_app.command("purge")(purge)
quarantine_app.command("secure")(secure_quarantine)
quarantine_app.command("allowed")(list_allowed)
quarantine_app.command("disallow")(disallow)


@quarantine_app.command("list")
def list_quarantine(
    config: ConfigOption,
    domain: DomainOption = None,
    json: JsonOption = False,
) -> None:
    """Files moved into quarantine and not released since. `id` is what `release` takes.

    Example: scanner quarantine list --json
    """
    rows = answered(load_to_read(config, domain), lambda ledger: ledger.quarantined(domain))
    show_list(rows, ("id", "domain", "was at", "is at", "reasons", "since"), _cells, as_json=json)
    raise typer.Exit(ExitCode.FOUND if rows else ExitCode.NOTHING_FOUND)


@quarantine_app.command("release")
def release(
    id: Annotated[int, typer.Argument(help="As `quarantine list` shows it.", callback=row_id)],
    config: ConfigOption,
    *,
    reason: ReasonOption,
    by: ByOption,
    allow_until: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"],
            help="The last day on which what was found in this content does not count; today means not beyond today.",
            show_default="from quarantine.allow_released_for",
        ),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Move a file back to where it was, or beside it where the name is taken since, and let its content pass.

    The owner reads the reason in a comment. Links that were deleted cannot be restored: a new one has another address.

    Example: scanner quarantine release 17 --reason "the macro prints the invoice" --by jdoe
    """
    settings = load_or_exit(config)
    until = allowed_until(settings, utc_now()) if allow_until is None else _near(allow_until)
    result = asyncio.run(_release(settings, id, reason, by, until))
    done = result.state in (StepState.SUCCESS, StepState.ALREADY_DONE)
    if json:
        print_json(
            {"id": id, "result": result.state, **dict(result.detail)} | ({"allowed_until": until} if done else {})
        )
    elif done:
        say(f"released to {result.detail['path']}")
        for remark in _remarks(result, until):
            note(remark)
    else:
        note(f"Not released: {_why(result)}")
    raise typer.Exit(ExitCode.NOTHING_FOUND if done else ExitCode.UNFINISHED)


def _near(day: datetime) -> date:
    until, today = day.date(), utc_now().date()
    if until < today or until - today > LONGEST:
        raise typer.BadParameter("must be a day from today to two years ahead", param_hint="--allow-until")
    return until


def _remarks(result: StepResult, until: date) -> Iterator[str]:
    detail = result.detail
    if "recreated" in detail:
        yield f"{detail['recreated']} was gone and has been made again, with the rights of the folder above."
    if "links_lost" in detail:
        count = len(detail["links_lost"].split(","))
        yield f"{count} links had been deleted. They cannot be restored; new ones have to be made."
    if "not_undone" in detail:
        yield f"Not taken back: {detail['not_undone']}"
    if "comment_error" in detail:
        yield f"The owner could not be told: {detail['comment_error']}"
    yield f"What was found in it does not count until {until}. See `scanner quarantine allowed`."


def _why(result: StepResult) -> str:
    if result.state is StepState.SUPERSEDED:
        return f"a newer version is at {result.detail['path']}; it is judged on its own"
    return result.detail.get("error", result.state.value)


def _cells(row: QuarantineRow) -> tuple[object, ...]:
    return row.id, row.domain, row.origin, row.path, ", ".join(row.reasons), minute(row.quarantined_at)


async def _release(settings: Settings, wanted: int, reason: str, by: str, until: date) -> StepResult:
    async with ordering(settings) as ledger:
        row = next((row for row in await ledger.quarantined() if row.id == wanted), None)
        if row is None:
            stop(f"Nothing in quarantine has the id {wanted}. See `scanner quarantine list`.", code=ExitCode.USAGE)
        return await release_row(settings, ledger, row, reason=reason, by=by, until=until)
