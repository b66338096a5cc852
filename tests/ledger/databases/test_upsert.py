"""One INSERT for two databases."""

import pytest
from sqlalchemy.dialects import postgresql, sqlite

from scanner.ledger.databases.upsert import upsert
from scanner.ledger.tables import feeds

BOTH = pytest.mark.parametrize("dialect", [sqlite.dialect(), postgresql.dialect()], ids=["sqlite", "postgresql"])


@BOTH
def test_a_conflict_that_changes_the_row_is_said_alike(dialect):
    put = upsert(feeds)
    put = put.on_conflict_do_update(
        index_elements=["domain"], set_={"cursor": put.excluded.cursor}, where=feeds.c.cursor < put.excluded.cursor
    )
    said = str(put.compile(dialect=dialect)).partition(" ON CONFLICT ")[2]
    assert said == "(domain) DO UPDATE SET cursor = excluded.cursor WHERE feeds.cursor < excluded.cursor"


@BOTH
def test_a_conflict_that_leaves_the_row_is_said_alike(dialect):
    said = str(upsert(feeds).on_conflict_do_nothing().compile(dialect=dialect)).partition(" ON CONFLICT ")[2]
    assert said == "DO NOTHING"
