"""`scanner quarantine`: what we moved there, and the way back."""

from __future__ import annotations

import asyncio
import getpass
from typing import Annotated

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
from scanner.ledger.ledger import Ledger
from scanner.ledger.rows import QuarantineRow
from scanner.model import StepResult, StepState
from scanner.service.assembly import utc_now
from scanner.service.release import release_row
from scanner.settings import Settings

quarantine_app = typer.Typer(help="What is in quarantine, and the way back.", no_args_is_help=True)


@quarantine_app.command("list")
def list_quarantine(
    config: ConfigOption,
    domain: Annotated[str | None, typer.Option(help="Only this domain.")] = None,
    json: JsonOption = False,
) -> None:
    """Files moved into quarantine and not released since. `id` is what `release` takes."""
    rows = asyncio.run(_rows(load_or_exit(config), domain))
    if json:
        for row in rows:
            print_json(row)
    else:
        print_table(
            ("id", "domain", "was at", "is at", "reasons", "since"),
            (
                (
                    row.id,
                    row.domain,
                    row.origin,
                    row.path,
                    ", ".join(row.reasons),
                    f"{row.quarantined_at:%Y-%m-%d %H:%M}Z",
                )
                for row in rows
            ),
        )
    raise typer.Exit(ExitCode.FOUND if rows else ExitCode.NOTHING_FOUND)


@quarantine_app.command("release")
def release(
    id: Annotated[int, typer.Argument(help="As `quarantine list` shows it.")],
    config: ConfigOption,
    reason: Annotated[str, typer.Option(help="Why; the owner reads it in a comment.")],
    by: Annotated[str, typer.Option(help="Who orders it.", show_default="this system's user")] = "",
    json: JsonOption = False,
) -> None:
    """Move a file back to where it was, or beside it where the name is taken since. Links are not restored."""
    result = asyncio.run(_release(load_or_exit(config), id, reason, by or getpass.getuser()))
    if json:
        print_json({"id": id, "result": result.state, **dict(result.detail)})
    elif result.state in (StepState.SUCCESS, StepState.ALREADY_DONE):
        say(f"released to {result.detail['path']}")
        if "comment_error" in result.detail:
            note(f"The owner could not be told: {result.detail['comment_error']}")
    done = result.state in (StepState.SUCCESS, StepState.ALREADY_DONE)
    if not done and not json:
        note(f"Not released: {_why(result)}")
    raise typer.Exit(ExitCode.NOTHING_FOUND if done else ExitCode.UNFINISHED)


def _why(result: StepResult) -> str:
    if result.state is StepState.SUPERSEDED:
        return f"a newer version is at {result.detail['path']}; it is judged on its own"
    return result.detail.get("error", result.state.value)


async def _rows(settings: Settings, domain: str | None) -> list[QuarantineRow]:
    with stopped_by_user_errors():
        async with Ledger.reading(settings.ledger, utc_now) as ledger:
            return await ledger.quarantined(domain)


async def _release(settings: Settings, wanted: int, reason: str, by: str) -> StepResult:
    with stopped_by_user_errors():
        async with Ledger.reading(settings.ledger, utc_now) as ledger:
            row = next((row for row in await ledger.quarantined() if row.id == wanted), None)
            if row is None:
                stop(f"Nothing in quarantine has the id {wanted}. See `scanner quarantine list`.", ExitCode.USAGE)
            return await release_row(settings, ledger, row, reason, by)
