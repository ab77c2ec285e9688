"""Which blob has the rows of a generation in a store."""

from alembic import op

revision = "0009"
down_revision = "0008"

TABLES = """
CREATE TABLE segments (
    store TEXT NOT NULL,
    generation UUID NOT NULL REFERENCES generations (id) ON DELETE CASCADE,
    sha256 TEXT NOT NULL,
    PRIMARY KEY (store, generation)
);
CREATE INDEX ix_segments_generation ON segments (generation);
CREATE INDEX ix_segments_sha256 ON segments (sha256);
"""


def upgrade() -> None:
    """Create the table."""
    op.get_bind().exec_driver_sql(TABLES)
