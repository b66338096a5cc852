"""What a migration may do while programs of the version before still work: add, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Connection, inspect, text

from scanner.ledger.databases.sqlite import SqliteDatabase
from tests.ledger.test_migrations import REVISIONS, go

FIRST = "0021"
"""From here on older programs look whether they may go on."""


@dataclass(frozen=True)
class Shape:
    """Of a table."""

    columns: dict[str, tuple[str, bool]] = field(default_factory=dict)
    """By name: the type, and whether a program that does not know it may leave it out."""
    unique: frozenset[tuple[str, ...]] = frozenset()
    """Columns whose values may stand in one row only, the primary key among them."""
    triggers: frozenset[str] = frozenset()


def harm(before: dict[str, Shape], after: dict[str, Shape]) -> list[str]:
    """What a program that knows the tables as they were before would stumble over."""
    gone = [f"{name}: is gone" for name in before.keys() - after.keys()]
    each = (harm_in(name, before[name], after[name]) for name in before.keys() & after.keys())
    return sorted(chain(gone, *each))


def harm_in(name: str, old: Shape, new: Shape) -> Iterator[str]:
    for column, was in old.columns.items():
        if column not in new.columns:
            yield f"{name}.{column}: is gone"
        elif new.columns[column] != was:
            yield f"{name}.{column}: is another one"
    added = new.columns.keys() - old.columns.keys()
    yield from (f"{name}.{column}: has to be written" for column in added if not new.columns[column][1])
    if new.unique != old.unique:
        yield f"{name}: other rows are unique"
    if new.triggers - old.triggers:
        yield f"{name}: is guarded anew"


def shapes(connection: Connection) -> dict[str, Shape]:
    found = inspect(connection)
    return {name: shape(connection, found, name) for name in found.get_table_names() if name != "alembic_version"}


def shape(connection: Connection, found: Any, name: str) -> Shape:
    columns = {
        one["name"]: (str(one["type"]), bool(one["nullable"]) or one["default"] is not None)
        for one in found.get_columns(name)
    }
    unique = {tuple(one["column_names"]) for one in found.get_unique_constraints(name)}
    unique |= {tuple(one["column_names"]) for one in found.get_indexes(name) if one["unique"]}
    unique.add(tuple(found.get_pk_constraint(name)["constrained_columns"]))
    query = text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :name")
    triggers = frozenset(row[0] for row in connection.execute(query, {"name": name}))
    return Shape(columns, frozenset(unique), triggers)


async def test_every_migration_only_adds_or_says_that_older_programs_cannot_go_on(tmp_path: Path) -> None:
    database = SqliteDatabase(tmp_path / "ledger.db")
    after = [one for one in REVISIONS if one >= FIRST]
    known, before = set[str](), dict[str, Shape]()
    for revision in after:
        await database.run(lambda connection, to=revision: go(command.upgrade, to, connection))
        now = await database.run(shapes)
        floor = await database.run(lambda connection: connection.execute(text("SELECT revision FROM floor")).scalar())
        known.add(revision)
        assert floor in known
        assert floor == revision or harm(before, now) == []
        before = now
    await database.close()


A = {"a": ("VARCHAR", False)}


@pytest.mark.parametrize(
    ("after", "harmful"),
    [
        ({}, ["one: is gone"]),
        ({"one": Shape()}, ["one.a: is gone"]),
        ({"one": Shape({"a": ("INTEGER", False)})}, ["one.a: is another one"]),
        ({"one": Shape(A | {"b": ("INTEGER", False)})}, ["one.b: has to be written"]),
        ({"one": Shape(A, frozenset({("a",)}))}, ["one: other rows are unique"]),
        ({"one": Shape(A, triggers=frozenset({"x"}))}, ["one: is guarded anew"]),
        ({"one": Shape(A | {"b": ("INTEGER", True)}), "two": Shape()}, []),
    ],
)
def test_what_older_programs_stumble_over_is_seen(after: dict[str, Shape], harmful: list[str]) -> None:
    assert harm({"one": Shape(A)}, after) == harmful
