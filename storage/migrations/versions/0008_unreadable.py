"""Keeps what of a prediction its tier's rule could not be judged on."""

from alembic import op

from storage.migrations.migration_tables import texts

revision = "unreadable"
down_revision = "programs"


def upgrade() -> None:
    """Add the column; of predictions routed before nothing is known."""
    for column in texts("unreadable", nullable=True):
        op.add_column("predictions", column)
