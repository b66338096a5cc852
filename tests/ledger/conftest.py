"""An empty ledger at today's schema, on each database."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from scanner.ledger.databases.database import Database
from scanner.ledger.databases.sqlite import SqliteDatabase
from tests.ledger.story import fill
from tests.ledger.world import new_database
from tests.postgres import Apart


@pytest_asyncio.fixture(params=["sqlite", "postgresql"])
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    if request.param == "sqlite":
        found: Database = new_database(tmp_path)
    else:
        found = Apart(request.getfixturevalue("ledger_on_server"))
    yield found
    await found.close()


@pytest_asyncio.fixture
async def file_database(tmp_path: Path) -> AsyncIterator[SqliteDatabase]:
    found = new_database(tmp_path)
    yield found
    await found.close()


@pytest_asyncio.fixture
async def filled(tmp_path: Path) -> AsyncIterator[Database]:
    found = new_database(tmp_path)
    found.run_here(fill)
    yield found
    await found.close()
