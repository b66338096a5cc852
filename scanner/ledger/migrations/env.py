"""Run by Alembic, on the connection that ledger/schema.py hands in and inside its transaction."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context

from scanner.ledger.tables import Base, UtcDateTime


def render(kind: str, item: object, _: Any) -> str | Literal[False]:
    """Migrations must not depend on tables as they are today."""
    return "sa.DateTime()" if kind == "type" and isinstance(item, UtcDateTime) else False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=True,
    render_item=render,
    compare_type=True,
    transactional_ddl=False,
)
context.run_migrations()
