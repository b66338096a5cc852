"""When each feed was read last."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "polls",
        sa.Column("domain", sa.String(), nullable=False),
        sa.Column("polled_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("domain", name=op.f("pk_polls")),
    )


def downgrade() -> None:
    op.drop_table("polls")
