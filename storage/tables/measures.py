"""What was measured and still holds: calibrators, certificates, rules, skills, alarms and profiles."""

import sqlalchemy as sa
from sqlalchemy import Column, Index, Table, UniqueConstraint

from storage.sql.column_types import Document
from storage.tables.columns import expert, flag, metadata, moment, row_id, text

calibrators = Table(
    "calibrators",
    metadata,
    row_id(),
    text("task"),
    text("model_name"),
    text("model_version"),
    Column("sequence", sa.Integer(), nullable=False),
    text("version"),
    Column("calibrator", Document, nullable=False),
    Column("report", Document, nullable=False),
    flag("is_used"),
    moment("fitted_at"),
    UniqueConstraint("task", "model_name", "model_version", "sequence"),
)

certificates = Table(
    "certificates",
    metadata,
    row_id(),
    text("task"),
    text("tier"),
    Column("cell", sa.Text(), nullable=False, server_default=""),
    text("model_name"),
    text("model_version"),
    Column("attempt", sa.Integer(), nullable=False),
    text("labels_digest"),
    text("calibrator_version", is_null=True),
    Column("answer", Document, nullable=False),
    moment("attempted_at"),
    text("certificate_id", is_null=True, is_unique=True),
    Column("threshold", sa.Float()),
    moment("revoked_at", is_null=True),
    text("revoked_reason", is_null=True),
    UniqueConstraint(
        "task", "tier", "cell", "model_name", "model_version", "attempt", name="uq_certificates_attempt"
    ),
)

consensus_rules = Table(
    "consensus_rules",
    metadata,
    row_id(),
    text("task"),
    Column("sequence", sa.Integer(), nullable=False),
    text("version"),
    text("labels_digest"),
    Column("document", Document, nullable=False),
    moment("fitted_at"),
    # Replicas that fit at the same time must not both be the latest.
    UniqueConstraint("task", "sequence"),
    Index("ix_consensus_rules_version", "version"),
)

skills = Table(
    "skills",
    metadata,
    row_id(),
    text("task"),
    *expert(),
    text("slice"),
    flag("is_assigned"),
    Column("right", sa.Integer(), nullable=False),
    Column("n", sa.Integer(), nullable=False),
    *(Column(name, sa.Float(), nullable=False) for name in ("value", "low", "high")),
    moment("measured_at"),
    # By the user alone: a person seen from two workspaces has a single skill.
    UniqueConstraint("task", "user_id", "slice", "is_assigned"),
    Index("ix_skills_user_id", "user_id"),
)

alarms = Table(
    "alarms",
    metadata,
    row_id(),
    text("key", is_unique=True),
    text("kind"),
    text("task"),
    Column("payload", Document, nullable=False),
    moment("raised_at"),
    moment("told_at", is_null=True),
    Index("ix_alarms_task_raised_at", "task", "raised_at"),
)

profiles = Table(
    "profiles",
    metadata,
    *(Column(name, sa.Text(), primary_key=True) for name in ("task", "kind")),
    Column("profile", Document, nullable=False),
    moment("made_at"),
)
