"""What leads read and ask for: digests as they were made, audits of tiers and slices, mutes, pauses."""

import sqlalchemy as sa
from sqlalchemy import Column, Index, Table, UniqueConstraint

from storage.sql.column_types import Document
from storage.tables.columns import expert, metadata, moment, row_id, text

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

pauses = Table(
    "pauses",
    metadata,
    row_id(),
    text("pause_id", is_unique=True),
    text("task"),
    *expert(),
    text("day"),
    text("state"),
    *(Column(name, sa.Integer(), nullable=False) for name in ("right", "n")),
    *(Column(name, sa.Float(), nullable=False) for name in ("low", "high")),
    moment("proposed_at"),
    moment("changed_at"),
    text("changed_by"),
    # By the user alone: a person seen from two workspaces has a single pause.
    UniqueConstraint("task", "user_id", "day"),
    Index("ix_pauses_user_id_state", "user_id", "state"),
)
