"""What was learnt of each version judged, for trying rules on the past; and verdicts found by their moment."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "facts",
        sa.Column("verdict_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("form", sa.Integer(), nullable=False),
        sa.Column("packed", sa.LargeBinary(), nullable=False),
        sa.Column("learnt_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("verdict_id", name=op.f("pk_facts")),
    )
    op.create_index(op.f("ix_facts_learnt_at"), "facts", ["learnt_at"])
    # The only step that takes longer the more there is: some seconds for a million verdicts.
    op.create_index(op.f("ix_verdicts_judged_at"), "verdicts", ["judged_at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_verdicts_judged_at"), table_name="verdicts")
    op.drop_table("facts")
