"""Tables for thread replies: what a person was asked about one, and which answer each gave."""

import sqlalchemy as sa
from sqlalchemy import Column, Index, Table

from storage.tables.columns import case_id, expert, metadata, moment, text

reply_questions = Table(
    "reply_questions",
    metadata,
    case_id(),
    *expert(),
    text("channel_id"),
    text("ts"),
    text("words"),
    moment("asked_at"),
    sa.PrimaryKeyConstraint("case_id", "team_id", "user_id"),
    Index("ix_reply_questions_asked_at", "asked_at"),
)

reply_answers = Table(
    "reply_answers",
    metadata,
    text("channel_id"),
    text("ts"),
    text("thread_ts"),
    case_id(),
    *expert(),
    Column("label_id", sa.Text(), nullable=False),
    moment("given_at"),
    sa.PrimaryKeyConstraint("channel_id", "ts"),
    Index("ix_reply_answers_given_at", "given_at"),
)
