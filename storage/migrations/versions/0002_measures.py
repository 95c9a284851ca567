"""Tables for what was measured: calibrators, certificates, alarms and profiles."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Column

from storage.migrations.migration_tables import moments, texts
from storage.sql.column_types import ArrivalId, Document

revision = "measures"
down_revision = "first_schema"


def upgrade() -> None:
    """Create the four tables."""
    op.create_table(
        "alarms",
        Column("row_id", ArrivalId, autoincrement=True, nullable=False),
        *texts("key", "kind", "task"),
        Column("payload", Document, nullable=False),
        *moments("raised_at"),
        *moments("told_at", nullable=True),
        sa.PrimaryKeyConstraint("row_id", name="pk_alarms"),
        sa.UniqueConstraint("key", name="uq_alarms_key"),
    )
    op.create_index("ix_alarms_task_raised_at", "alarms", ["task", "raised_at"])
    op.create_table(
        "calibrators",
        Column("row_id", ArrivalId, autoincrement=True, nullable=False),
        *texts("task", "model_name", "model_version"),
        Column("sequence", sa.Integer(), nullable=False),
        *texts("version"),
        Column("calibrator", Document, nullable=False),
        Column("report", Document, nullable=False),
        Column("is_used", sa.Boolean(), nullable=False),
        *moments("fitted_at"),
        sa.PrimaryKeyConstraint("row_id", name="pk_calibrators"),
        sa.UniqueConstraint(
            "task",
            "model_name",
            "model_version",
            "sequence",
            name="uq_calibrators_task_model_name_model_version_sequence",
        ),
    )
    op.create_table(
        "certificates",
        Column("row_id", ArrivalId, autoincrement=True, nullable=False),
        *texts("task", "tier"),
        Column("cell", sa.Text(), server_default="", nullable=False),
        *texts("model_name", "model_version"),
        Column("attempt", sa.Integer(), nullable=False),
        *texts("labels_digest"),
        *texts("calibrator_version", nullable=True),
        Column("answer", Document, nullable=False),
        *moments("attempted_at"),
        *texts("certificate_id", nullable=True),
        Column("threshold", sa.Float(), nullable=True),
        *moments("revoked_at", nullable=True),
        *texts("revoked_reason", nullable=True),
        sa.PrimaryKeyConstraint("row_id", name="pk_certificates"),
        sa.UniqueConstraint("certificate_id", name="uq_certificates_certificate_id"),
        sa.UniqueConstraint(
            "task",
            "tier",
            "cell",
            "model_name",
            "model_version",
            "attempt",
            name="uq_certificates_attempt",
        ),
    )
    op.create_table(
        "profiles",
        *texts("task", "kind"),
        Column("profile", Document, nullable=False),
        *moments("made_at"),
        sa.PrimaryKeyConstraint("task", "kind", name="pk_profiles"),
    )
