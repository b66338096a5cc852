"""A step tells each receiver once."""

import pytest
from sqlalchemy import insert

from scanner.errors import LedgerUnavailable
from scanner.ledger.databases.database import Database
from scanner.ledger.notices.notice_tables import notices
from tests.ledger.world import NOON


def test_no_receiver_has_two_notices_of_a_step(database: Database):
    row = {"domain": "acme", "entry_id": "e", "step_id": 1, "receiver": "soc", "event": {}, "state": "open"}
    row |= {"tries": 0, "queued_at": NOON, "due_at": NOON}
    database.run_here(lambda c: c.execute(insert(notices), row))
    with pytest.raises(LedgerUnavailable, match=r"(?i)unique constraint"):
        database.run_here(lambda c: c.execute(insert(notices), row))
