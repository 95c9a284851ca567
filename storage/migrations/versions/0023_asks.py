"""Adds who is asked about a case by name, when somebody is asked next, and by what chance that began."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Column

from storage.migrations.migration_tables import moments, partial, texts
from storage.sql.column_types import ArrivalId, ChannelText

revision = "asks"
down_revision = "contests"


def upgrade() -> None:
    """Add the table and the columns, empty for what is there: of those cases nobody is asked by name."""
    op.create_table(
        "asks",
        Column("row_id", ArrivalId, autoincrement=True, nullable=False),
        *texts("case_id", "team_id", "user_id", "purpose", "state"),
        *moments("asked_at", "lease_until"),
        Column("channel_id", ChannelText(), nullable=True),
        sa.PrimaryKeyConstraint("row_id", name="pk_asks"),
        sa.UniqueConstraint("case_id", "user_id", name="uq_asks_case_id_user_id"),
        sa.ForeignKeyConstraint(["case_id"], ["predictions.case_id"], name="fk_asks_case_id_predictions"),
    )
    op.create_index("ix_asks_user_id_asked_at", "asks", ["user_id", "asked_at"])
    op.create_table(
        "ask_turns",
        *texts("case_id"),
        *moments("ask_at", nullable=True),
        sa.PrimaryKeyConstraint("case_id", name="pk_ask_turns"),
        sa.ForeignKeyConstraint(
            ["case_id"], ["predictions.case_id"], name="fk_ask_turns_case_id_predictions"
        ),
    )
    partial("ix_ask_turns_ask_at", "ask_turns", ["ask_at"], "ask_at IS NOT NULL")
    op.add_column("predictions", Column("second_opinion_chance", sa.Float(), nullable=True))
    op.add_column("decisions", Column("is_provisional", sa.Boolean(), nullable=True))
