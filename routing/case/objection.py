"""Who may still object to a decision, and what has changed since somebody did."""

from dataclasses import replace
from datetime import datetime, timedelta

from routing.case.case import Case
from routing.case.contest import Contest, ContestOutcome
from routing.label import ExpertId, Label, labels_in_force


def is_contestable(case: Case, now: datetime, contest_for: timedelta | None) -> bool:
    """Whether people may object to the decision in force, for `contest_for` after it; None: never.

    What a time-out decided needs no objection: it can be answered.
    """
    return _is_recent(case, now, contest_for) and not _is_by_time_out(case)


def takes_late_answer(case: Case, now: datetime, contest_for: timedelta | None) -> bool:
    """Whether the case, which a time-out decided, may be answered after all."""
    return _is_recent(case, now, contest_for) and _is_by_time_out(case)


def contest_of(case: Case, expert: ExpertId) -> Contest | None:
    """The person's objection to a decision of the case, or None."""
    return next((each for each in case.contests if each.expert.is_same_person(expert)), None)


def is_own_decision(case: Case, expert: ExpertId) -> bool:
    """Whether the person's answer is the decision in force: they correct it, and object to nothing."""
    own = case.label_of(expert)
    return own is not None and case.decision is not None and own.label == case.decision.label


def contest_in_force(case: Case) -> Contest | None:
    """The last objection that counts: not an override whose answer was taken back."""
    counting = (each for each in case.contests if not each.is_override or answer_since(case, each))
    return next(reversed(tuple(counting)), None)


def answer_since(case: Case, contest: Contest) -> Label | None:
    """The objector's answer in force, if they gave it with the objection or later."""
    own = case.label_of(contest.expert)
    return own if own in case.labels[contest.answers :] else None


def newcomers(case: Case, contest: Contest) -> tuple[Label, ...]:
    """The answers of people who had not answered before the objection and did not make it."""
    before = {label.expert.user_id for label in _answers_before(case, contest)} | {contest.expert.user_id}
    return tuple(label for label in case.current_labels if label.expert.user_id not in before)


def have_come_round(case: Case, contest: Contest) -> bool:
    """Whether nobody stands by the contested decision any more: who gave its answer gives another now."""
    contested = case.decisions[contest.sequence - 1].label
    return all(label.label != contested for label in case.current_labels)


def outcome_of(case: Case, contest: Contest) -> ContestOutcome | None:
    """What came of an objection; None while the case waits for that."""
    if len(case.decisions) == contest.sequence:
        return None
    contested, following = case.decisions[contest.sequence - 1 : contest.sequence + 1]
    return ContestOutcome.UPHELD if following.label == contested.label else ContestOutcome.CORRECTED


def _is_recent(case: Case, now: datetime, contest_for: timedelta | None) -> bool:
    # Over at the end itself, as the redrawing that takes the button away may come at that very moment.
    return (
        case.decision is not None and contest_for is not None and now < case.decision.decided_at + contest_for
    )


def _is_by_time_out(case: Case) -> bool:
    return case.decision is not None and case.decision.is_by_time_out


def _answers_before(case: Case, contest: Contest) -> tuple[Label, ...]:
    """The answers in force when the person objected, those taken back since included."""
    return labels_in_force(
        replace(label, withdrawn_at=None)
        if label.withdrawn_at is not None and label.withdrawn_at > contest.contested_at
        else label
        for label in case.labels[: contest.answers]
    )
