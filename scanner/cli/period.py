"""From when to when: as a moment, a day, or so long ago."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from scanner.service.assembly import utc_now
from scanner.settings.units import seconds


def moment_of(written: str) -> datetime:
    """2026-11-28, 2026-11-28T12:00:00+01:00, or 7d for seven days ago; without a zone it is UTC. Raises ValueError."""
    try:
        return utc_now() - timedelta(seconds=seconds(written))
    except (ValueError, OverflowError):
        pass
    try:
        found = datetime.fromisoformat(written)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except OverflowError as error:
        raise ValueError("beyond what a calendar holds") from error


def moment(written: str) -> datetime:
    try:
        return moment_of(written)
    except ValueError:
        raise typer.BadParameter(
            "write a day (2026-11-28), a moment (2026-11-28T12:00Z) or how long ago (7d)"
        ) from None


def past(written: str) -> datetime:
    found = moment(written)
    if found > utc_now():
        raise typer.BadParameter("lies in the future, where nothing has happened yet")
    return found


def check_period(since: datetime | None, until: datetime | None) -> None:
    """Nothing lies in one that ends before it begins, and nothing would look like all is well."""
    if since is not None and until is not None and until <= since:
        raise typer.BadParameter("must be later than --since", param_hint="--until")


SinceOption = Annotated[
    datetime | None,
    typer.Option("--since", parser=past, metavar="WHEN", help="From 2026-11-28, 2026-11-28T12:00Z or 7d ago on."),
]
UntilOption = Annotated[
    datetime | None, typer.Option("--until", parser=moment, metavar="WHEN", help="Up to then, not included.")
]
