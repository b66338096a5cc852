"""Where the ledger's transactions run: the port in front of SQLite and PostgreSQL."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection

T = TypeVar("T")


class Database(ABC):
    """Transactions on one ledger. An act may run a second time where the database broke it off: it changes rows, and
    nothing else."""

    name: str
    """For messages: a file, or a URL without a password."""
    shared: bool
    """Whether other replicas may work on it at the same time."""

    @abstractmethod
    async def run(self, act: Callable[[Connection], T]) -> T:
        """One transaction, and the only one of its kind at its time, over all replicas: what it reads stays true until
        its end, but for what acts of `run_beside` do. Committed when `act` returns, rolled back when it raises. A
        cancelled caller leaves a transaction that has begun to its end. Raises LedgerUnavailable."""

    @abstractmethod
    async def run_beside(self, act: Callable[[Connection], T]) -> T:
        """The same, beside others: for acts that rest on nothing but the rows that they change. Raises
        LedgerUnavailable."""

    @abstractmethod
    async def read(self, act: Callable[[Connection], T]) -> T:
        """All that was committed before, as it is at the start of `act`, however long that takes; nobody waits for it.
        Raises LedgerUnavailable, also where `act` writes."""

    @abstractmethod
    async def close(self) -> None: ...
