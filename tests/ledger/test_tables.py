"""What the columns promise."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select
from sqlalchemy.exc import StatementError

from scanner.ledger.databases.database import Database
from scanner.ledger.tables import walks
from tests.ledger.world import NOON

OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
AWARE = st.datetimes(datetime(1971, 1, 1), datetime(9998, 1, 1), timezones=OFFSETS)  # noqa: DTZ001 -- hypothesis adds the zones


def through(database: Database, moment: datetime | None) -> datetime | None:
    def act(connection):
        values = {"domain": "acme", "path": "/", "asked_at": NOON, "finished_at": moment}
        key = connection.execute(insert(walks), values).inserted_primary_key[0]
        return connection.scalar(select(walks.c.finished_at).where(walks.c.id == key))

    return database.run_here(act)


@given(moment=AWARE)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50, deadline=None)
def test_an_aware_moment_comes_back_as_the_same_moment_in_utc(database: Database, moment: datetime):
    found = through(database, moment)
    assert (found, found.tzinfo) == (moment, UTC)


def test_no_moment_comes_back_as_none(database: Database):
    assert through(database, None) is None


def test_a_naive_moment_is_refused(database: Database):
    with pytest.raises(StatementError, match="aware moments only"):
        through(database, NOON.replace(tzinfo=None))
