"""What the answers to a case amount to, and the case's state that follows."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from routing.case.case import Case, CaseStatus, Decision, Method, decide, dispute, expire, reopen
from routing.label import ExpertId, Label
from routing.policy import Tier


@dataclass(frozen=True, slots=True)
class Decided:
    """The answers settle the case."""

    label: str
    method: Method
    decided_by: tuple[ExpertId, ...]
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class Disputed:
    """The answers differ, and an adjudicator has to settle it."""

    reason: str


@dataclass(frozen=True, slots=True)
class OneMoreOpinion:
    """The answers differ without a majority, and nobody is named to settle it: ask another expert."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """`missing` more answers are needed."""

    missing: int


@dataclass(frozen=True, slots=True)
class Closed:
    """The time is up, and the policy closes the case without a decision."""


Settlement = Decided | Disputed | OneMoreOpinion | Waiting


def settle(case: Case, tier: Tier, now: datetime) -> Settlement:
    """What the answers in force amount to; their order does not matter, and an expert counts once.

    Below the quorum the case waits. Agreement decides. In a disagreement an adjudicator's answer decides, or
    is asked for; where the tier names no adjudicators a strict majority decides.
    """
    labels = case.current_labels
    if len(labels) < case.quorum:
        return Waiting(case.quorum - len(labels))
    votes = Counter(label.label for label in labels)
    if len(votes) == 1:
        method = Method.SINGLE if len(labels) == 1 else Method.CONSENSUS
        return _decided(labels[0].label, method, labels, now)
    if tier.adjudicators:
        return _adjudicated(labels, tier, now)
    leader = _majority(labels)
    return OneMoreOpinion() if leader is None else _decided(leader, Method.CONSENSUS, labels, now)


def _adjudicated(labels: tuple[Label, ...], tier: Tier, now: datetime) -> Decided | Disputed:
    seniors = [label for label in labels if label.expert.user_id in tier.adjudicators]
    leader = _majority(seniors)
    if leader is not None:
        return _decided(leader, Method.ADJUDICATED, seniors, now)
    answers = ", ".join(sorted({label.label for label in labels}))
    who = "the adjudicators disagree" if seniors else "the experts disagree"
    return Disputed(f"{who}: {answers}")


def _majority(labels: Iterable[Label]) -> str | None:
    votes = Counter(label.label for label in labels)
    leaders = (label for label, count in votes.items() if 2 * count > votes.total())
    return next(leaders, None)


def _decided(label: str, method: Method, labels: Iterable[Label], now: datetime) -> Decided:
    return Decided(label, method, tuple(sorted(one.expert for one in labels if one.label == label)), now)


def expiry(case: Case, tier: Tier, now: datetime) -> Decided | Closed | None:
    """What the policy says about a case whose time is up; None if it is not, or the case stays open."""
    if not case.is_waiting or case.expires_at is None or now < case.expires_at:
        return None
    if tier.on_expiry == "close":
        return Closed()
    label = {"accept_prediction": case.submission.prediction.label, "safe_label": tier.safe_label}.get(
        tier.on_expiry
    )
    return None if label is None else Decided(label, Method.EXPIRED, (), now)


def conclude(
    case: Case, settlement: Settlement | Closed, *, decision_id: str, policy_version: str, screen_version: int
) -> Case:
    """The case after `settlement`, the same one if nothing changes.

    A decision gets `decision_id` if it is a new one or corrects the one in force. One by a time-out stands
    until the answers decide otherwise.
    Raises InvalidTransition if the case was closed without a decision.
    """
    if isinstance(settlement, Closed):
        return expire(case)
    if isinstance(settlement, Decided):
        return _concluded(case, settlement, decision_id, policy_version, screen_version)
    if case.decision is not None and case.decision.is_by_time_out:
        return case
    wanted = CaseStatus.DISPUTED if isinstance(settlement, Disputed) else CaseStatus.OPEN
    if case.status is wanted:
        return case
    opened = case if case.status is CaseStatus.OPEN else reopen(case)
    return dispute(opened) if wanted is CaseStatus.DISPUTED else opened


def _concluded(
    case: Case, settled: Decided, decision_id: str, policy_version: str, screen_version: int
) -> Case:
    in_force = case.decision
    content = (settled.label, settled.method, settled.decided_by)
    if in_force is not None and (in_force.label, in_force.method, in_force.decided_by) == content:
        return case
    decision = Decision(
        decision_id=decision_id,
        case_id=case.case_id,
        sequence=len(case.decisions) + 1,
        label=settled.label,
        method=settled.method,
        decided_at=settled.decided_at,
        policy_version=policy_version,
        screen_version=screen_version,
        decided_by=settled.decided_by,
    )
    return decide(case, decision)
