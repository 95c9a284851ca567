"""After every change of a case's labels: is it decided now, decided otherwise, disputed or open again?"""

from dataclasses import replace

from bot.usecases.outgoing import Notice, Occasion, Place
from bot.usecases.review.access import Sitting
from bot.usecases.review.announce import DecisionEvent, call_back, notify
from bot.usecases.review.case_rule import weighing_of
from routing.case.adjudication import adjudicators_left, conclude, decide_provisionally, settle
from routing.case.case import Case, CaseStatus
from routing.case.decision import Decision
from routing.case.next_step import reschedule
from routing.case.second_opinion import awaits_second_opinion
from storage.cases import asks, cases, decisions


def settle_case(sitting: Sitting, changed: Case, screen_version: int) -> Case:
    """Settle the labels of `changed`, store what comes of it and queue callbacks and notices.

    `sitting.case` is the case as it was before the act.
    """
    question, decision_id = sitting.task.asks, sitting.ctx.new_id("dec")
    # That of now, not of the opening: it says who may answer, and how their answers are settled.
    version = sitting.ctx.policy.version
    settlement = settle(changed, question, sitting.tier, sitting.now, weighing_of(sitting, changed))
    settled = conclude(
        changed,
        settlement,
        question,
        decision_id=decision_id,
        policy_version=version,
        screen_version=screen_version,
    )
    if sitting.tier.provisional:
        settled = decide_provisionally(
            settled,
            question,
            sitting.now,
            decision_id=decision_id,
            policy_version=version,
            screen_version=screen_version,
        )
    case = reschedule(settled, sitting.tier, sitting.task.hours, sitting.now)
    cases.save(sitting.tx, case)
    case = _with_turn(sitting, case)
    _announce(sitting, case)
    return case


def _with_turn(sitting: Sitting, case: Case) -> Case:
    """The case with the moment from which on somebody is asked for a second opinion."""
    is_new = len(case.current_labels) != len(sitting.case.current_labels)
    turn = sitting.now if is_new or case.ask_at is None else case.ask_at
    ask_at = turn if awaits_second_opinion(case) else None
    if ask_at != case.ask_at:
        # Not here and now: whom to ask needs everybody's membership, for which no click should wait.
        asks.schedule(sitting.tx, case.case_id, ask_at)
    return replace(case, ask_at=ask_at)


def _announce(sitting: Sitting, case: Case) -> None:
    before = sitting.case
    stood = before.decision or before.provisional
    if len(case.decisions) > len(before.decisions):
        decision = case.decisions[-1]
        decisions.add(sitting.tx, decision)
        call_back(sitting, case, decision, _event(before, decision))
    elif before.decision is not None and case.contest is not None:
        number = len(case.contests)
        decisions.contest(sitting.tx, before.decision, number)
        call_back(sitting, case, before.decision, DecisionEvent.CONTESTED, number)
    elif stood is not None and case.decision is None and case.provisional is None:
        decisions.reopen(sitting.tx, stood)
        call_back(sitting, case, stood, DecisionEvent.REOPENED)
    else:
        announce_amendment(sitting, case)
    if case.status is CaseStatus.DISPUTED and before.status is not CaseStatus.DISPUTED:
        # Not in the thread: what each expert said is for those who settle it, while others may still answer.
        for user_id in adjudicators_left(case, sitting.tier):
            notice = Notice(Occasion.DISPUTE, Place.DM, (case.case_id,), (user_id,))
            # With the number of labels: after Undo and another answer the adjudicators are asked again.
            notify(sitting, notice, f"dispute:{case.case_id}:{len(case.labels)}:{user_id}")


def _event(before: Case, decision: Decision) -> DecisionEvent:
    """What a new decision is to whoever heard of the case as it was before."""
    contested, provisional = before.contested_decision, before.provisional
    if contested is not None and contested.label == decision.label:
        return DecisionEvent.UPHELD
    # A provisional decision that is confirmed is no correction: the service acts on the same answer.
    if provisional is not None and provisional.label == decision.label:
        return DecisionEvent.DECIDED
    has_stood = before.decision or contested or provisional
    return DecisionEvent.CORRECTED if has_stood else DecisionEvent.DECIDED


def announce_amendment(sitting: Sitting, case: Case) -> None:
    """Tell that the decision in force stands, but not on the same answers: a reason came, say."""
    decision, before = case.decision, sitting.case
    if decision is None or case.current_labels == before.current_labels:
        return
    # Each answer and each withdrawal makes another, so that none meets the key of an earlier callback.
    revision = len(case.labels) + sum(1 for label in case.labels if label.withdrawn_at is not None)
    if decisions.amend(sitting.tx, decision, revision):
        call_back(sitting, case, decision, DecisionEvent.AMENDED, revision)
