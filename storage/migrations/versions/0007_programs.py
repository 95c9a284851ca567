"""Keeps which people are programs; of those stored before, Slack is asked again."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Column

revision = "programs"
down_revision = "policies"


def upgrade() -> None:
    """Add the column; it is empty where nobody has asked."""
    op.add_column("experts", Column("is_bot", sa.Boolean(), nullable=True))
