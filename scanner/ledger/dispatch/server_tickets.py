"""Tickets on PostgreSQL: rows of PgQueuer's own table, written in the transaction of the work they stand for.

One is known by its `dedupe_key`, domain and entry id. What waits for its moment is queued for later, what a person
holds for a day that never comes. A ticket put back gets a new id: by the old one its worker may still be at its last
words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from pgqueuer.domain.settings import db_settings
from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    DateTime,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    Uuid,
    bindparam,
    delete,
    func,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import ENUM

from scanner.ledger.databases.upsert import upsert
from scanner.ledger.tables import work

_NAMES = db_settings()
_STATUS = ENUM("queued", "picked", name=_NAMES.queue_status_type, create_type=False)
queue = Table(
    _NAMES.queue_table,
    MetaData(),
    Column("id", BigInteger, primary_key=True),
    Column("priority", Integer),
    Column("queue_manager_id", Uuid),
    Column("heartbeat", DateTime(timezone=True)),
    Column("execute_after", DateTime(timezone=True)),
    Column("updated", DateTime(timezone=True)),
    Column("status", _STATUS),
    Column("entrypoint", Text),
    Column("dedupe_key", Text),
    Column("payload", LargeBinary),
    Column("slot", BigInteger),
)
NEVER = datetime(9999, 1, 1, tzinfo=UTC)
# Written out: only then does PostgreSQL see that its index of keys, which holds such rows alone, will do.
_LIVE = text(f"{_NAMES.queue_table}.status IN ('queued', 'picked')")
_QUEUED = text(f"{_NAMES.queue_table}.status = 'queued'")
_MINE = queue.c.dedupe_key == bindparam("k")
_PUT = (
    upsert(queue)
    .values(status=text("'queued'"))
    .on_conflict_do_nothing(
        index_elements=[queue.c.dedupe_key],
        index_where=text("status IN ('queued', 'picked') AND dedupe_key IS NOT NULL"),
    )
)
_THERE = select(queue.c.id).where(_MINE, _LIVE)
_DROP = delete(queue).where(_MINE, _LIVE)
_PUT_BACK = (
    update(queue)
    .where(_MINE, _LIVE)
    .values(
        id=text(f"nextval(pg_get_serial_sequence('{_NAMES.queue_table}', 'id'))"),
        status=text("'queued'"),
        queue_manager_id=None,
        slot=None,
        execute_after=bindparam("a"),
        entrypoint=bindparam("p"),
    )
)
_PRUNE_LOG = text(
    f"DELETE FROM {_NAMES.queue_table_log} WHERE id IN (SELECT id FROM {_NAMES.queue_table_log} "  # noqa: S608 -- PgQueuer's own name
    "WHERE created < now() - interval '1 hour' ORDER BY id LIMIT 5000)"
)
_OF_WORK = queue.c.dedupe_key == work.c.domain.concat("\n").concat(work.c.entry_id)


def put(connection: Connection, key: str, entrypoint: str, rank: int, due: datetime | None) -> None:
    """`due` None: at once, by the server's clock."""
    values = {"priority": -rank, "entrypoint": entrypoint, "dedupe_key": key, "payload": key.encode()}
    connection.execute(_PUT.values(execute_after=func.now() if due is None else due, **values))


def put_back(connection: Connection, key: str, entrypoint: str, due: datetime) -> None:
    connection.execute(_PUT_BACK, {"k": key, "a": due, "p": entrypoint})


def drop(connection: Connection, key: str) -> None:
    connection.execute(_DROP, {"k": key})


def is_there(connection: Connection, key: str) -> bool:
    return connection.execute(_THERE, {"k": key}).first() is not None


def of_work() -> ColumnElement[bool]:
    """Whether a work row has one."""
    return select(queue.c.id).where(_OF_WORK, _LIVE).exists()


def held_of_work() -> ColumnElement[bool]:
    """Whether a person holds it."""
    return select(queue.c.id).where(_OF_WORK, _LIVE, queue.c.execute_after == NEVER).exists()


def hold(connection: Connection, domain: str, rank: int) -> None:
    """Nobody takes those of a lane until they are let go; those in work are left."""
    mine = (queue.c.entrypoint == domain) & (queue.c.priority == -rank)
    connection.execute(update(queue).where(mine, _QUEUED).values(execute_after=NEVER))


def let_go(connection: Connection, domain: str) -> None:
    mine = (queue.c.entrypoint == domain) & (queue.c.execute_after == NEVER)
    connection.execute(update(queue).where(mine, _QUEUED).values(execute_after=func.now(), updated=func.now()))


Wanted = Callable[[ColumnElement[str]], ColumnElement[bool]]


def hasten(connection: Connection, moment: datetime, wanted: Wanted) -> int:
    """Those that wait beyond a moment are due then, if they are wanted, by their key; gives how many."""
    late = (queue.c.execute_after > moment) & (queue.c.execute_after < NEVER)
    return connection.execute(
        update(queue).where(late, _QUEUED, wanted(queue.c.dedupe_key)).values(execute_after=moment)
    ).rowcount


def prune_log(connection: Connection) -> int:
    """Drop some of the queue's own log, to which each claim adds: nobody asks it for more than an hour. Gives how
    much."""
    return connection.execute(_PRUNE_LOG).rowcount


def waiting(connection: Connection, domain: str, rank: int) -> int:
    """How many of a lane are there that nobody holds."""
    mine = (queue.c.entrypoint == domain) & (queue.c.priority == -rank) & (queue.c.execute_after < NEVER)
    return connection.execute(select(func.count()).select_from(queue).where(mine, _LIVE)).scalar_one()


def there(connection: Connection, domain: str, rank: int) -> int:
    """All of a lane, those held and suspects as well."""
    mine = queue.c.dedupe_key.startswith(f"{domain}\n", autoescape=True) & (queue.c.priority == -rank)
    return connection.execute(select(func.count()).select_from(queue).where(mine, _LIVE)).scalar_one()
