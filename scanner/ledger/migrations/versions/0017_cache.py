"""Looks at contents that may stand for later versions, what speaks against them, and what tells a known content."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

WAITING = sa.text("verdict_id IS NULL AND done_at IS NULL")
REUSED = sa.text("reused IS NOT NULL")


def upgrade() -> None:
    op.add_column("work", sa.Column("folder", sa.String(), nullable=True))
    op.add_column("work", sa.Column("checksum", sa.String(), nullable=True))
    op.create_index("ix_work_waiting_in", "work", ["domain", "folder"], sqlite_where=WAITING, postgresql_where=WAITING)
    op.add_column("verdicts", sa.Column("reused", sa.BigInteger(), nullable=True))
    op.create_index("ix_verdicts_reused", "verdicts", ["reused"], sqlite_where=REUSED, postgresql_where=REUSED)
    op.create_table(
        "cache",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("checksum", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("generation", sa.String(), nullable=False),
        sa.Column("verdict_id", sa.BigInteger(), nullable=False),
        sa.Column("kept_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cache")),
    )
    op.create_index("ix_cache_key", "cache", ["checksum", "size", "generation"])
    op.create_index(op.f("ix_cache_kept_at"), "cache", ["kept_at"])
    op.create_index(op.f("ix_cache_verdict_id"), "cache", ["verdict_id"])
    op.create_table(
        "cache_doubts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("domain", sa.String(), nullable=False),
        sa.Column("generation", sa.String(), nullable=False),
        sa.Column("entry_id", sa.String(), nullable=False),
        sa.Column("verdict_id", sa.BigInteger(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("raised_at", sa.DateTime(), nullable=False),
        sa.Column("settled_at", sa.DateTime(), nullable=True),
        sa.Column("settled_by", sa.String(), nullable=True),
        sa.Column("settled_because", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cache_doubts")),
    )
    op.create_index("ix_cache_doubts_settled_at", "cache_doubts", ["settled_at"])


def downgrade() -> None:
    op.drop_table("cache_doubts")
    op.drop_table("cache")
    op.drop_index("ix_verdicts_reused", "verdicts")
    op.drop_column("verdicts", "reused")
    op.drop_index("ix_work_waiting_in", "work")
    op.drop_column("work", "checksum")
    op.drop_column("work", "folder")
