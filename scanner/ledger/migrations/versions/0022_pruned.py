"""Up to when the events of a domain were dropped, since they served nothing any more."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("feeds", sa.Column("pruned_to", sa.DateTime(), nullable=True))


def downgrade() -> None:
    op.drop_column("feeds", "pruned_to")
