"""Tables for what is read in Slack after nobody listened: the channels' histories, and threads."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Column

from storage.migrations.migration_tables import lease, moments, partial, texts
from storage.sql.column_types import ArrivalId

revision = "readings"
down_revision = "replies"


def upgrade() -> None:
    """Create both tables; threads that wait in the outbox are taken over while the new code runs."""
    op.create_table(
        "channel_readings",
        Column("row_id", ArrivalId, autoincrement=True, nullable=False),
        *texts("channel_id", "team_id", "bot_user_id"),
        Column("wanted_version", sa.Integer(), nullable=False),
        *_counts("begun_version", "read_version", "held_row_id"),
        Column("is_due", sa.Boolean(), nullable=False),
        *texts("reached", "held_to", nullable=True),
        *lease(),
        sa.PrimaryKeyConstraint("row_id", name="pk_channel_readings"),
        sa.UniqueConstraint("channel_id", name="uq_channel_readings_channel_id"),
    )
    partial("ix_channel_readings_due", "channel_readings", ["next_try_at", "row_id"], "is_due")
    op.create_table(
        "thread_readings",
        Column("row_id", ArrivalId, autoincrement=True, nullable=False),
        *texts("channel_id", "thread_ts", "team_id"),
        Column("rank", sa.Integer(), nullable=False),
        Column("priority", sa.Integer(), nullable=False),
        *moments("due_at"),
        Column("wanted_version", sa.Integer(), nullable=False),
        *_counts("read_version"),
        Column("is_due", sa.Boolean(), nullable=False),
        *texts("read_to", nullable=True),
        *moments("read_at", nullable=True),
        *lease(),
        sa.PrimaryKeyConstraint("row_id", name="pk_thread_readings"),
        sa.UniqueConstraint("channel_id", "thread_ts", name="uq_thread_readings_channel_id_thread_ts"),
    )
    urgency = ["rank", "priority", "due_at", "row_id"]
    partial("ix_thread_readings_due", "thread_readings", urgency, "is_due")
    partial("ix_thread_readings_read", "thread_readings", ["read_at"], "read_at IS NOT NULL")


def _counts(*names: str) -> list[Column[int]]:
    return [Column(name, sa.Integer(), server_default="0", nullable=False) for name in names]
