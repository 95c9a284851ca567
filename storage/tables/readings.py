"""What is read in Slack after nobody listened: the channels' histories, and threads."""

import sqlalchemy as sa
from sqlalchemy import Column, Table, UniqueConstraint

from storage.tables.columns import channel_id, count, flag, lease, metadata, moment, partial, row_id, text

channel_readings = Table(
    "channel_readings",
    metadata,
    row_id(),
    channel_id(is_unique=True),
    text("team_id"),
    text("bot_user_id"),
    Column("wanted_version", sa.Integer(), nullable=False),
    count("begun_version"),
    count("read_version"),
    flag("is_due"),
    text("reached", is_null=True),
    count("held_row_id"),
    text("held_to", is_null=True),
    *lease(),
)
partial(
    "ix_channel_readings_due",
    channel_readings.c.is_due,
    channel_readings.c.next_try_at,
    channel_readings.c.row_id,
)

thread_readings = Table(
    "thread_readings",
    metadata,
    row_id(),
    channel_id(),
    text("thread_ts"),
    text("team_id"),
    Column("rank", sa.Integer(), nullable=False),
    Column("priority", sa.Integer(), nullable=False),
    moment("due_at"),
    Column("wanted_version", sa.Integer(), nullable=False),
    count("read_version"),
    flag("is_due"),
    text("read_to", is_null=True),
    moment("read_at", is_null=True),
    *lease(),
    UniqueConstraint("channel_id", "thread_ts"),
)
partial(
    "ix_thread_readings_due",
    thread_readings.c.is_due,
    thread_readings.c.rank,
    thread_readings.c.priority,
    thread_readings.c.due_at,
    thread_readings.c.row_id,
)
partial("ix_thread_readings_read", thread_readings.c.read_at.is_not(None), thread_readings.c.read_at)
