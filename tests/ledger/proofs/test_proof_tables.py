"""The tables that only ever grow are part of the schema."""

from scanner.ledger.proofs.proof_tables import audit
from scanner.ledger.tables import Base


def test_the_audit_is_a_table_of_the_ledger_with_nothing_that_may_be_left_out():
    assert Base.metadata.tables["audit"] is audit
    assert [column.name for column in audit.columns if column.nullable] == []
