"""Migrating a ledger on order, wherever it is."""

from pathlib import Path

import pytest

from demo.postgres import PrivatePostgres
from scanner.errors import LedgerUnavailable
from scanner.ledger.databases.sqlite import OwnerLock
from scanner.service.migrating import migrate_ledger
from scanner.settings import LedgerSettings
from tests.ledger.world import settings
from tests.postgres import ask, settings_of


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path):
    if request.param == "sqlite":
        yield settings(tmp_path)
        return
    postgres: PrivatePostgres = request.getfixturevalue("postgres")
    ask(postgres, "CREATE DATABASE fresh")
    yield settings_of(postgres, "fresh")
    ask(postgres, "DROP DATABASE fresh WITH (FORCE)")


async def test_a_new_ledger_is_made_once(place: LedgerSettings) -> None:
    first, second = await migrate_ledger(place), await migrate_ledger(place)
    assert (first.before, first.changed, second.before, second.changed) == (None, True, first.schema, False)


async def test_a_file_on_which_a_service_works_is_left_to_it(tmp_path: Path) -> None:
    lock = OwnerLock(tmp_path / "ledger.db")
    with pytest.raises(LedgerUnavailable, match="is owned by another process"):
        await migrate_ledger(settings(tmp_path))
    lock.release()
