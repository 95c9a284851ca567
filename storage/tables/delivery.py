"""What is sent and received: messages as projections, the outbox, the pace, and what must count once."""

import sqlalchemy as sa
from sqlalchemy import Column, Index, Table, UniqueConstraint

from storage.sql.column_types import Document
from storage.tables.columns import (
    case_id,
    channel_id,
    count,
    flag,
    lease,
    metadata,
    moment,
    partial,
    row_id,
    text,
)

projections = Table(
    "projections",
    metadata,
    row_id(),
    text("projection_id", is_unique=True),
    case_id(),
    channel_id(),
    text("kind"),
    Column("priority", sa.Integer(), nullable=False),
    moment("due_at"),
    Column("wanted_version", sa.Integer(), nullable=False),
    count("shown_version"),
    moment("wanted_at", is_null=True),
    flag("is_due"),
    text("ts", is_null=True),
    count("times_lost"),
    text("channel", is_null=True),
    text("form", is_null=True),
    count("refusals"),
    moment("formed_at", is_null=True),
    *lease(),
    Index("ix_projections_case_id", "case_id"),
)
partial(
    "ix_projections_to_post",
    projections.c.is_due & projections.c.ts.is_(None),
    projections.c.channel_id,
    projections.c.priority,
    projections.c.due_at,
    projections.c.row_id,
)
partial(
    "ix_projections_to_update",
    projections.c.is_due & projections.c.ts.is_not(None),
    projections.c.priority,
    projections.c.due_at,
    projections.c.row_id,
)
partial("ix_projections_waiting", projections.c.is_due, projections.c.wanted_at)
partial(
    # A message shows a single case: a stray that two rows adopt would flicker between them.
    "uq_projections_message",
    projections.c.ts.is_not(None),
    projections.c.channel_id,
    projections.c.ts,
    unique=True,
)

channel_pace = Table(
    "channel_pace",
    metadata,
    Column("channel_id", sa.Text(), primary_key=True),
    moment("next_at"),
    text("reason", is_null=True),
    moment("held_since", is_null=True),
    text("held_reason", is_null=True),
)

outbox = Table(
    "outbox",
    metadata,
    row_id(),
    text("item_id", is_unique=True),
    text("kind"),
    text("key", is_unique=True),
    text("ordering_key", is_null=True),
    Column("payload", Document, nullable=False),
    moment("created_at"),
    flag("is_pending"),
    moment("delivered_at", is_null=True),
    *lease(),
)
partial("ix_outbox_pending", outbox.c.is_pending, outbox.c.kind, outbox.c.next_try_at, outbox.c.row_id)
partial("ix_outbox_waiting", outbox.c.is_pending, outbox.c.created_at)
partial(
    "ix_outbox_order",
    outbox.c.is_pending & outbox.c.ordering_key.is_not(None),
    outbox.c.ordering_key,
    outbox.c.row_id,
)
partial("ix_outbox_held", outbox.c.held_since.is_not(None), outbox.c.row_id)
partial("ix_outbox_delivered", outbox.c.delivered_at.is_not(None), outbox.c.delivered_at)
partial("ix_outbox_dead", outbox.c.dead_reason.is_not(None), outbox.c.row_id)
partial("ix_projections_dead", projections.c.dead_reason.is_not(None), projections.c.row_id)

events = Table(
    "events",
    metadata,
    Column("key", sa.Text(), primary_key=True),
    moment("claimed_at"),
    Index("ix_events_claimed_at", "claimed_at"),
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
