"""Indexes by which a version's events and verdicts, and those that are not clean, are found however many there are."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

NOT_CLEAN = sa.text("kind != 'clean'")


def upgrade() -> None:
    op.drop_index("ix_events_entry_id", "events")
    op.create_index("ix_events_entry_id", "events", ["domain", "entry_id", "epoch", "event_id"])
    op.create_index("ix_verdicts_entry_id", "verdicts", ["domain", "entry_id"])
    op.create_index(
        "ix_verdicts_not_clean", "verdicts", ["kind", "judged_at"], sqlite_where=NOT_CLEAN, postgresql_where=NOT_CLEAN
    )


def downgrade() -> None:
    op.drop_index("ix_verdicts_not_clean", "verdicts")
    op.drop_index("ix_verdicts_entry_id", "verdicts")
    op.drop_index("ix_events_entry_id", "events")
    op.create_index("ix_events_entry_id", "events", ["entry_id"])
