"""Keeps what people are asked about their thread replies, and which answer each reply gave."""

import sqlalchemy as sa
from alembic import op

from storage.migrations.columns import moments, texts

revision = "replies"
down_revision = "snoozes"


def upgrade() -> None:
    """Create the two tables; of the replies before, nothing is remembered."""
    op.create_table(
        "reply_questions",
        *texts("case_id", "team_id", "user_id", "channel_id", "ts", "words"),
        *moments("asked_at"),
        sa.PrimaryKeyConstraint("case_id", "team_id", "user_id", name="pk_reply_questions"),
        sa.ForeignKeyConstraint(
            ["case_id"], ["predictions.case_id"], name="fk_reply_questions_case_id_predictions"
        ),
    )
    op.create_index("ix_reply_questions_asked_at", "reply_questions", ["asked_at"])
    op.create_table(
        "reply_answers",
        *texts("channel_id", "ts", "thread_ts", "case_id", "team_id", "user_id", "label_id"),
        *moments("given_at"),
        sa.PrimaryKeyConstraint("channel_id", "ts", name="pk_reply_answers"),
        sa.ForeignKeyConstraint(
            ["case_id"], ["predictions.case_id"], name="fk_reply_answers_case_id_predictions"
        ),
    )
    op.create_index("ix_reply_answers_given_at", "reply_answers", ["given_at"])
