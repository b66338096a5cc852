"""Signed statements of coverage, append-only like the audit."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

GUARDS = (
    """
    CREATE TRIGGER statements_no_update BEFORE UPDATE ON statements
    BEGIN SELECT RAISE(ABORT, 'statements are append-only'); END
    """,
    """
    CREATE TRIGGER statements_no_delete BEFORE DELETE ON statements
    BEGIN SELECT RAISE(ABORT, 'statements are append-only'); END
    """,
    # INSERT OR REPLACE takes the old row away without the trigger above.
    """
    CREATE TRIGGER statements_in_order BEFORE INSERT ON statements
    WHEN NEW.number IS NOT (SELECT coalesce(max(number), 0) + 1 FROM statements)
    BEGIN SELECT RAISE(ABORT, 'a statement follows the last one'); END
    """,
)
POSTGRESQL = (
    """
    CREATE FUNCTION scanner_statements_in_order() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW.number <> (SELECT coalesce(max(number), 0) + 1 FROM statements)
        THEN RAISE EXCEPTION 'a statement follows the last one';
        END IF;
        RETURN NEW;
    END $$
    """,
    """
    CREATE TRIGGER statements_no_update BEFORE UPDATE ON statements
    FOR EACH ROW EXECUTE FUNCTION scanner_append_only('statements are append-only')
    """,
    """
    CREATE TRIGGER statements_no_delete BEFORE DELETE ON statements
    FOR EACH ROW EXECUTE FUNCTION scanner_append_only('statements are append-only')
    """,
    """
    CREATE TRIGGER statements_no_truncate BEFORE TRUNCATE ON statements
    FOR EACH STATEMENT EXECUTE FUNCTION scanner_append_only('statements are append-only')
    """,
    """
    CREATE TRIGGER statements_in_order BEFORE INSERT ON statements
    FOR EACH ROW EXECUTE FUNCTION scanner_statements_in_order()
    """,
)


def upgrade() -> None:
    op.create_table(
        "statements",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_statements")),
    )
    for guard in POSTGRESQL if op.get_bind().dialect.name == "postgresql" else GUARDS:
        op.execute(guard)


def downgrade() -> None:
    op.drop_table("statements")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION scanner_statements_in_order()")
