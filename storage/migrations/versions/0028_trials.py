"""Adds cases that are put in to learn how people answer, and which channels know that there are some."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Column

from storage.migrations.migration_tables import moments, partial, texts
from storage.sql.column_types import ArrivalId

revision = "trials"
down_revision = "follow_ups"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "trials",
        Column("row_id", ArrivalId, autoincrement=True, nullable=False),
        *texts("drawn_for", "origin", "task", "tier"),
        Column("chance", sa.Float(), nullable=False),
        *moments("drawn_at", "put_in_at"),
        Column("is_waiting", sa.Boolean(), nullable=False),
        *texts("case_id", "source_id", "key", nullable=True),
        sa.PrimaryKeyConstraint("row_id", name="pk_trials"),
        sa.UniqueConstraint("drawn_for", "origin", name="uq_trials_drawn_for_origin"),
        sa.UniqueConstraint("case_id", name="uq_trials_case_id"),
        sa.UniqueConstraint("source_id", name="uq_trials_source_id"),
        sa.ForeignKeyConstraint(
            ["drawn_for"], ["predictions.case_id"], name="fk_trials_drawn_for_predictions"
        ),
    )
    partial("ix_trials_waiting", "trials", ["put_in_at"], "is_waiting")
    op.create_table(
        "trial_notices",
        *texts("channel_id", "origin"),
        *moments("queued_at"),
        *moments("notified_at", nullable=True),
        sa.PrimaryKeyConstraint("channel_id", "origin", name="pk_trial_notices"),
    )
