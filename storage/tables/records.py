"""People, what happened once, answers given, pictures, keys, and the audit chain."""

import sqlalchemy as sa
from sqlalchemy import Column, Index, Table, UniqueConstraint

from storage.sql.column_types import ArrivalId, Document
from storage.tables.columns import (
    case_id,
    flag,
    metadata,
    moment,
    row_id,
    text,
)

experts = Table(
    "experts",
    metadata,
    *(Column(name, sa.Text(), primary_key=True) for name in ("team_id", "user_id")),
    text("name"),
    text("timezone", is_null=True),
    flag("is_active"),
    flag("is_guest"),
    Column("is_bot", sa.Boolean(), nullable=True),  # null: Slack was not asked who this is, or long ago
    moment("refreshed_at"),
)
membership_sources = Table(
    "membership_sources",
    metadata,
    Column("source", sa.Text(), primary_key=True),
    moment("refreshed_at"),
)
memberships = Table(
    "memberships",
    metadata,
    *(Column(name, sa.Text(), primary_key=True) for name in ("source", "team_id", "user_id")),
)

events = Table(
    "events",
    metadata,
    Column("key", sa.Text(), primary_key=True),
    moment("claimed_at"),
    Index("ix_events_claimed_at", "claimed_at"),
)

steps = Table(
    "steps",
    metadata,
    row_id(),
    case_id(),
    Column("step", sa.Integer(), nullable=False),
    text("to"),
    moment("taken_at"),
    UniqueConstraint("case_id", "step"),
)

receipts = Table(
    "receipts",
    metadata,
    row_id(),
    text("service"),
    text("webhook_id"),
    Column("body_digest", sa.LargeBinary(), nullable=False),
    Column("status", sa.Integer(), nullable=False),
    Column("answer", Document, nullable=False),
    moment("received_at"),
    UniqueConstraint("service", "webhook_id"),
    Index("ix_receipts_received_at", "received_at"),
)

images = Table(
    "images",
    metadata,
    row_id(),
    text("image_id", is_unique=True),
    text("media_type"),
    Column("content", sa.LargeBinary(), nullable=False),
    text("slack_file_id", is_null=True),
)

installation_keys = Table(
    "installation_keys",
    metadata,
    Column("name", sa.Text(), primary_key=True),
    Column("secret", sa.LargeBinary(), nullable=False),
    moment("made_at"),
)

audit = Table(
    "audit",
    metadata,
    Column("seq", ArrivalId, primary_key=True, autoincrement=False),
    moment("at"),
    text("actor"),
    text("action"),
    text("subject"),
    text("data"),
    Column("hash", sa.LargeBinary(), nullable=False),
    Index("ix_audit_subject", "subject", "seq"),
)
audit_head = Table(
    "audit_head",
    metadata,
    Column("head", ArrivalId, primary_key=True, autoincrement=False),
    Column("length", sa.BigInteger(), nullable=False),
    Column("hash", sa.LargeBinary(), nullable=False),
)
