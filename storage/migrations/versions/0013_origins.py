"""Adds where a prediction comes from, under the name that it has now."""

from alembic import op

from storage.migrations.columns import partial, texts

revision = "origins"
down_revision = "holds"


def upgrade() -> None:
    """Add the column, empty: it is filled from `kind` while the program runs, beside version 0.1 or not."""
    op.add_column("predictions", *texts("origin", nullable=True))
    partial("ix_predictions_without_origin", "predictions", ["row_id"], "origin IS NULL")
