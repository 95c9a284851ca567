"""Adds where a prediction comes from, by its name of now, whether it has a confidence, and its scores."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Column

from storage.migrations.migration_tables import partial, texts
from storage.sql.column_types import Document

revision = "origins"
down_revision = "holds"


def upgrade() -> None:
    """Add the columns, empty: `origin` is filled from `kind` while the program runs, beside 0.1 or not."""
    op.add_column("predictions", *texts("origin", nullable=True))
    op.add_column("predictions", Column("has_confidence", sa.Boolean(), nullable=True))
    op.add_column("predictions", Column("scores", Document, nullable=True))
    partial("ix_predictions_without_origin", "predictions", ["row_id"], "origin IS NULL")
