"""Predictions, their pictures, and what becomes of them under review."""

import sqlalchemy as sa
from sqlalchemy import Column, ForeignKey, Index, Table, UniqueConstraint

from storage.sql.column_types import ArrivalId, Document, Duration, JsonValue
from storage.tables.columns import (
    case_id,
    count,
    expert,
    flag,
    metadata,
    moment,
    partial,
    row_id,
    salt,
    text,
)

predictions = Table(
    "predictions",
    metadata,
    row_id(),
    text("case_id", is_unique=True),
    text("service"),
    text("external_id"),
    text("task"),
    text("origin", is_null=True),
    text("kind"),
    Column("body_digest", sa.LargeBinary(), nullable=False),
    text("label"),
    Column("confidence", sa.Float(), nullable=False),
    Column("has_confidence", sa.Boolean()),
    Column("probabilities", Document),
    Column("scores", Document),
    text("model_name"),
    text("model_version"),
    Column("input", Document, nullable=False),
    Column("evidence", Document),
    Column("slices", Document),
    text("callback_url", is_null=True),
    Column("asked_due_in", Duration()),
    text("disposition"),
    text("tier"),
    text("channel"),
    Column("quorum", sa.Integer(), nullable=False),
    Column("due_in", Duration(), nullable=False),
    Column("inclusion_probability", sa.Float(), nullable=False),
    flag("is_audit"),
    flag("is_novel"),
    text("unreadable", is_null=True),
    Column("calibrated", sa.Float(), nullable=False),
    text("calibrator_version", is_null=True),
    Column("threshold", sa.Float()),
    text("certificate_id", is_null=True),
    Column("reasons", Document, nullable=False),
    text("policy_version"),
    moment("occurred_at"),
    moment("received_at"),
    Column("group_key", sa.BigInteger()),
    Column("second_opinion_chance", sa.Float()),
    Column("blind_chance", sa.Float()),
    Column("is_blind", sa.Boolean()),
    salt(),
    # A service that retries meets it: an id has one prediction and one answer, for ever.
    UniqueConstraint("service", "external_id"),
    Index("ix_predictions_task_received_at", "task", "received_at"),
)
partial("ix_predictions_without_origin", predictions.c.origin.is_(None), predictions.c.row_id)
partial("ix_predictions_audit", predictions.c.is_audit, predictions.c.task, predictions.c.received_at)

cases = Table(
    "cases",
    metadata,
    row_id(),
    Column("case_id", sa.Text(), ForeignKey("predictions.case_id"), nullable=False, unique=True),
    text("tier"),
    text("channel"),
    Column("quorum", sa.Integer(), nullable=False),
    text("status"),
    flag("is_open"),
    moment("opened_at"),
    moment("due_at"),
    text("assigned_team_id", is_null=True),
    text("assigned_user_id", is_null=True),
    moment("snoozed_until", is_null=True),
    text("snoozed_team_id", is_null=True),
    text("snoozed_user_id", is_null=True),
    moment("expires_at", is_null=True),
    count("steps_taken"),
    Column("held_steps", Document),
    moment("next_step_at", is_null=True),
    text("consensus_version", is_null=True),
)
partial("ix_cases_open", cases.c.is_open, cases.c.due_at)
partial("ix_cases_open_channel", cases.c.is_open, cases.c.channel, cases.c.due_at)
partial("ix_cases_open_step", cases.c.is_open & cases.c.next_step_at.is_not(None), cases.c.next_step_at)
partial("ix_cases_open_expiry", cases.c.is_open & cases.c.expires_at.is_not(None), cases.c.expires_at)
partial(
    "ix_cases_open_assigned",
    cases.c.is_open & cases.c.assigned_user_id.is_not(None),
    cases.c.assigned_user_id,
    cases.c.due_at,
)

labels = Table(
    "labels",
    metadata,
    row_id(),
    text("label_id", is_unique=True),
    case_id(),
    *expert(),
    Column("round", sa.Integer(), nullable=False),
    text("label"),  # the key, for versions that ask for nothing else; it goes after this version
    Column("answer", JsonValue()),
    text("key", is_null=True),
    moment("labeled_at"),
    text("via"),
    Column("screen_version", sa.Integer(), nullable=False),
    text("rationale", is_null=True),
    text("reason_code", is_null=True),
    text("expert_confidence", is_null=True),
    moment("withdrawn_at", is_null=True),
    Column("is_adjudication", sa.Boolean()),
    Column("is_sealed", sa.Boolean()),
    Column("is_assigned", sa.Boolean()),
    moment("shown_at", is_null=True),
    text("mark", is_null=True),
    salt(),
    # Two clicks at once are a single answer: the second finds the round taken.
    UniqueConstraint("case_id", "team_id", "user_id", "round"),
    Index("ix_labels_expert", "team_id", "user_id", "row_id"),
)

partial("ix_labels_mark", labels.c.mark.is_not(None), labels.c.row_id)

abstentions = Table(
    "abstentions",
    metadata,
    row_id(),
    case_id(),
    *expert(),
    moment("abstained_at"),
    text("note", is_null=True),
    text("obstacle", is_null=True),
    salt(),
    UniqueConstraint("case_id", "team_id", "user_id", "abstained_at"),
)
partial("ix_abstentions_bad_input", abstentions.c.obstacle == "bad_input", abstentions.c.row_id)

decisions = Table(
    "decisions",
    metadata,
    row_id(),
    text("decision_id", is_unique=True),
    case_id(),
    Column("sequence", sa.Integer(), nullable=False),
    text("label"),  # the key, as in `labels`
    Column("answer", JsonValue()),
    text("key", is_null=True),
    Column("loss", sa.Float()),
    text("method"),
    moment("decided_at"),
    text("policy_version"),
    Column("screen_version", sa.Integer(), nullable=False),
    Column("decided_by", Document, nullable=False),
    Column("is_provisional", sa.Boolean()),
    Column("certainty", sa.Float()),
    # Of two settlements at once only the first is the case's next decision, and is called back.
    UniqueConstraint("case_id", "sequence"),
    Index("ix_decisions_decided_at", "decided_at"),
)

contests = Table(
    "contests",
    metadata,
    row_id(),
    case_id(),
    *expert(),
    Column("sequence", sa.Integer(), nullable=False),
    Column("answers", sa.Integer(), nullable=False),
    moment("contested_at"),
    flag("is_override"),
    text("reason", is_null=True),
    salt(),
    # By the user alone: a person seen from two workspaces has a single objection.
    UniqueConstraint("case_id", "user_id"),
    Index("ix_contests_expert", "team_id", "user_id", "row_id"),
)

decision_feed = Table(
    "decision_feed",
    metadata,
    Column("cursor", ArrivalId, primary_key=True, autoincrement=False),
    Column("decision_id", sa.Text(), ForeignKey("decisions.decision_id"), nullable=False),
    text("service"),
    text("event"),
    count("revision"),
    UniqueConstraint("decision_id", "event", "revision"),
    Index("ix_decision_feed_service_cursor", "service", "cursor"),
)
counters = Table(
    "counters",
    metadata,
    Column("name", sa.Text(), primary_key=True),
    Column("value", sa.BigInteger(), nullable=False),
)

steps = Table(
    "steps",
    metadata,
    row_id(),
    case_id(),
    Column("step", sa.Integer(), nullable=False),
    text("to"),
    moment("taken_at"),
    UniqueConstraint("case_id", "step"),
)

images = Table(
    "images",
    metadata,
    row_id(),
    text("image_id", is_unique=True),
    text("media_type"),
    Column("content", sa.LargeBinary(), nullable=False),
    text("slack_file_id", is_null=True),
)
