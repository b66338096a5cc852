"""Rows of one dataclass by id: what notes, links and webhooks are kept in, and how they reach the state folder."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    class Row(DataclassInstance, Protocol):
        id: str


T = TypeVar("T", bound="Row")


class Table(Generic[T]):
    """Insertion order is kept. Fields must be JSON values."""

    def __init__(self, kind: type[T]) -> None:
        self._kind = kind
        self.rows: dict[str, T] = {}

    def add(self, row: T) -> T:
        self.rows[row.id] = row
        return row

    def dump(self) -> list[dict[str, Any]]:
        return [asdict(row) for row in self.rows.values()]

    def load(self, saved: list[dict[str, Any]]) -> None:
        for row in saved:
            self.add(self._kind(**row))
