"""Which programs may work on a ledger that a newer one has migrated."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    floor = op.create_table(
        "floor",
        sa.Column("revision", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("revision", name="pk_floor"),
    )
    # Programs before this one do not look here. A later migration that takes something away, or asks for something
    # that they do not write, puts its own revision here.
    op.bulk_insert(floor, [{"revision": revision}])


def downgrade() -> None:
    op.drop_table("floor")
