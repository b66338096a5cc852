"""A token is stored as a number, never as itself."""

from __future__ import annotations

from sqlalchemy import Integer

from scanner.ledger.calls.spending_tables import quotas, spent


def test_a_token_is_a_number_and_one_row_belongs_to_each() -> None:
    assert [type(table.c.token.type) for table in (quotas, spent)] == [Integer, Integer]
    assert [column.name for column in quotas.primary_key] == ["domain", "token"]
    assert [column.name for column in spent.primary_key] == ["domain", "token", "hour", "call_class"]
