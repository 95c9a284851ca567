"""Adds how an answer came about, how often experts were right, and who is paused."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Column

from storage.migrations.migration_tables import moments, texts
from storage.sql.column_types import ArrivalId

revision = "expert_skills"
down_revision = "trials"


def upgrade() -> None:
    """Add the columns, empty for what is there since nobody knows it, and the tables."""
    op.add_column("labels", Column("is_assigned", sa.Boolean(), nullable=True))
    for column in moments("shown_at", nullable=True):
        op.add_column("labels", column)
    op.create_table(
        "skills",
        Column("row_id", ArrivalId, autoincrement=True, nullable=False),
        *texts("task", "team_id", "user_id", "slice"),
        Column("is_assigned", sa.Boolean(), nullable=False),
        *(Column(name, sa.Integer(), nullable=False) for name in ("right", "n")),
        *(Column(name, sa.Float(), nullable=False) for name in ("value", "low", "high")),
        *moments("measured_at"),
        sa.PrimaryKeyConstraint("row_id", name="pk_skills"),
        sa.UniqueConstraint(
            "task", "user_id", "slice", "is_assigned", name="uq_skills_task_user_id_slice_is_assigned"
        ),
    )
    op.create_index("ix_skills_user_id", "skills", ["user_id"])
    op.create_table(
        "pauses",
        Column("row_id", ArrivalId, autoincrement=True, nullable=False),
        *texts("pause_id", "task", "team_id", "user_id", "day", "state", "changed_by"),
        *(Column(name, sa.Integer(), nullable=False) for name in ("right", "n")),
        *(Column(name, sa.Float(), nullable=False) for name in ("low", "high")),
        *moments("proposed_at", "changed_at"),
        sa.PrimaryKeyConstraint("row_id", name="pk_pauses"),
        sa.UniqueConstraint("pause_id", name="uq_pauses_pause_id"),
        sa.UniqueConstraint("task", "user_id", "day", name="uq_pauses_task_user_id_day"),
    )
    op.create_index("ix_pauses_user_id_state", "pauses", ["user_id", "state"])
