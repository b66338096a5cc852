"""These are about the queue on SQLite; what both queues promise stands in tests/contracts/test_dispatch.py."""

import pytest

from scanner.ledger.databases.sqlite import SqliteDatabase


@pytest.fixture
def database(file_database: SqliteDatabase) -> SqliteDatabase:
    return file_database
