"""When a folder was found that may not be listed: so that a restart does not ask for all of them at once."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("walks", sa.Column("refused_at", sa.DateTime(), nullable=True))


def downgrade() -> None:
    op.drop_column("walks", "refused_at")
