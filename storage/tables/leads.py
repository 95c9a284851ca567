"""What leads read and ask for: digests as they were made, audits of tiers and slices, muted findings."""

import sqlalchemy as sa
from sqlalchemy import Column, Index, Table, UniqueConstraint

from storage.sql.column_types import Document
from storage.tables.columns import metadata, moment, row_id, text

digests = Table(
    "digests",
    metadata,
    row_id(),
    text("key", is_unique=True),
    text("team"),
    moment("since_at"),
    moment("until_at"),
    moment("made_at"),
    Column("document", Document, nullable=False),
    Index("ix_digests_team_until_at", "team", "until_at"),
)

audit_shares = Table(
    "audit_shares",
    metadata,
    row_id(),
    text("task"),
    text("tier"),
    Column("share", sa.Float(), nullable=False),
    text("asked_by"),
    moment("from_at"),
    moment("until_at"),
    UniqueConstraint("task", "tier", "from_at"),
    Index("ix_audit_shares_until_at", "until_at"),
)

slice_checks = Table(
    "slice_checks",
    metadata,
    row_id(),
    *(text(name) for name in ("task", "tier", "name", "value")),
    Column("share", sa.Float(), nullable=False),
    text("asked_by"),
    moment("from_at"),
    moment("until_at"),
    moment("ended_at", is_null=True),
    UniqueConstraint("task", "tier", "name", "value", "from_at"),
    Index("ix_slice_checks_until_at", "until_at"),
)

mutes = Table(
    "mutes",
    metadata,
    *(Column(name, sa.Text(), primary_key=True) for name in ("team", "subject")),
    text("muted_by"),
    moment("until_at"),
)
