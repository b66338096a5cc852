"""How far each feed was read a second time, for events that show late."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rereads",
        sa.Column("domain", sa.String(), nullable=False),
        sa.Column("up_to", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("domain", name=op.f("pk_rereads")),
    )


def downgrade() -> None:
    op.drop_table("rereads")
