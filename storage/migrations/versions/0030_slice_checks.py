"""Adds the table of slices that leads want more of checked, for a while."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Column

from storage.migrations.migration_tables import moments, texts
from storage.sql.column_types import ArrivalId, UtcMoment

revision = "slice_checks"
down_revision = "expert_skills"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "slice_checks",
        Column("row_id", ArrivalId, autoincrement=True, nullable=False),
        *texts("task", "tier", "name", "value"),
        Column("share", sa.Float(), nullable=False),
        *texts("asked_by"),
        *moments("from_at", "until_at"),
        Column("ended_at", UtcMoment(), nullable=True),
        sa.PrimaryKeyConstraint("row_id", name="pk_slice_checks"),
        sa.UniqueConstraint(
            "task", "tier", "name", "value", "from_at", name="uq_slice_checks_task_tier_name_value_from_at"
        ),
    )
    op.create_index("ix_slice_checks_until_at", "slice_checks", ["until_at"])
