"""Tables for the record in keyed chains, and a salt beside what people wrote."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Column

from storage.migrations.migration_tables import moments, texts

revision = "record"
down_revision = "unreadable"


def upgrade() -> None:
    """Create the chains; rows of before get their salts as they are taken in."""
    op.create_table(
        "record_entries",
        *texts("chain"),
        Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        *moments("at", nullable=True),
        *texts("actor", "action", "subject", "data", "rows", "key_id"),
        Column("link", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("chain", "seq", name="pk_record_entries"),
    )
    op.create_index("ix_record_entries_subject", "record_entries", ["subject"])
    op.create_table(
        "record_heads",
        *texts("chain"),
        Column("length", sa.BigInteger(), nullable=False),
        Column("link", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("chain", name="pk_record_heads"),
    )
    for table in ("predictions", "labels", "abstentions"):
        op.add_column(table, Column("salt", sa.LargeBinary(), nullable=True))
