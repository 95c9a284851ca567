"""Keeps who objected to which decision of a case, and why."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Column

from storage.migrations.migration_tables import moments, texts
from storage.sql.column_types import ArrivalId

revision = "contests"
down_revision = "obstacles"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "contests",
        Column("row_id", ArrivalId, autoincrement=True, nullable=False),
        *texts("case_id", "team_id", "user_id"),
        Column("sequence", sa.Integer(), nullable=False),
        Column("answers", sa.Integer(), nullable=False),
        *moments("contested_at"),
        Column("is_override", sa.Boolean(), nullable=False),
        *texts("reason", nullable=True),
        Column("salt", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("row_id", name="pk_contests"),
        sa.UniqueConstraint("case_id", "user_id", name="uq_contests_case_id_user_id"),
        sa.ForeignKeyConstraint(["case_id"], ["predictions.case_id"], name="fk_contests_case_id_predictions"),
    )
    op.create_index("ix_contests_expert", "contests", ["team_id", "user_id", "row_id"])
