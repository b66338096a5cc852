"""Opening a ledger, and the lock of orders."""

import os
from pathlib import Path

import pytest

from scanner.errors import LedgerUnavailable, RetryLater
from scanner.ledger.opening import alone_with_orders, opened, unwritable
from scanner.settings import LedgerSettings
from tests.ledger.world import noon, settings


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> LedgerSettings:
    return settings(tmp_path) if request.param == "sqlite" else request.getfixturevalue("ledger_on_server")


@pytest.mark.parametrize("stuck", ["ledger.db", "ledger.db-wal", "."])
def test_what_of_a_ledger_cannot_be_written_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stuck: str
) -> None:
    ledger = tmp_path / "ledger.db"
    assert unwritable(ledger) is None
    for name in ("ledger.db", "ledger.db-wal"):
        (tmp_path / name).touch()
    assert unwritable(ledger) is None
    # Root may write everything.
    monkeypatch.setattr(os, "access", lambda path, mode: path != tmp_path / stuck)
    assert unwritable(ledger) == tmp_path / stuck


async def test_a_second_order_is_put_off_until_the_first_has_ended(place: LedgerSettings):
    async with alone_with_orders(place):
        with pytest.raises(RetryLater, match="Another order is being carried out"):
            async with alone_with_orders(place):
                pass
    async with alone_with_orders(place):
        pass


async def test_on_a_file_one_works_and_others_may_ask(tmp_path: Path):
    database, release = await opened(settings(tmp_path), noon, owner=True)
    with pytest.raises(LedgerUnavailable, match="is owned by another process"):
        await opened(settings(tmp_path), noon, owner=True)
    beside, _ = await opened(settings(tmp_path), noon, owner=False)
    await beside.close()
    await database.close()
    release()


async def test_on_a_server_many_work(ledger_on_server: LedgerSettings):
    both = [await opened(ledger_on_server, noon, owner=True) for _ in range(2)]
    for database, release in both:
        await database.close()
        release()


async def test_a_file_that_is_not_there_is_told_to_who_does_not_own_it(tmp_path: Path):
    with pytest.raises(LedgerUnavailable, match=r"There is no ledger at .*/ledger.db yet"):
        await opened(settings(tmp_path), noon, owner=False)
