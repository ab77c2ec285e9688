"""Leases: a number that grows with every start, waits for what is outside, and reading apart."""

from alembic import op

revision = "0007"
down_revision = "0006"

COLUMNS = """
ALTER TABLE {table}
    ADD COLUMN fence BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN waits INTEGER NOT NULL DEFAULT 0,
    ADD COLUMN waits_since TIMESTAMPTZ;
"""
IS_READ = "ALTER TABLE jobs ADD COLUMN is_read BOOLEAN NOT NULL DEFAULT false"


def upgrade() -> None:
    """Add the columns."""
    for table in ("jobs", "rebuilds"):
        op.get_bind().exec_driver_sql(COLUMNS.format(table=table))
    op.get_bind().exec_driver_sql(IS_READ)
