"""Adds what kept an expert from answering: something was missing, or the input itself was bad."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Column

revision = "obstacles"
down_revision = "sealed_answers"
BAD = sa.text("obstacle = 'bad_input'")


def upgrade() -> None:
    """Add the column, empty for what is there: something was missing, as its window asked."""
    op.add_column("abstentions", Column("obstacle", sa.Text(), nullable=True))
    op.create_index(
        "ix_abstentions_bad_input", "abstentions", ["row_id"], sqlite_where=BAD, postgresql_where=BAD
    )
