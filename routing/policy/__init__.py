"""The policy: what it says, how it is read from a file, and what is refused with its place and mend."""

from routing.finding import Finding
from routing.policy.advice import check
from routing.policy.document import document_of, policy_of_document
from routing.policy.duration import format_duration, parse_duration
from routing.policy.loading import load_policy, policy_of
from routing.policy.model import Channel, Exposure, Policy, Service, Task, Team
from routing.policy.people_asked import EscalationStep, Experts
from routing.policy.threshold import CertifiedThreshold
from routing.policy.tier import (
    ALWAYS_SUSPENDS,
    ASK_FOR,
    MAX_SILENCE,
    Suspender,
    Tier,
)
from routing.policy.working_hours import DAYS, Day, WorkingHours, WorkingSpan
from routing.questions.option import LabelSpec

__all__ = [
    "ALWAYS_SUSPENDS",
    "ASK_FOR",
    "DAYS",
    "MAX_SILENCE",
    "CertifiedThreshold",
    "Channel",
    "Day",
    "EscalationStep",
    "Experts",
    "Exposure",
    "Finding",
    "LabelSpec",
    "Policy",
    "Service",
    "Suspender",
    "Task",
    "Team",
    "Tier",
    "WorkingHours",
    "WorkingSpan",
    "check",
    "document_of",
    "format_duration",
    "load_policy",
    "parse_duration",
    "policy_of",
    "policy_of_document",
]
