"""Adds the slices that leads want more of checked, and how whoever settles a disagreement marks it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Column

from storage.migrations.migration_tables import moments, texts
from storage.sql.column_types import ArrivalId, UtcMoment

revision = "checks_and_marks"
down_revision = "expert_skills"
MARKED = sa.text("mark IS NOT NULL")


def upgrade() -> None:
    """Create the table; add the column, empty for what is there: nothing was marked."""
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
    op.add_column("labels", Column("mark", sa.Text(), nullable=True))
    op.create_index("ix_labels_mark", "labels", ["row_id"], sqlite_where=MARKED, postgresql_where=MARKED)
