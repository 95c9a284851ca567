"""Adds which predictions share a cause: what promises count."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Column

revision = "groups"
down_revision = "pseudonyms"


def upgrade() -> None:
    """Add the column, empty for what is there: an old prediction stands alone, as it always did."""
    op.add_column("predictions", Column("group_key", sa.BigInteger(), nullable=True))
