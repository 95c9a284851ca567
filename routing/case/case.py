"""A prediction under human review: its values, and a function for every arrow of its diagram."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import takewhile

from routing.case.contest import Contest
from routing.case.decision import Decision
from routing.errors import InvalidTransition
from routing.label import Abstention, ExpertId, Label, labels_in_force, order_of
from routing.prediction import Submission
from routing.routing import Routing


class CaseStatus(StrEnum):
    """Where a case is: waiting for labels, for a senior expert, decided, or closed without a decision."""

    OPEN = "open"
    DISPUTED = "disputed"
    DECIDED = "decided"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Case:
    """A case with all answers, decisions and objections so far, oldest first.

    `ask_at` is when the next person is asked by name; None where nobody is.
    `consensus_version` names the rule in force at its opening, by which answers are weighed; None: by count.
    `is_asked_again`: nobody answered in time, and a second person was asked by name since.
    """

    case_id: str
    submission: Submission
    routing: Routing
    policy_version: str
    opened_at: datetime
    due_at: datetime
    status: CaseStatus = CaseStatus.OPEN
    labels: tuple[Label, ...] = ()
    abstentions: tuple[Abstention, ...] = ()
    decisions: tuple[Decision, ...] = ()
    contests: tuple[Contest, ...] = ()
    assigned_to: ExpertId | None = None
    snoozed_until: datetime | None = None
    snoozed_by: ExpertId | None = None
    expires_at: datetime | None = None
    steps_taken: int = 0
    held_steps: tuple[int, ...] = ()
    next_step_at: datetime | None = None
    ask_at: datetime | None = None
    consensus_version: str | None = None
    is_asked_again: bool = False

    @property
    def tier(self) -> str:
        """The tier it was sent to review in."""
        return self.routing.tier

    @property
    def channel(self) -> str:
        """The name of its home channel, which moves with its message."""
        return self.routing.channel

    @property
    def quorum(self) -> int:
        """How many labels it needs."""
        return self.routing.quorum

    @property
    def decision(self) -> Decision | None:
        """The decision in force, or None while the case is not decided."""
        return self.decisions[-1] if self.status is CaseStatus.DECIDED and self.decisions else None

    @property
    def contest(self) -> Contest | None:
        """The objection that the case waits to be decided anew for, or None."""
        last = self.contests[-1] if self.is_waiting and self.contests else None
        return last if last is not None and last.sequence == len(self.decisions) else None

    @property
    def contested_decision(self) -> Decision | None:
        """The decision that stands, for the time being, while the case waits for another."""
        return self.decisions[-1] if self.contest else None

    @property
    def waits_since(self) -> datetime:
        """When it was opened, or contested: its escalation counts from then."""
        return self.contest.contested_at if self.contest else self.opened_at

    @property
    def provisional(self) -> Decision | None:
        """The decision by the first of several answers, while that stands and the case waits for another."""
        last = self.decisions[-1] if self.decisions and self.status is not CaseStatus.DECIDED else None
        if last is None or not last.is_provisional:
            return None
        own = [label for label in self.labels if label.expert in last.decided_by]
        # Given anew after Undo the same answer makes another decision: the service heard that this one fell.
        if any(label.withdrawn_at is not None and label.withdrawn_at > last.decided_at for label in own):
            return None
        stands = any(label.label == last.label for label in map(self.label_of, last.decided_by) if label)
        return last if stands else None

    @property
    def current_labels(self) -> tuple[Label, ...]:
        """Each person's latest answer that was not withdrawn, oldest first; nobody counts twice."""
        return labels_in_force(self.labels)

    def label_of(self, expert: ExpertId) -> Label | None:
        """The expert's answer in force, or None."""
        return next((label for label in self.current_labels if label.expert.is_same_person(expert)), None)

    def next_round(self, expert: ExpertId) -> int:
        """The round of the expert's next answer to this case, from 1."""
        # Withdrawn answers count: a round that was used is
        # never free again, as a stored label's key holds it.
        return 1 + sum(1 for label in self.labels if label.expert.is_same_person(expert))

    @property
    def is_waiting(self) -> bool:
        """Whether somebody still has to act: open or disputed."""
        return self.status in WAITING

    def takes_answer_of(self, expert: ExpertId) -> bool:
        """Whether the expert's answer counts: while the case waits; once decided, only to correct theirs.

        After a time-out also for others, as long as the policy says: see `takes_late_answer`.
        """
        is_correctable = self.status is CaseStatus.DECIDED and self.label_of(expert) is not None
        return self.is_waiting or is_correctable


WAITING = frozenset({CaseStatus.OPEN, CaseStatus.DISPUTED})


def _demand(case: Case, allowed: Collection[CaseStatus], action: str) -> None:
    if case.status not in allowed:
        raise InvalidTransition(f"Case {case.case_id} is {case.status}: it cannot {action}.")


def record_label(case: Case, label: Label) -> Case:
    """Add an answer; the status stays, `settle` says what follows.

    A decided case takes answers only from experts with an answer in force: corrections; decided by a
    time-out, from everybody. Raises InvalidTransition, also for an answer to another case or with a round
    that is not the expert's next.
    """
    is_late = case.decision is not None and case.decision.is_by_time_out
    if not is_late and not case.takes_answer_of(label.expert):
        _demand(case, WAITING, "take this answer")
    # The round is in the unique key of a stored label: a double click must fail here, not in the database.
    if label.case_id != case.case_id or label.round != case.next_round(label.expert):
        raise InvalidTransition(f"Case {case.case_id} does not expect label {label.label_id}.")
    return replace(case, labels=(*case.labels, label))


def abstain(case: Case, abstention: Abstention) -> Case:
    """Put a "can't tell" on record; a case assigned to that expert is anybody's again.

    Raises InvalidTransition if nothing is asked any more; where nobody answered in time, others still are.
    """
    has_decided = case.decision is not None and not case.decision.is_by_time_out
    if has_decided or not case.is_asked_again:
        _demand(case, WAITING, "take an abstention")
    # Left assigned, the case would wait for somebody who cannot tell.
    assigned_to = None if abstention.expert.is_same_person(case.assigned_to) else case.assigned_to
    return replace(case, abstentions=(*case.abstentions, abstention), assigned_to=assigned_to)


def rounds_in_force(case: Case, expert: ExpertId) -> tuple[Label, ...]:
    """The expert's answer in force, latest round first: with the rounds before that say the same label.

    Those differ in the reason, which may be added to an answer later.
    """
    own = [label for label in case.labels if label.expert.is_same_person(expert) and not label.withdrawn_at]
    own.sort(key=order_of, reverse=True)
    return tuple(takewhile(lambda label: label.label == own[0].label, own))


def can_undo(case: Case, expert: ExpertId, now: datetime, undo_for: timedelta) -> bool:
    """Whether the expert has an answer in force from at most `undo_for` ago."""
    rounds = rounds_in_force(case, expert)
    # From the first of the rounds on: a reason that was added later prolongs nothing.
    return case.status is not CaseStatus.EXPIRED and bool(rounds) and now - rounds[-1].labeled_at <= undo_for


def withdraw(case: Case, expert: ExpertId, now: datetime) -> Case:
    """Take back the expert's answer in force, in every round that only added a reason to it.

    Their answer before it counts again, and the case is open unless it was decided by a time-out.

    Raises InvalidTransition if there is none, or the case was closed without a decision.
    """
    _demand(case, WAITING | {CaseStatus.DECIDED}, "give an answer back")
    rounds = rounds_in_force(case, expert)
    if not rounds:
        raise InvalidTransition(f"Case {case.case_id} has no answer of {expert.user_id}.")
    # All its rounds: with the last alone taken back, the same answer would count again without its reason.
    labels = tuple(replace(label, withdrawn_at=now) if label in rounds else label for label in case.labels)
    stands = case.decision is not None and case.decision.is_by_time_out
    return replace(case, labels=labels, status=case.status if stands else CaseStatus.OPEN)


def object_to(case: Case, contest: Contest, due_at: datetime) -> Case:
    """Open a decided case again because of an objection; `settle` says who is asked. It never expires then.

    Raises InvalidTransition unless people have decided the case, `contest` is about their decision in force,
    and the person has not objected before.
    """
    _demand(case, {CaseStatus.DECIDED}, "be contested")
    is_by_time_out = case.decision is not None and case.decision.is_by_time_out
    is_repeated = any(earlier.expert.is_same_person(contest.expert) for earlier in case.contests)
    if (
        is_by_time_out
        or is_repeated
        or contest.case_id != case.case_id
        or contest.sequence != len(case.decisions)
    ):
        raise InvalidTransition(f"Case {case.case_id} does not expect this objection.")
    return replace(
        case,
        status=CaseStatus.OPEN,
        contests=(*case.contests, contest),
        due_at=due_at,
        # Without an end: a time-out would put the policy's answer in the place of what people decided.
        expires_at=None,
        # Of nobody: left to whoever decided it, the case would never reach those who are asked now.
        assigned_to=None,
    )


def dispute(case: Case) -> Case:
    """Hand a disagreement to the adjudicators. Raises InvalidTransition unless the case is open."""
    _demand(case, {CaseStatus.OPEN}, "become disputed")
    return replace(case, status=CaseStatus.DISPUTED)


def reopen(case: Case) -> Case:
    """Ask again: an answer changed. Raises InvalidTransition unless the case is disputed or decided."""
    _demand(case, {CaseStatus.DISPUTED, CaseStatus.DECIDED}, "be opened again")
    return replace(case, status=CaseStatus.OPEN)


def decide(case: Case, decision: Decision) -> Case:
    """Close the case with a decision, or correct the decision in force with the next.

    Raises InvalidTransition if the case was closed without a decision, or `decision` is not its next.
    """
    _demand(case, WAITING | {CaseStatus.DECIDED}, "be decided")
    if decision.case_id != case.case_id or decision.sequence != len(case.decisions) + 1:
        raise InvalidTransition(f"Case {case.case_id} does not expect decision {decision.decision_id}.")
    return replace(_at_rest(case), status=CaseStatus.DECIDED, decisions=(*case.decisions, decision))


def expire(case: Case) -> Case:
    """Close the case without a decision. Raises InvalidTransition unless it waits."""
    _demand(case, WAITING, "expire")
    return replace(_at_rest(case), status=CaseStatus.EXPIRED)


def _at_rest(case: Case) -> Case:
    # `expires_at` stays: a case that is reopened ends when it was to end, or a little later (see `undo`).
    return replace(case, snoozed_until=None, snoozed_by=None, held_steps=(), next_step_at=None)


def resume(case: Case, expires_at: datetime | None) -> Case:
    """Wait until then for more answers. Raises InvalidTransition unless it was closed without a decision."""
    _demand(case, {CaseStatus.EXPIRED}, "be waited for again")
    return replace(case, status=CaseStatus.OPEN, expires_at=expires_at)


def take_step(
    case: Case, index: int, next_step_at: datetime | None, held_steps: tuple[int, ...] = ()
) -> Case:
    """Note that the escalation step `index` was taken; the `held_steps` before it are taken later.

    Raises InvalidTransition unless it lies ahead or was held.
    """
    _demand(case, WAITING, "be escalated")
    if index < case.steps_taken and index not in case.held_steps:
        raise InvalidTransition(f"Case {case.case_id} has taken step {index} already.")
    steps_taken = max(case.steps_taken, index + 1)
    return replace(case, steps_taken=steps_taken, held_steps=held_steps, next_step_at=next_step_at)


def reassign(case: Case, expert: ExpertId | None) -> Case:
    """Ask this expert, or with None nobody in particular. Raises InvalidTransition unless it waits."""
    _demand(case, WAITING, "be reassigned")
    return replace(case, assigned_to=expert)


def snooze(case: Case, until: datetime | None, expert: ExpertId | None = None) -> Case:
    """Remind neither the thread nor this expert until then; None ends it, the latest snooze counts.

    Raises InvalidTransition unless the case waits.
    """
    _demand(case, WAITING, "be snoozed")
    return replace(case, snoozed_until=until, snoozed_by=expert if until else None)
