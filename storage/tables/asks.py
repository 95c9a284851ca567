"""Who was asked about which case by name, when the next person is, and what nobody answered in time."""

import sqlalchemy as sa
from sqlalchemy import Column, ForeignKey, Index, Table, UniqueConstraint

from storage.sql.column_types import ChannelText
from storage.tables.columns import case_id, expert, flag, metadata, moment, partial, row_id, text

asks = Table(
    "asks",
    metadata,
    row_id(),
    case_id(),
    *expert(),
    text("purpose"),
    moment("asked_at"),
    moment("lease_until"),
    text("state"),
    Column("channel_id", ChannelText()),
    # By the user id alone: a person seen from two workspaces is asked once.
    UniqueConstraint("case_id", "user_id"),
    Index("ix_asks_user_id_asked_at", "user_id", "asked_at"),
)

# Beside the cases, whose rows are sealed at each change: whose turn it is says nothing of an answer.
ask_turns = Table(
    "ask_turns",
    metadata,
    Column("case_id", sa.Text(), ForeignKey("predictions.case_id"), primary_key=True),
    moment("ask_at", is_null=True),
)
partial("ix_ask_turns_ask_at", ask_turns.c.ask_at.is_not(None), ask_turns.c.ask_at)

# Also what was not drawn: drawn for again at every look, it would be asked in the end whatever its chance.
follow_ups = Table(
    "follow_ups",
    metadata,
    Column("case_id", sa.Text(), ForeignKey("predictions.case_id"), primary_key=True),
    Column("chance", sa.Float(), nullable=False),
    flag("is_drawn"),
    moment("drawn_at"),
    moment("ends_at"),
    moment("ask_at", is_null=True),
    Index("ix_follow_ups_drawn_at", "drawn_at"),
)
partial("ix_follow_ups_ask_at", follow_ups.c.ask_at.is_not(None), follow_ups.c.ask_at)
