"""A second index beside the one that answers, and how far it is filled."""

from alembic import op

revision = "0002"
down_revision = "0001"

TABLES = """
ALTER TABLE collections ADD COLUMN n_stores INTEGER NOT NULL DEFAULT 1;
CREATE TABLE rebuilds (
    collection TEXT PRIMARY KEY REFERENCES collections (name) ON DELETE CASCADE,
    id UUID NOT NULL UNIQUE,
    store TEXT NOT NULL UNIQUE,
    manifest JSONB NOT NULL,
    state TEXT NOT NULL,
    is_rollback BOOLEAN NOT NULL DEFAULT false,
    attempts INTEGER NOT NULL DEFAULT 0,
    error_code TEXT,
    error_message TEXT,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    updated_at TIMESTAMPTZ NOT NULL DEFAULT now()
);
CREATE TABLE fillings (
    store TEXT NOT NULL,
    generation UUID NOT NULL REFERENCES generations (id) ON DELETE CASCADE,
    pages_done INTEGER NOT NULL DEFAULT 0,
    is_complete BOOLEAN NOT NULL DEFAULT false,
    PRIMARY KEY (store, generation)
);
CREATE INDEX ix_fillings_generation ON fillings (generation);
"""


def upgrade() -> None:
    """Create what a rebuild is noted in."""
    op.get_bind().exec_driver_sql(TABLES)
