"""Adds which answers were given with nobody else's in view: only those are independent."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Column

revision = "sealed_answers"
down_revision = "adjudications"


def upgrade() -> None:
    """Add the column, empty for what is there: whether it was in view was not kept."""
    op.add_column("labels", Column("is_sealed", sa.Boolean(), nullable=True))
