"""Who changed what, line after line; and what was deleted and may still lie on the disk."""

from alembic import op

revision = "0008"
down_revision = "0007"

TABLES = """
CREATE TABLE audit (
    number BIGINT PRIMARY KEY,
    at TIMESTAMPTZ NOT NULL,
    tenant TEXT NOT NULL,
    who TEXT NOT NULL,
    action TEXT NOT NULL,
    result TEXT NOT NULL,
    request TEXT NOT NULL,
    about JSONB NOT NULL,
    previous TEXT NOT NULL,
    digest TEXT NOT NULL
);
CREATE INDEX ix_audit_tenant ON audit (tenant, number);
CREATE TABLE remains (
    generation UUID PRIMARY KEY,
    collection TEXT NOT NULL,
    document UUID NOT NULL,
    sha256 TEXT NOT NULL,
    n_points INTEGER NOT NULL,
    n_blobs INTEGER NOT NULL,
    deleted_at TIMESTAMPTZ NOT NULL DEFAULT now()
);
ALTER TABLE audit ALTER COLUMN about SET STATISTICS 0;
ALTER TABLE remains ALTER COLUMN sha256 SET STATISTICS 0;
"""  # no statistics, which would keep values beyond their rows


def upgrade() -> None:
    """Create the tables."""
    op.get_bind().exec_driver_sql(TABLES)
