"""Looks back begin with what public links lead to."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "retro_exposed",
        sa.Column("generation", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("verdict_id", sa.BigInteger(), nullable=False),
        sa.Column("looked_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("generation", "sha256", name=op.f("pk_retro_exposed")),
    )
    op.add_column("retro", sa.Column("exposed_at", sa.DateTime(), nullable=True))


def downgrade() -> None:
    op.drop_column("retro", "exposed_at")
    op.drop_table("retro_exposed")
