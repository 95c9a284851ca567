"""Adds from which cases' experts the prediction is hidden at random, and with which chance."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Column

revision = "blind_cases"
down_revision = "consensus"


def upgrade() -> None:
    """Add the columns, empty for what is there: nothing was hidden."""
    op.add_column("predictions", Column("blind_chance", sa.Float(), nullable=True))
    op.add_column("predictions", Column("is_blind", sa.Boolean(), nullable=True))
