"""Tests that hold on either database: each is made for both, and `--ledger` says for which of them it runs.

Without it that is SQLite, and PostgreSQL too for the few marked `both`."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from pathlib import Path

import pytest

from scanner.ledger.databases.sqlite import SqliteDatabase
from scanner.ledger.schema import upgrade
from scanner.settings import LedgerSettings
from tests.postgres import new_ledger

NewPlace = Callable[[Path], AbstractContextManager[LedgerSettings]]
"""Of a folder of the test's own."""
SQLITE, SERVER = "sqlite", "postgresql"
_ON_SQLITE = pytest.param(SQLITE, id=pytest.HIDDEN_PARAM)
ON_FILE = pytest.mark.parametrize("new_place", [_ON_SQLITE], indirect=True)
"""Of what is so on SQLite alone: its file, its one owner."""
ON_SERVER = pytest.mark.parametrize("new_place", [SERVER], indirect=True)


def pytest_addoption(parser: pytest.Parser) -> None:
    text = "the database of tests that hold on either: sqlite, and postgresql for those marked `both`; or postgresql"
    parser.addoption("--ledger", choices=(SQLITE, SERVER), default=SQLITE, help=text)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    chosen = str(config.getoption("ledger"))
    left = [one for one in items if not _runs(one, chosen)]
    config.hook.pytest_deselected(items=left)
    items[:] = [one for one in items if _runs(one, chosen)]


def _runs(item: pytest.Item, chosen: str) -> bool:
    parameters = getattr(item, "callspec", None)  # of tests that have any
    made_for = chosen if parameters is None else parameters.params.get("new_place", chosen)
    return made_for == chosen or (made_for == SERVER and item.get_closest_marker("both") is not None)


@pytest.fixture(params=[_ON_SQLITE, SERVER])
def new_place(request: pytest.FixtureRequest) -> NewPlace:
    """Makes a place for one more ledger, which is gone at the end."""
    if request.param == SQLITE:
        return _file
    return lambda _: new_ledger(request.getfixturevalue("postgres"))


@pytest.fixture
def place(new_place: NewPlace, tmp_path: Path) -> Iterator[LedgerSettings]:
    """Of the test's one ledger."""
    with new_place(tmp_path) as found:
        yield found


@contextmanager
def _file(folder: Path) -> Iterator[LedgerSettings]:
    yield LedgerSettings(url=f"sqlite:///{empty_ledger(folder)}")


def empty_ledger(folder: Path) -> Path:
    """A file at today's schema, copied: making it takes a tenth of a second, and there are thousands."""
    file = folder / "ledger.db"
    file.touch(mode=0o600, exist_ok=False)
    file.write_bytes(_template())
    return file


@cache
def _template() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "ledger.db"
        database = SqliteDatabase(made)
        upgrade(database)
        with ThreadPoolExecutor(1) as thread:  # a loop of its own: the test's may run
            thread.submit(lambda: asyncio.run(database.close())).result()
        return made.read_bytes()
