"""Tables for thread replies: what a person was asked about a reply, and which answer each gave."""

from sqlalchemy import Index, Table, UniqueConstraint

from storage.tables.columns import case_id, channel_id, expert, metadata, moment, row_id, text

reply_questions = Table(
    "reply_questions",
    metadata,
    row_id(),
    case_id(),
    *expert(),
    channel_id(),
    text("ts"),
    text("words"),
    moment("asked_at"),
    UniqueConstraint("case_id", "team_id", "user_id"),
    Index("ix_reply_questions_asked_at", "asked_at"),
)

reply_answers = Table(
    "reply_answers",
    metadata,
    row_id(),
    channel_id(),
    text("ts"),
    text("thread_ts"),
    case_id(),
    *expert(),
    text("label_id"),
    moment("given_at"),
    UniqueConstraint("channel_id", "ts"),
    Index("ix_reply_answers_given_at", "given_at"),
)
