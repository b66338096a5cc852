"""Brings a ledger file to the schema of this program, and refuses one it does not know."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from scanner.errors import LedgerUnavailable
from scanner.ledger.database import Database

MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(database: Database) -> None:
    """Raises LedgerUnavailable for a schema newer than this program."""
    current = database.run_here(_revision)
    scripts = ScriptDirectory.from_config(_config())
    head = scripts.get_current_head()
    if current == head:
        return
    _refuse_unknown(database, current, scripts)

    def act(connection: Connection) -> None:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")

    database.run_here(act)


def check(database: Database) -> None:
    """Raises LedgerUnavailable unless the schema is exactly this program's."""
    current = database.run_here(_revision)
    scripts = ScriptDirectory.from_config(_config())
    _refuse_unknown(database, current, scripts)
    if current != scripts.get_current_head():
        raise LedgerUnavailable(f"{database.path} has an older schema. Start `scanner run` of this version once.")


def _refuse_unknown(database: Database, current: str | None, scripts: ScriptDirectory) -> None:
    known = {script.revision for script in scripts.walk_revisions()}
    if current is not None and current not in known:
        raise LedgerUnavailable(
            f"{database.path} was written by a newer version of scanner (schema {current}). "
            "Use that version, or give this one a ledger of its own."
        )


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config
