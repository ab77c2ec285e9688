"""Golden questions: what people ask of a collection, and the pages that should answer."""

from alembic import op

revision = "0006"
down_revision = "0005"

TABLE = """
CREATE TABLE questions (
    collection TEXT NOT NULL REFERENCES collections (name) ON DELETE CASCADE,
    id TEXT NOT NULL,
    number BIGINT GENERATED ALWAYS AS IDENTITY UNIQUE,
    text TEXT NOT NULL,
    answers TEXT[] NOT NULL,
    pages JSONB NOT NULL,
    tags TEXT[] NOT NULL,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    updated_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    PRIMARY KEY (collection, id)
);
"""


def upgrade() -> None:
    """Add the table."""
    op.get_bind().exec_driver_sql(TABLE)
