"""Days on which decisions end."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from scanner.rulebook.until import LONGEST, Until, ended, utc_today

DAYS: TypeAdapter[date] = TypeAdapter(Until)
TODAY = date(2026, 5, 1)


def test_the_day_itself_belongs_to_it() -> None:
    days = [TODAY - timedelta(1), TODAY, TODAY + timedelta(1)]
    assert [ended(until, TODAY) for until in days] == [True, False, False]


@pytest.mark.parametrize("written", [date(2020, 2, 29), "2020-02-29"])
def test_a_day_that_is_over_is_understood(written: Any) -> None:
    assert DAYS.validate_python(written) == date(2020, 2, 29)


@pytest.mark.parametrize(
    "written",
    [None, 20270131, "soon", "2027-13-01", "31.1.2027", datetime(2027, 1, 31, tzinfo=UTC), "2027-01-31T00:00"],
)
def test_what_is_no_day_is_refused_with_an_example(written: Any) -> None:
    with pytest.raises(ValidationError, match="must be a day, as in 2027-01-31"):
        DAYS.validate_python(written)


def test_a_day_may_lie_two_years_ahead_and_no_further() -> None:
    last = utc_today() + LONGEST
    assert DAYS.validate_python(last) == last
    for day in (last + timedelta(2), date.max):
        with pytest.raises(ValidationError, match="lies more than two years ahead"):
            DAYS.validate_python(day)
