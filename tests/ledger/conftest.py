"""An empty ledger file at today's schema."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from scanner.ledger.database import Database
from tests.ledger.world import new_database


@pytest_asyncio.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    found = new_database(tmp_path)
    yield found
    await found.close()
