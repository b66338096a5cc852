"""What the last self-tests have shown, by the engines that they asked."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "self_tests",
        sa.Column("engines", sa.String(), nullable=False),
        sa.Column("unseen", sa.JSON(), nullable=False),
        sa.Column("hopeless", sa.JSON(), nullable=False),
        sa.Column("largest", sa.BigInteger(), nullable=True),
        sa.Column("tested_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("engines", name=op.f("pk_self_tests")),
    )


def downgrade() -> None:
    op.drop_table("self_tests")
