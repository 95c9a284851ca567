"""Adds what experts' answers are worth: rules, which of them a case goes by, how sure a decision is."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Column

from storage.migrations.migration_tables import moments, texts
from storage.sql.column_types import ArrivalId, Document

revision = "consensus"
down_revision = "asks"


def upgrade() -> None:
    """Create the table; the columns are empty for what is there: old cases are decided by count."""
    op.create_table(
        "consensus_rules",
        Column("row_id", ArrivalId, autoincrement=True, nullable=False),
        *texts("task"),
        Column("sequence", sa.Integer(), nullable=False),
        *texts("version", "labels_digest"),
        Column("document", Document, nullable=False),
        *moments("fitted_at"),
        sa.PrimaryKeyConstraint("row_id", name="pk_consensus_rules"),
        sa.UniqueConstraint("task", "sequence", name="uq_consensus_rules_task_sequence"),
    )
    op.create_index("ix_consensus_rules_version", "consensus_rules", ["version"])
    op.add_column("cases", Column("consensus_version", sa.Text(), nullable=True))
    op.add_column("decisions", Column("certainty", sa.Float(), nullable=True))
