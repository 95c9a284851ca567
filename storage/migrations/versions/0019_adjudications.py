"""Adds which labels settled a disagreement: an adjudicator's ordinary answer is an ordinary answer."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Column

revision = "adjudications"
down_revision = "groups"


def upgrade() -> None:
    """Add the column, empty for what is there: of those answers an adjudicator's settles, as it did."""
    op.add_column("labels", Column("is_adjudication", sa.Boolean(), nullable=True))
