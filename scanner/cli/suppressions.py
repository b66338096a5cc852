"""`scanner suppressions`: what is on file, what has ended, and what has no effect any more."""

from __future__ import annotations

import asyncio

import typer

from scanner.cli.answers import show_list
from scanner.cli.common import (
    ConfigOption,
    ExitCode,
    JsonOption,
    load_or_exit,
    stopped_by_user_errors,
)
from scanner.judge.suppression import Standing, State
from scanner.service.assembly import utc_now
from scanner.service.changes.suppressions import standings_of

suppressions_app = typer.Typer(help="Decisions that certain findings do not count.", no_args_is_help=True)


@suppressions_app.command("list")
def list_suppressions(config: ConfigOption, json: JsonOption = False) -> None:
    """One row per suppression on file, with how it stands. Exit 1 where one has ended or has no effect.

    Example: scanner suppressions list
    """
    settings = load_or_exit(config)
    with stopped_by_user_errors():
        found = asyncio.run(standings_of(settings, utc_now))
    columns = ("name", "state", "findings", "files", "until", "author", "reason")
    show_list(found, columns, _cells, as_json=json, value=_as_json)
    idle = any(one.state is not State.ACTIVE for one in found)
    raise typer.Exit(ExitCode.FOUND if idle else ExitCode.NOTHING_FOUND)


def _as_json(one: Standing) -> dict[str, object]:
    use = one.use
    return {
        **one.suppression.model_dump(mode="json", exclude_unset=True),
        "state": one.state,
        "idle_days": one.idle_days,
        "in_force_since": use and use.since,
        "last_used_at": use and use.last,
    }


def _cells(one: Standing) -> list[str]:
    written = one.suppression
    return [
        written.name,
        _state(one),
        _few((*(written.rule or ()), *(written.signature or ()))),
        _few((*(f"sha256 {digest[:12]}" for digest in written.sha256 or ()), *(written.path or ()))),
        written.until.isoformat(),
        written.author,
        written.reason,
    ]


def _state(one: Standing) -> str:
    return f"unused for {one.idle_days} days" if one.state is State.UNUSED else one.state.value


def _few(values: tuple[str, ...]) -> str:
    more = f" and {len(values) - 3} more" if len(values) > 3 else ""
    return ", ".join(values[:3]) + more
