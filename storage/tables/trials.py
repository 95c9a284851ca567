"""Cases that are put in to learn how people answer, and which channels know that there are some."""

import sqlalchemy as sa
from sqlalchemy import Column, ForeignKey, Table, UniqueConstraint

from storage.sql.column_types import ChannelText
from storage.tables.columns import flag, metadata, moment, partial, row_id, text

trials = Table(
    "trials",
    metadata,
    row_id(),
    # The prediction whose draw it was: its reviewed case is what the trial comes beside.
    Column("drawn_for", sa.Text(), ForeignKey("predictions.case_id"), nullable=False),
    text("origin"),
    text("task"),
    text("tier"),
    Column("chance", sa.Float(), nullable=False),
    moment("drawn_at"),
    moment("put_in_at"),
    flag("is_waiting"),
    text("case_id", is_null=True, is_unique=True),
    # What was decided once comes again at most once.
    text("source_id", is_null=True, is_unique=True),
    text("key", is_null=True),
    UniqueConstraint("drawn_for", "origin"),
)
partial("ix_trials_waiting", trials.c.is_waiting, trials.c.put_in_at)

trial_notices = Table(
    "trial_notices",
    metadata,
    Column("channel_id", ChannelText(), primary_key=True),
    Column("origin", sa.Text(), primary_key=True),
    moment("queued_at"),
    moment("notified_at", is_null=True),
)
