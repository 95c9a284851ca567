"""The tables; private to storage."""

from storage.tables.asks import ask_turns, asks, follow_ups
from storage.tables.columns import metadata
from storage.tables.delivery import channel_pace, events, outbox, projections, receipts
from storage.tables.leads import audit_shares, digests, mutes, pauses, slice_checks
from storage.tables.measures import alarms, calibrators, certificates, consensus_rules, profiles, skills
from storage.tables.people import experts, installation_keys, membership_sources, memberships
from storage.tables.policies import policies, replicas
from storage.tables.readings import channel_readings, thread_readings
from storage.tables.record import audit, audit_head, record_entries, record_heads
from storage.tables.replies import reply_answers, reply_questions
from storage.tables.review import (
    abstentions,
    cases,
    contests,
    counters,
    decision_feed,
    decisions,
    images,
    labels,
    predictions,
    steps,
)
from storage.tables.trials import trial_notices, trials

__all__ = [
    "abstentions",
    "alarms",
    "ask_turns",
    "asks",
    "audit",
    "audit_head",
    "audit_shares",
    "calibrators",
    "cases",
    "certificates",
    "channel_pace",
    "channel_readings",
    "consensus_rules",
    "contests",
    "counters",
    "decision_feed",
    "decisions",
    "digests",
    "events",
    "experts",
    "follow_ups",
    "images",
    "installation_keys",
    "labels",
    "membership_sources",
    "memberships",
    "metadata",
    "mutes",
    "outbox",
    "pauses",
    "policies",
    "predictions",
    "profiles",
    "projections",
    "receipts",
    "record_entries",
    "record_heads",
    "replicas",
    "reply_answers",
    "reply_questions",
    "skills",
    "slice_checks",
    "steps",
    "thread_readings",
    "trial_notices",
    "trials",
]
