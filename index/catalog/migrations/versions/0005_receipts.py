"""What was answered to requests that carry an idempotency key."""

from alembic import op

revision = "0005"
down_revision = "0004"

TABLE = """
CREATE TABLE receipts (
    owner TEXT NOT NULL DEFAULT '',
    key TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    status INTEGER,
    media_type TEXT NOT NULL DEFAULT '',
    body BYTEA NOT NULL DEFAULT '',
    expires_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (owner, key)
);
CREATE INDEX ix_receipts_expires_at ON receipts (expires_at);
"""


def upgrade() -> None:
    """Create the table."""
    op.get_bind().exec_driver_sql(TABLE)
