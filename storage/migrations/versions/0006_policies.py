"""Keeps every policy that was in force: cases opened under it keep its question and its labels."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Column

from storage.migrations.migration_tables import moments, texts
from storage.sql.column_types import Document

revision = "policies"
down_revision = "snoozes"


def upgrade() -> None:
    """Create the table; a row is added when a version of the program starts with that policy."""
    op.create_table(
        "policies",
        *texts("version"),
        Column("document", Document, nullable=False),
        Column("sequence", sa.BigInteger(), nullable=False),
        *moments("first_seen_at"),
        sa.PrimaryKeyConstraint("version", name="pk_policies"),
    )
