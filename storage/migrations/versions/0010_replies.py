"""Keeps what people are asked about their thread replies, and which answer each reply gave."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Column

from storage.migrations.migration_tables import moments, texts
from storage.sql.column_types import ArrivalId

revision = "replies"
down_revision = "record"


def upgrade() -> None:
    """Create the two tables; of the replies before, nothing is remembered."""
    op.create_table(
        "reply_questions",
        Column("row_id", ArrivalId, autoincrement=True, nullable=False),
        *texts("case_id", "team_id", "user_id", "channel_id", "ts", "words"),
        *moments("asked_at"),
        sa.PrimaryKeyConstraint("row_id", name="pk_reply_questions"),
        sa.UniqueConstraint(
            "case_id", "team_id", "user_id", name="uq_reply_questions_case_id_team_id_user_id"
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["predictions.case_id"], name="fk_reply_questions_case_id_predictions"
        ),
    )
    op.create_index("ix_reply_questions_asked_at", "reply_questions", ["asked_at"])
    op.create_table(
        "reply_answers",
        Column("row_id", ArrivalId, autoincrement=True, nullable=False),
        *texts("channel_id", "ts", "thread_ts", "case_id", "team_id", "user_id", "label_id"),
        *moments("given_at"),
        sa.PrimaryKeyConstraint("row_id", name="pk_reply_answers"),
        sa.UniqueConstraint("channel_id", "ts", name="uq_reply_answers_channel_id_ts"),
        sa.ForeignKeyConstraint(
            ["case_id"], ["predictions.case_id"], name="fk_reply_answers_case_id_predictions"
        ),
    )
    op.create_index("ix_reply_answers_given_at", "reply_answers", ["given_at"])
