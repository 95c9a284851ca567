"""Keeps who snoozed a case, and which steps wait for that to end."""

from alembic import op
from sqlalchemy import Column

from storage.migrations.migration_tables import texts
from storage.sql.column_types import Document

revision = "snoozes"
down_revision = "amendments"


def upgrade() -> None:
    """Add the columns; a case snoozed before holds back its thread's reminders only."""
    for column in texts("snoozed_team_id", "snoozed_user_id", nullable=True):
        op.add_column("cases", column)
    op.add_column("cases", Column("held_steps", Document, nullable=True))
