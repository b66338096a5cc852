"""How far each walk has come, what its listings showed of known versions, and which walk makes up for a gap."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

WALKS = (
    ("reason", sa.String()),
    ("with_versions", sa.Boolean()),
    ("begun_at", sa.DateTime()),
    ("paused_at", sa.DateTime()),
    ("due_at", sa.DateTime()),
    ("trouble", sa.String()),
    ("swept", sa.String()),
    ("folders", sa.Integer()),
    ("files", sa.BigInteger()),
    ("queued", sa.BigInteger()),
    ("moved", sa.BigInteger()),
    ("missed", sa.BigInteger()),
    ("gone", sa.BigInteger()),
    ("unread", sa.Integer()),
)
WORK = (("seen_at", sa.DateTime()), ("seen_path", sa.String()), ("missed_at", sa.DateTime()))


def upgrade() -> None:
    op.create_table(
        "frontier",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True),
        sa.Column("walk_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("offset", sa.Integer(), nullable=False),
        sa.Column("page", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("due_at", sa.DateTime(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("refused_at", sa.DateTime(), nullable=True),
        sa.UniqueConstraint("walk_id", "kind", "path", name="uq_frontier_walk_id_kind_path"),
    )
    op.create_index("ix_frontier_next", "frontier", ["walk_id", "refused_at"])
    op.create_index("ix_frontier_begun", "frontier", ["walk_id", "offset"])
    for name, kind in WALKS:
        op.add_column("walks", sa.Column(name, kind, nullable=True))
    op.create_index("ix_walks_open", "walks", ["domain", "finished_at"])
    for name, kind in WORK:
        op.add_column("work", sa.Column(name, kind, nullable=True))
    op.add_column("gaps", sa.Column("walk_id", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    op.drop_column("gaps", "walk_id")
    for name, _ in WORK:
        op.drop_column("work", name)
    op.drop_index("ix_walks_open", "walks")
    for name, _ in WALKS:
        op.drop_column("walks", name)
    op.drop_table("frontier")
