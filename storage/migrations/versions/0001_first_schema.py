"""The first schema."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Column

from storage.migrations.migration_tables import lease, moments, partial, texts
from storage.sql.column_types import ArrivalId, Document, Duration

# Databases hold this name: under another, all of them would be refused as newer.
revision = "first_schema"
down_revision = None


def upgrade() -> None:
    """Create every table."""
    op.create_table(
        "audit",
        Column("seq", ArrivalId, autoincrement=False, nullable=False),
        *moments("at"),
        *texts("actor", "action", "subject", "data"),
        Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_audit"),
    )
    op.create_index("ix_audit_subject", "audit", ["subject", "seq"])
    op.create_table(
        "audit_head",
        Column("head", ArrivalId, autoincrement=False, nullable=False),
        Column("length", sa.BigInteger(), nullable=False),
        Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("head", name="pk_audit_head"),
    )
    op.create_table(
        "channel_pace",
        *texts("channel_id"),
        *moments("next_at"),
        *texts("reason", nullable=True),
        sa.PrimaryKeyConstraint("channel_id", name="pk_channel_pace"),
    )
    op.create_table(
        "counters",
        *texts("name"),
        Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_counters"),
    )
    op.create_table(
        "events", *texts("key"), *moments("claimed_at"), sa.PrimaryKeyConstraint("key", name="pk_events")
    )
    op.create_index("ix_events_claimed_at", "events", ["claimed_at"])
    op.create_table(
        "experts",
        *texts("team_id", "user_id", "name"),
        *texts("timezone", nullable=True),
        Column("is_active", sa.Boolean(), nullable=False),
        Column("is_guest", sa.Boolean(), nullable=False),
        *moments("refreshed_at"),
        sa.PrimaryKeyConstraint("team_id", "user_id", name="pk_experts"),
    )
    op.create_table(
        "images",
        Column("row_id", ArrivalId, autoincrement=True, nullable=False),
        *texts("image_id", "media_type"),
        Column("content", sa.LargeBinary(), nullable=False),
        *texts("slack_file_id", nullable=True),
        sa.PrimaryKeyConstraint("row_id", name="pk_images"),
        sa.UniqueConstraint("image_id", name="uq_images_image_id"),
    )
    op.create_table(
        "membership_sources",
        *texts("source"),
        *moments("refreshed_at"),
        sa.PrimaryKeyConstraint("source", name="pk_membership_sources"),
    )
    op.create_table(
        "memberships",
        *texts("source", "team_id", "user_id"),
        sa.PrimaryKeyConstraint("source", "team_id", "user_id", name="pk_memberships"),
    )
    op.create_table(
        "outbox",
        Column("row_id", ArrivalId, autoincrement=True, nullable=False),
        *texts("item_id", "kind", "key"),
        *texts("ordering_key", nullable=True),
        Column("payload", Document, nullable=False),
        *moments("created_at"),
        Column("is_pending", sa.Boolean(), nullable=False),
        *moments("delivered_at", nullable=True),
        *lease(),
        sa.PrimaryKeyConstraint("row_id", name="pk_outbox"),
        sa.UniqueConstraint("item_id", name="uq_outbox_item_id"),
        sa.UniqueConstraint("key", name="uq_outbox_key"),
    )
    partial("ix_outbox_delivered", "outbox", ["delivered_at"], "delivered_at IS NOT NULL")
    partial("ix_outbox_dead", "outbox", ["row_id"], "dead_reason IS NOT NULL")
    partial("ix_outbox_order", "outbox", ["ordering_key", "row_id"], "is_pending", "ordering_key IS NOT NULL")
    partial("ix_outbox_pending", "outbox", ["kind", "next_try_at", "row_id"], "is_pending")
    partial("ix_outbox_waiting", "outbox", ["created_at"], "is_pending")
    op.create_table(
        "predictions",
        Column("row_id", ArrivalId, autoincrement=True, nullable=False),
        *texts("case_id", "service", "external_id", "task", "kind"),
        Column("body_digest", sa.LargeBinary(), nullable=False),
        *texts("label"),
        Column("confidence", sa.Float(), nullable=False),
        Column("probabilities", Document, nullable=True),
        *texts("model_name", "model_version"),
        Column("input", Document, nullable=False),
        Column("evidence", Document, nullable=True),
        Column("slices", Document, nullable=True),
        *texts("callback_url", nullable=True),
        Column("asked_due_in", Duration(), nullable=True),
        *texts("disposition", "tier", "channel"),
        Column("quorum", sa.Integer(), nullable=False),
        Column("due_in", Duration(), nullable=False),
        Column("inclusion_probability", sa.Float(), nullable=False),
        Column("is_audit", sa.Boolean(), nullable=False),
        Column("is_novel", sa.Boolean(), nullable=False),
        Column("calibrated", sa.Float(), nullable=False),
        *texts("calibrator_version", nullable=True),
        Column("threshold", sa.Float(), nullable=True),
        *texts("certificate_id", nullable=True),
        Column("reasons", Document, nullable=False),
        *texts("policy_version"),
        *moments("occurred_at", "received_at"),
        sa.PrimaryKeyConstraint("row_id", name="pk_predictions"),
        sa.UniqueConstraint("case_id", name="uq_predictions_case_id"),
        sa.UniqueConstraint("service", "external_id", name="uq_predictions_service_external_id"),
    )
    op.create_index("ix_predictions_task_received_at", "predictions", ["task", "received_at"])
    partial("ix_predictions_audit", "predictions", ["task", "received_at"], "is_audit")
    op.create_table(
        "receipts",
        Column("row_id", ArrivalId, autoincrement=True, nullable=False),
        *texts("service", "webhook_id"),
        Column("body_digest", sa.LargeBinary(), nullable=False),
        Column("status", sa.Integer(), nullable=False),
        Column("answer", Document, nullable=False),
        *moments("received_at"),
        sa.PrimaryKeyConstraint("row_id", name="pk_receipts"),
        sa.UniqueConstraint("service", "webhook_id", name="uq_receipts_service_webhook_id"),
    )
    op.create_index("ix_receipts_received_at", "receipts", ["received_at"])
    op.create_table(
        "abstentions",
        Column("row_id", ArrivalId, autoincrement=True, nullable=False),
        *texts("case_id", "team_id", "user_id"),
        *moments("abstained_at"),
        *texts("note", nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["predictions.case_id"], name="fk_abstentions_case_id"),
        sa.PrimaryKeyConstraint("row_id", name="pk_abstentions"),
        sa.UniqueConstraint(
            "case_id",
            "team_id",
            "user_id",
            "abstained_at",
            name="uq_abstentions_case_id_team_id_user_id_abstained_at",
        ),
    )
    op.create_table(
        "cases",
        Column("row_id", ArrivalId, autoincrement=True, nullable=False),
        *texts("case_id", "tier", "channel"),
        Column("quorum", sa.Integer(), nullable=False),
        *texts("status"),
        Column("is_open", sa.Boolean(), nullable=False),
        *moments("opened_at", "due_at"),
        *texts("assigned_team_id", "assigned_user_id", nullable=True),
        *moments("snoozed_until", "expires_at", nullable=True),
        Column("steps_taken", sa.Integer(), server_default="0", nullable=False),
        *moments("next_step_at", nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["predictions.case_id"], name="fk_cases_case_id"),
        sa.PrimaryKeyConstraint("row_id", name="pk_cases"),
        sa.UniqueConstraint("case_id", name="uq_cases_case_id"),
    )
    partial("ix_cases_open", "cases", ["due_at"], "is_open")
    partial(
        "ix_cases_open_assigned",
        "cases",
        ["assigned_user_id", "due_at"],
        "is_open",
        "assigned_user_id IS NOT NULL",
    )
    partial("ix_cases_open_channel", "cases", ["channel", "due_at"], "is_open")
    partial("ix_cases_open_expiry", "cases", ["expires_at"], "is_open", "expires_at IS NOT NULL")
    partial("ix_cases_open_step", "cases", ["next_step_at"], "is_open", "next_step_at IS NOT NULL")
    op.create_table(
        "decisions",
        Column("row_id", ArrivalId, autoincrement=True, nullable=False),
        *texts("decision_id", "case_id"),
        Column("sequence", sa.Integer(), nullable=False),
        *texts("label", "method"),
        *moments("decided_at"),
        *texts("policy_version"),
        Column("screen_version", sa.Integer(), nullable=False),
        Column("decided_by", Document, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["predictions.case_id"], name="fk_decisions_case_id"),
        sa.PrimaryKeyConstraint("row_id", name="pk_decisions"),
        sa.UniqueConstraint("case_id", "sequence", name="uq_decisions_case_id_sequence"),
        sa.UniqueConstraint("decision_id", name="uq_decisions_decision_id"),
    )
    op.create_index("ix_decisions_decided_at", "decisions", ["decided_at"])
    op.create_table(
        "labels",
        Column("row_id", ArrivalId, autoincrement=True, nullable=False),
        *texts("label_id", "case_id", "team_id", "user_id"),
        Column("round", sa.Integer(), nullable=False),
        *texts("label"),
        *moments("labeled_at"),
        *texts("via"),
        Column("screen_version", sa.Integer(), nullable=False),
        *texts("rationale", "reason_code", "expert_confidence", nullable=True),
        *moments("withdrawn_at", nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["predictions.case_id"], name="fk_labels_case_id"),
        sa.PrimaryKeyConstraint("row_id", name="pk_labels"),
        sa.UniqueConstraint(
            "case_id", "team_id", "user_id", "round", name="uq_labels_case_id_team_id_user_id_round"
        ),
        sa.UniqueConstraint("label_id", name="uq_labels_label_id"),
    )
    op.create_index("ix_labels_expert", "labels", ["team_id", "user_id", "row_id"])
    op.create_table(
        "projections",
        Column("row_id", ArrivalId, autoincrement=True, nullable=False),
        *texts("projection_id", "case_id", "channel_id", "kind"),
        Column("priority", sa.Integer(), nullable=False),
        *moments("due_at"),
        Column("wanted_version", sa.Integer(), nullable=False),
        Column("shown_version", sa.Integer(), server_default="0", nullable=False),
        *moments("wanted_at", nullable=True),
        Column("is_due", sa.Boolean(), nullable=False),
        *texts("ts", nullable=True),
        Column("times_lost", sa.Integer(), server_default="0", nullable=False),
        *lease(),
        sa.ForeignKeyConstraint(["case_id"], ["predictions.case_id"], name="fk_projections_case_id"),
        sa.PrimaryKeyConstraint("row_id", name="pk_projections"),
        sa.UniqueConstraint("projection_id", name="uq_projections_projection_id"),
    )
    op.create_index("ix_projections_case_id", "projections", ["case_id"])
    partial("ix_projections_dead", "projections", ["row_id"], "dead_reason IS NOT NULL")
    partial(
        "ix_projections_to_post",
        "projections",
        ["channel_id", "priority", "due_at", "row_id"],
        "is_due",
        "ts IS NULL",
    )
    partial(
        "ix_projections_to_update",
        "projections",
        ["priority", "due_at", "row_id"],
        "is_due",
        "ts IS NOT NULL",
    )
    partial("ix_projections_waiting", "projections", ["wanted_at"], "is_due")
    partial("uq_projections_message", "projections", ["channel_id", "ts"], "ts IS NOT NULL", unique=True)
    op.create_table(
        "steps",
        Column("row_id", ArrivalId, autoincrement=True, nullable=False),
        *texts("case_id"),
        Column("step", sa.Integer(), nullable=False),
        *texts("to"),
        *moments("taken_at"),
        sa.ForeignKeyConstraint(["case_id"], ["predictions.case_id"], name="fk_steps_case_id"),
        sa.PrimaryKeyConstraint("row_id", name="pk_steps"),
        sa.UniqueConstraint("case_id", "step", name="uq_steps_case_id_step"),
    )
    op.create_table(
        "decision_feed",
        Column("cursor", ArrivalId, autoincrement=False, nullable=False),
        *texts("decision_id", "service", "event"),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["decisions.decision_id"], name="fk_decision_feed_decision_id"
        ),
        sa.PrimaryKeyConstraint("cursor", name="pk_decision_feed"),
        sa.UniqueConstraint("decision_id", "event", name="uq_decision_feed_decision_id_event"),
    )
    op.create_index("ix_decision_feed_service_cursor", "decision_feed", ["service", "cursor"])
