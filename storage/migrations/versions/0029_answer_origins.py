"""Adds how an answer came about: whether its person was asked by name, and since when they saw the case."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Column

from storage.migrations.migration_tables import moments

revision = "answer_origins"
down_revision = "blind_cases"


def upgrade() -> None:
    """Add the columns, empty for what is there: nobody knows it of earlier answers."""
    op.add_column("labels", Column("is_assigned", sa.Boolean(), nullable=True))
    for column in moments("shown_at", nullable=True):
        op.add_column("labels", column)
