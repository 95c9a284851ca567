"""Keeps what waits for a repair in Slack, and in which form and channel a message is shown."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Column

from storage.migrations.migration_tables import moments, partial, texts

revision = "holds"
down_revision = "readings"


def upgrade() -> None:
    """Add the columns; messages wanted before are shown whole, and in the channel where they are."""
    op.add_column("channel_pace", *texts("held_reason", nullable=True))
    for table in ("channel_pace", "projections", "outbox", "channel_readings", "thread_readings"):
        op.add_column(table, *moments("held_since", nullable=True))
    for column in texts("channel", "form", nullable=True):
        op.add_column("projections", column)
    op.add_column("projections", *moments("formed_at", nullable=True))
    op.add_column("projections", Column("refusals", sa.Integer(), server_default="0", nullable=False))
    partial("ix_outbox_held", "outbox", ["row_id"], "held_since IS NOT NULL")
