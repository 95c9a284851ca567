"""Every column that may hold content is in the one list of them, or is known to hold none."""

from collections.abc import Mapping

import pytest
import sqlalchemy as sa

from storage.privacy import COLUMNS, content_of
from storage.record.coverage import COVERED, Coverage
from storage.sql.column_types import ChannelText, JsonText
from storage.tables import metadata

LEASE = ("owner", "attempt_id")
MODEL = ("model_name", "model_version")
SLACK_LEASE = (*LEASE, "last_error", "dead_reason")  # what Slack says of a call: a code and our words
NEITHER: Mapping[str, tuple[str, ...]] = {
    "abstentions": ("case_id", "team_id", "user_id", "obstacle", "salt"),
    "alarms": ("key", "kind", "task"),
    "audit": ("actor", "action", "subject", "data", "hash"),
    "ask_turns": ("case_id",),
    "asks": ("case_id", "team_id", "user_id", "purpose", "state", "channel_id"),
    "audit_head": ("hash",),
    "follow_ups": ("case_id",),
    "audit_shares": ("task", "tier", "asked_by"),
    "calibrators": ("task", *MODEL, "version", "calibrator", "report"),
    "cases": (
        *("case_id", "tier", "channel", "status", "assigned_team_id", "assigned_user_id"),
        *("snoozed_team_id", "snoozed_user_id", "held_steps", "consensus_version"),
    ),
    "certificates": (
        *("task", "tier", *MODEL, "labels_digest", "calibrator_version"),
        *("answer", "certificate_id", "revoked_reason"),
    ),
    "channel_pace": ("channel_id", "reason", "held_reason"),
    "channel_readings": ("channel_id", "team_id", "bot_user_id", "reached", "held_to", *SLACK_LEASE),
    "consensus_rules": ("task", "version", "labels_digest", "document"),
    "contests": ("case_id", "team_id", "user_id", "salt"),
    "counters": ("name",),
    "decision_feed": ("decision_id", "service", "event"),
    "decisions": (
        "decision_id",
        "case_id",
        "label",
        "answer",
        "key",
        "method",
        "policy_version",
        "decided_by",
    ),
    "digests": ("key", "team"),
    "events": ("key",),
    "experts": ("team_id", "user_id"),
    "images": ("image_id", "media_type", "slack_file_id"),
    "installation_keys": ("name", "secret"),
    "labels": (
        *("label_id", "case_id", "team_id", "user_id", "label", "answer", "key", "via", "reason_code"),
        *("expert_confidence", "mark", "salt"),
    ),
    "membership_sources": ("source",),
    "memberships": ("source", "team_id", "user_id"),
    "mutes": ("team", "subject", "muted_by"),
    "slice_checks": ("task", "tier", "name", "value", "asked_by"),
    "outbox": ("item_id", "kind", "key", "ordering_key", *LEASE),
    "pauses": ("pause_id", "task", "team_id", "user_id", "day", "state", "changed_by"),
    "policies": ("version", "document", "activated_by"),
    "predictions": (
        *("case_id", "service", "task", "kind", "origin", "label", "probabilities", *MODEL, "disposition"),
        *("tier", "channel", "unreadable", "calibrator_version", "certificate_id", "reasons"),
        *("policy_version", "salt"),
    ),
    "profiles": ("task", "kind"),
    "projections": ("projection_id", "case_id", "channel_id", "kind", "ts", "channel", "form", *SLACK_LEASE),
    "receipts": ("service", "webhook_id"),
    "record_entries": ("chain", "actor", "action", "subject", "data", "rows", "key_id", "link"),
    "record_heads": ("chain", "link"),
    "replicas": ("replica", "policy_version"),
    "reply_answers": ("channel_id", "ts", "thread_ts", "case_id", "team_id", "user_id", "label_id"),
    "reply_questions": ("case_id", "team_id", "user_id", "channel_id", "ts"),
    "skills": ("task", "team_id", "user_id"),
    "steps": ("case_id", "to"),
    "thread_readings": ("channel_id", "thread_ts", "team_id", "read_to", *SLACK_LEASE),
    "trial_notices": ("channel_id", "origin"),
    "trials": ("drawn_for", "origin", "task", "tier", "case_id", "source_id", "key"),
}
"""Columns of ids, codes, versions, seals, and of our own words about them."""
HASHES = {"predictions.group_key"}
"""Numbers that are made of content."""
OPEN_TYPES = (sa.Text, sa.LargeBinary, JsonText, ChannelText)


def open_columns(table: sa.Table) -> set[str]:
    """The columns into which anything could be put."""
    return {column.name for column in table.c if isinstance(column.type, OPEN_TYPES) or str(column) in HASHES}


@pytest.mark.parametrize("table", metadata.tables.values(), ids=list(metadata.tables))
def test_each_text_document_and_bytes_is_content_or_known_to_be_none(table: sa.Table) -> None:
    content, neither = set(content_of(table.name)), set(NEITHER.get(table.name, ()))
    assert content | neither == open_columns(table)
    assert not content & neither


def test_no_table_is_listed_that_is_not_there() -> None:
    assert COLUMNS.keys() | NEITHER.keys() <= metadata.tables.keys()


@pytest.mark.parametrize("covered", COVERED, ids=[covered.name for covered in COVERED])
def test_what_the_record_can_erase_is_what_is_content(covered: Coverage) -> None:
    content = set(content_of(covered.name))
    assert set(covered.versions[covered.latest].content) == content
    assert set(covered.blank("key")) == content
