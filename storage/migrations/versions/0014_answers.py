"""Keeps what was answered under a key that every question has, and how far the prediction was from it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Column

from storage.migrations.migration_tables import texts
from storage.sql.column_types import JsonValue

revision = "answers"
down_revision = "origins"


def upgrade() -> None:
    """Add the columns; rows before, and those of replicas of earlier versions, are filled afterwards."""
    for table in ("labels", "decisions"):
        # Nullable: version 0.1 goes on inserting rows without them while replicas are exchanged.
        op.add_column(table, Column("answer", JsonValue(), nullable=True))
        for column in texts("key", nullable=True):
            op.add_column(table, column)
    op.add_column("decisions", Column("loss", sa.Float(), nullable=True))
