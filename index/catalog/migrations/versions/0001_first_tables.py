"""The first tables, and the job queue's own schema."""

from alembic import op
from procrastinate.schema import SchemaManager

revision = "0001"
down_revision = None

TABLES = """
CREATE TABLE collections (
    name TEXT PRIMARY KEY,
    store TEXT NOT NULL UNIQUE,
    manifest JSONB NOT NULL,
    version BIGINT NOT NULL DEFAULT 0,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now()
);
CREATE TABLE documents (
    id UUID PRIMARY KEY,
    collection TEXT NOT NULL REFERENCES collections (name) ON DELETE CASCADE,
    sha256 TEXT NOT NULL,
    name TEXT NOT NULL,
    n_bytes BIGINT NOT NULL,
    n_pages INTEGER NOT NULL DEFAULT 0,
    metadata JSONB NOT NULL,
    state TEXT NOT NULL,
    error_code TEXT,
    error_message TEXT,
    live_generation UUID,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    updated_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    UNIQUE (collection, sha256)
);
CREATE TABLE generations (
    id UUID PRIMARY KEY,
    collection TEXT NOT NULL REFERENCES collections (name) ON DELETE CASCADE,
    document UUID NOT NULL,
    sha256 TEXT NOT NULL,
    name TEXT NOT NULL,
    n_bytes BIGINT NOT NULL,
    state TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now()
);
CREATE INDEX ix_generations_collection ON generations (collection);
CREATE INDEX ix_generations_document ON generations (document);
CREATE TABLE pages (
    generation UUID NOT NULL REFERENCES generations (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    image_sha256 TEXT,
    words_sha256 TEXT,
    width_px INTEGER NOT NULL DEFAULT 0,
    height_px INTEGER NOT NULL DEFAULT 0,
    n_rows INTEGER NOT NULL DEFAULT 0,
    n_words INTEGER NOT NULL DEFAULT 0,
    n_hidden INTEGER NOT NULL DEFAULT 0,
    word_source TEXT NOT NULL DEFAULT 'none',
    engine TEXT NOT NULL DEFAULT '',
    error_code TEXT,
    error_message TEXT,
    PRIMARY KEY (generation, number)
);
CREATE INDEX ix_pages_image_sha256 ON pages (image_sha256);
CREATE INDEX ix_pages_words_sha256 ON pages (words_sha256);
CREATE TABLE jobs (
    id UUID PRIMARY KEY,
    collection TEXT NOT NULL REFERENCES collections (name) ON DELETE CASCADE,
    document UUID NOT NULL,
    generation UUID NOT NULL,
    state TEXT NOT NULL,
    stage TEXT NOT NULL DEFAULT '',
    pages_done INTEGER NOT NULL DEFAULT 0,
    pages_total INTEGER NOT NULL DEFAULT 0,
    attempts INTEGER NOT NULL DEFAULT 0,
    error_code TEXT,
    error_message TEXT,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    updated_at TIMESTAMPTZ NOT NULL DEFAULT now()
);
CREATE INDEX ix_jobs_collection ON jobs (collection);
CREATE INDEX ix_jobs_document ON jobs (document);
"""


def upgrade() -> None:
    """Create the catalog's tables and procrastinate's."""
    connection = op.get_bind()
    connection.exec_driver_sql(TABLES)
    connection.exec_driver_sql(SchemaManager.get_schema().replace("%", "%%"))
