"""Keeps which policy is active for all replicas, and which each replica's file holds."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Column

from storage.migrations.migration_tables import moments, texts

revision = "activations"
down_revision = "answers"


def upgrade() -> None:
    """Add columns and a table; no policy is active until the first replica proposes that of its file."""
    op.add_column("policies", Column("activation", sa.BigInteger()))
    op.add_column("policies", *moments("activated_at", nullable=True))
    op.add_column("policies", *texts("activated_by", nullable=True))
    op.create_table(
        "replicas",
        *texts("replica", "policy_version"),
        *moments("seen_at"),
        sa.PrimaryKeyConstraint("replica", name="pk_replicas"),
    )
