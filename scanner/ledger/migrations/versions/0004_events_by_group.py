"""Events found by the file they are about: whether its deletion was told."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Takes longer the more events there are: some seconds for each million.
    op.create_index("ix_events_group_id", "events", ["domain", "group_id", "epoch", "event_id"])


def downgrade() -> None:
    op.drop_index("ix_events_group_id", table_name="events")
