"""Lets the feed tell more than once that a decision stands on other words."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Column

revision = "amendments"
down_revision = "leads"


def upgrade() -> None:
    """Count the revisions of what a decision rests on; SQLite copies the table to change a constraint."""
    with op.batch_alter_table("decision_feed") as table:
        table.add_column(Column("revision", sa.Integer(), server_default="0", nullable=False))
        table.drop_constraint("uq_decision_feed_decision_id_event", type_="unique")
        columns = ["decision_id", "event", "revision"]
        table.create_unique_constraint("uq_decision_feed_decision_id_event_revision", columns)
