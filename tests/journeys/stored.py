"""A world's ledger as it is stored, asked and changed by SQL behind the product's back, on either database."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from demo.postgres import dumped
from tests.postgres import asked


@dataclass(frozen=True, slots=True)
class Stored:
    url: str

    @property
    def on_server(self) -> bool:
        return self.url.startswith("postgresql")

    def is_made(self) -> bool:
        """Whether all tables are there: of a file the service makes them at its start."""
        last = "SELECT 1 FROM sqlite_master WHERE name = 'floor'"
        return self.on_server or (self._file.exists() and self.sql(last) != [])

    def sql(self, statement: str) -> list[tuple[Any, ...]]:
        """One statement, with what it gives."""
        if self.on_server:
            return asked(self.url, statement)
        with closing(self._connected("rw")) as ledger, ledger:
            return ledger.execute(statement).fetchall()

    def age(self, days: int) -> None:
        """As if every step had been done so many days earlier."""
        earlier = f"done_at - interval '{days} days'" if self.on_server else f"datetime(done_at, '-{days} days')"
        self.sql(f"UPDATE steps SET done_at = {earlier}")

    def wait_over(self) -> None:
        """As if the time had come at which deferred work is due, and that of a worker that died is another's."""
        if self.on_server:
            self.sql("UPDATE pgqueuer SET execute_after = now() WHERE execute_after < '9999-01-01'")
            self.sql("UPDATE work SET due = now() AT TIME ZONE 'utc' WHERE state = 'waiting'")
            self.sql("UPDATE pgqueuer SET heartbeat = now() - interval '1 day' WHERE status = 'picked'")
        else:
            self.sql("UPDATE tickets SET execute_after = 0")
        self.sql("UPDATE walks SET due_at = NULL")
        self.sql("UPDATE frontier SET due_at = NULL")

    def dump(self) -> str:
        """All that is in it, as text."""
        if self.on_server:
            return dumped(self.url)
        with closing(self._connected("ro")) as ledger:
            return "\n".join(ledger.iterdump())

    @property
    def _file(self) -> Path:
        return Path(self.url.removeprefix("sqlite:///"))

    def _connected(self, how: str) -> sqlite3.Connection:
        return sqlite3.connect(f"file:{self._file}?mode={how}", uri=True, timeout=30)
