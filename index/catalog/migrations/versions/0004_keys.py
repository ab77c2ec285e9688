"""Who may do what, what it cost, and whose collections others may read."""

from alembic import op

revision = "0004"
down_revision = "0003"

TABLES = """
CREATE TABLE keys (
    id TEXT PRIMARY KEY,
    secret_sha256 TEXT NOT NULL,
    tenant TEXT NOT NULL,
    name TEXT NOT NULL,
    scopes TEXT[] NOT NULL,
    limits JSONB NOT NULL,
    expires_at TIMESTAMPTZ,
    revoked_at TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now()
);
CREATE INDEX ix_keys_tenant ON keys (tenant);
CREATE TABLE spending (
    day DATE NOT NULL,
    tenant TEXT NOT NULL,
    key TEXT NOT NULL,
    questions BIGINT NOT NULL DEFAULT 0,
    pages BIGINT NOT NULL DEFAULT 0,
    estimated_tokens BIGINT NOT NULL DEFAULT 0,
    input_tokens BIGINT NOT NULL DEFAULT 0,
    output_tokens BIGINT NOT NULL DEFAULT 0,
    cost NUMERIC NOT NULL DEFAULT 0,
    PRIMARY KEY (day, tenant, key)
);
ALTER TABLE collections ADD COLUMN visibility TEXT NOT NULL DEFAULT 'private';
ALTER TABLE jobs ADD COLUMN tenant TEXT NOT NULL DEFAULT 'default';
ALTER TABLE jobs ADD COLUMN key TEXT NOT NULL DEFAULT '';
"""


def upgrade() -> None:
    """Create the tables; what is there is private and was paid for by nobody."""
    op.get_bind().exec_driver_sql(TABLES)
