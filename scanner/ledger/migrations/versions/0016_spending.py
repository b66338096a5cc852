"""What was spent of the platform's call quotas, by token, hour and class."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "api_quotas",
        sa.Column("domain", sa.String(), nullable=False),
        sa.Column("token", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("qps_limit", sa.Integer(), nullable=True),
        sa.Column("day_limit", sa.Integer(), nullable=True),
        sa.Column("day_used", sa.Integer(), nullable=True),
        sa.Column("told_at", sa.DateTime(), nullable=True),
        sa.Column("next_slot", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("domain", "token", name=op.f("pk_api_quotas")),
    )
    op.create_table(
        "api_spent",
        sa.Column("domain", sa.String(), nullable=False),
        sa.Column("token", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("hour", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("call_class", sa.String(), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("domain", "token", "hour", "call_class", name=op.f("pk_api_spent")),
    )


def downgrade() -> None:
    op.drop_table("api_spent")
    op.drop_table("api_quotas")
