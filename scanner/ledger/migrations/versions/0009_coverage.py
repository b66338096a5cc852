"""Versions by when they were first seen, and those without a verdict apart; events by when they were recorded."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_work_first_seen", "work", ["domain", "first_seen_at", "entry_id"])
    op.create_index(
        "ix_work_unjudged",
        "work",
        ["lane", "state", "due", "uploaded_at", "first_seen_at"],
        sqlite_where=sa.text("verdict_id IS NULL AND done_at IS NULL"),
        postgresql_where=sa.text("verdict_id IS NULL AND done_at IS NULL"),
    )
    op.create_index("ix_events_recorded_at", "events", ["domain", "recorded_at"])


def downgrade() -> None:
    op.drop_index("ix_events_recorded_at", "events")
    op.drop_index("ix_work_unjudged", "work")
    op.drop_index("ix_work_first_seen", "work")
