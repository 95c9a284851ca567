"""Adds which cases nobody answered in time, and which of them others are asked about."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Column

from storage.migrations.migration_tables import moments, partial, texts

revision = "follow_ups"
down_revision = "blind_cases"


def upgrade() -> None:
    """Add the table, empty: what was not answered before is drawn for like what is not answered now."""
    op.create_table(
        "follow_ups",
        *texts("case_id"),
        Column("chance", sa.Float(), nullable=False),
        Column("is_drawn", sa.Boolean(), nullable=False),
        *moments("drawn_at", "ends_at"),
        *moments("ask_at", nullable=True),
        sa.PrimaryKeyConstraint("case_id", name="pk_follow_ups"),
        sa.ForeignKeyConstraint(
            ["case_id"], ["predictions.case_id"], name="fk_follow_ups_case_id_predictions"
        ),
    )
    op.create_index("ix_follow_ups_drawn_at", "follow_ups", ["drawn_at"])
    partial("ix_follow_ups_ask_at", "follow_ups", ["ask_at"], "ask_at IS NOT NULL")
