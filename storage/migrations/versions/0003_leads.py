"""Tables for what leads read and ask for: digests, audit shares and muted findings."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Column

from storage.migrations.migration_tables import moments, texts
from storage.sql.column_types import ArrivalId, Document

revision = "leads"
down_revision = "measures"


def upgrade() -> None:
    """Create the three tables."""
    op.create_table(
        "digests",
        Column("row_id", ArrivalId, autoincrement=True, nullable=False),
        *texts("key", "team"),
        *moments("since_at", "until_at", "made_at"),
        Column("document", Document, nullable=False),
        sa.PrimaryKeyConstraint("row_id", name="pk_digests"),
        sa.UniqueConstraint("key", name="uq_digests_key"),
    )
    op.create_index("ix_digests_team_until_at", "digests", ["team", "until_at"])
    op.create_table(
        "audit_shares",
        Column("row_id", ArrivalId, autoincrement=True, nullable=False),
        *texts("task", "tier"),
        Column("share", sa.Float(), nullable=False),
        *texts("asked_by"),
        *moments("from_at", "until_at"),
        sa.PrimaryKeyConstraint("row_id", name="pk_audit_shares"),
        sa.UniqueConstraint("task", "tier", "from_at", name="uq_audit_shares_task_tier_from_at"),
    )
    op.create_index("ix_audit_shares_until_at", "audit_shares", ["until_at"])
    op.create_table(
        "mutes",
        *texts("team", "subject", "muted_by"),
        *moments("until_at"),
        sa.PrimaryKeyConstraint("team", "subject", name="pk_mutes"),
    )
