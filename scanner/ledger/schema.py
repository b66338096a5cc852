"""Brings a ledger to the schema of this program, and refuses one it does not know. A file is brought there by the one
service that works on it, at its start; a database that several share by a command, never by a start."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, select

from scanner.errors import LedgerUnavailable
from scanner.ledger.databases.database import Database
from scanner.ledger.databases.sqlite import SqliteDatabase
from scanner.ledger.tables import floor

MIGRATIONS = Path(__file__).parent / "migrations"


MIGRATE = "Run `scanner ledger migrate` of this version once, before its replicas start."
START = "Start `scanner run` of this version once."


def upgrade(database: SqliteDatabase) -> None:
    """Raises LedgerUnavailable for a schema newer than this program."""
    database.run_here(partial(upgrade_on, name=database.name))


def upgrade_on(connection: Connection, name: str) -> tuple[str | None, str | None]:
    """In the caller's transaction; gives the revisions before and after. A newer schema on which this program works all
    the same stays. Raises LedgerUnavailable for any other that is newer than this program."""
    current, scripts = revision(connection), ScriptDirectory.from_config(_config())
    if _is_newer(connection, current, scripts, name):
        return current, current
    head = scripts.get_current_head()
    if current != head:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return current, head


async def check(database: Database) -> None:
    """Raises LedgerUnavailable unless the schema is this program's, or a newer one on which it works all the same."""
    await database.read(partial(check_on, name=database.name, remedy=MIGRATE if database.shared else START))


def check_on(connection: Connection, name: str, remedy: str) -> None:
    """Like `check`, in the caller's transaction."""
    current, scripts = revision(connection), ScriptDirectory.from_config(_config())
    if _is_newer(connection, current, scripts, name):
        return
    if current is None:
        raise LedgerUnavailable(f"{name} holds no ledger yet. {remedy}")
    if current != scripts.get_current_head():
        raise LedgerUnavailable(f"{name} has an older schema. {remedy}")


def _is_newer(connection: Connection, current: str | None, scripts: ScriptDirectory, name: str) -> bool:
    """While one version takes over from another, replicas of both work on one ledger, and a roll-back leaves the schema
    as it is: who migrated it has left word which programs may (docs/upgrading.md)."""
    known = {script.revision for script in scripts.walk_revisions()}
    if current is None or current in known:
        return False
    if inspect(connection).has_table(floor.name) and connection.execute(select(floor)).scalar() in known:
        return True
    raise LedgerUnavailable(
        f"{name} was written by a newer version of scanner (schema {current}). "
        "Use that version, or give this one a ledger of its own."
    )


def head() -> str | None:
    """The revision that this program migrates to."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def revision(connection: Connection) -> str | None:
    """Of the schema found; None where there is none."""
    return MigrationContext.configure(connection).get_current_revision()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config
