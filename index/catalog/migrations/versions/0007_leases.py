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
OTHERS = (
    "ALTER TABLE jobs ADD COLUMN is_read BOOLEAN NOT NULL DEFAULT false",
    "CREATE INDEX jobs_open ON jobs (created_at) WHERE state IN ('queued', 'running')",
    "CREATE INDEX generations_dead ON generations (id) WHERE state = 'dead'",
)


def upgrade() -> None:
    """Add the columns, and indexes of the few rows that workers look for again and again."""
    for table in ("jobs", "rebuilds"):
        op.get_bind().exec_driver_sql(COLUMNS.format(table=table))
    for statement in OTHERS:
        op.get_bind().exec_driver_sql(statement)
