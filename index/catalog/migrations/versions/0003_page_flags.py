"""What speaks against a page: text that addresses a model."""

from alembic import op

revision = "0003"
down_revision = "0002"

COLUMNS = """
ALTER TABLE pages ADD COLUMN n_set_aside INTEGER NOT NULL DEFAULT 0;
ALTER TABLE pages ADD COLUMN flags TEXT[] NOT NULL DEFAULT '{}';
"""


def upgrade() -> None:
    """Add the columns; pages that are there have nothing against them."""
    op.get_bind().exec_driver_sql(COLUMNS)
