"""The last day on which a decision of somebody's holds. Every such decision ends: that is when somebody looks again."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator

LONGEST = timedelta(days=731)
"""Two years. What is to hold longer belongs into the rule itself."""


def utc_today() -> date:
    return datetime.now(UTC).date()


def ended(until: date, today: date) -> bool:
    """The day itself belongs to it, in UTC."""
    return today > until


def _day(written: object) -> object:
    if isinstance(written, str):
        try:
            return date.fromisoformat(written)
        except ValueError:
            pass
    if isinstance(written, date) and not isinstance(written, datetime):
        return written
    raise ValueError("must be a day, as in 2027-01-31")


def _near(day: date) -> date:
    if day - utc_today() > LONGEST:
        raise ValueError("lies more than two years ahead; write an earlier day, and look again then")
    return day


Until = Annotated[date, BeforeValidator(_day), AfterValidator(_near)]
"""As written in a file. A day that is over is no error: a service must not fail to start for it."""
