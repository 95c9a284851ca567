"""Those who are asked about a case by name: what is hidden from them, and what becomes of their turn."""

from datetime import datetime

from routing.case.ask import Ask, AskPurpose, AskState
from routing.case.case import Case
from routing.case.late_answer import is_unanswered, may_answer_late
from routing.case.next_step import Step
from routing.label import ExpertId
from routing.policy import Policy
from routing.slack_channel import ChannelId
from storage.cases import asks, cases, follow_ups
from storage.delivery import projections
from storage.delivery.projections import ASK_KIND
from storage.engine.database import Transaction


def is_asked(tx: Transaction, case: Case, expert: ExpertId) -> bool:
    """Whether this person was asked about the case by name, whatever came of it."""
    return _has_asks(case) and asks.find(tx, case.case_id, expert) is not None


def is_blind(tx: Transaction, case: Case, expert: ExpertId) -> bool:
    """Whether the prediction is hidden from this person, who is asked by name."""
    is_over = not case.is_waiting and not (case.is_asked_again and is_unanswered(case))
    return not is_over and is_asked(tx, case, expert)


def is_asked_again(tx: Transaction, case: Case, expert: ExpertId) -> bool:
    """Whether the person was asked because nobody had answered in time."""
    if not case.is_asked_again:
        return False
    ask = asks.find(tx, case.case_id, expert)
    return ask is not None and ask.purpose is AskPurpose.FOLLOW_UP


def may_answer_after_all(
    tx: Transaction, case: Case, expert: ExpertId, now: datetime, policy: Policy
) -> bool:
    """Whether a case that does not wait any more takes this person's answer after all."""
    is_asked = is_asked_again(tx, case, expert)
    return may_answer_late(case, now, policy.contest_for, is_asked=is_asked)


def answered(tx: Transaction, case: Case, expert: ExpertId) -> None:
    """Note that the person has answered, if they were asked."""
    if _has_asks(case):
        asks.end(tx, case.case_id, expert, AskState.ANSWERED)


def pass_on(tx: Transaction, case: Case, expert: ExpertId, now: datetime) -> bool:
    """Have the next person asked now, as this one will not answer; False if they were not asked."""
    if not _has_asks(case) or not asks.end(tx, case.case_id, expert, AskState.DECLINED):
        return False
    if case.ask_at is not None:
        asks.schedule(tx, case.case_id, now)
    if case.is_asked_again:
        follow_ups.schedule(tx, case.case_id, now)
    return True


def open_to_all(tx: Transaction, case: Case, step: Step, now: datetime) -> None:
    """Ask nobody else by name once a case is escalated: whoever is called then may answer it as it stands."""
    if case.ask_at is not None and step.to != "thread":
        asks.schedule(tx, case.case_id, None)
        projections.redraw(tx, case.case_id, now)


def show_ask(tx: Transaction, ask: Ask, channel_id: ChannelId, priority: int) -> bool:
    """Have the ask shown in the person's direct messages; False where nobody has to answer any more."""
    case = cases.get(tx, ask.case_id)
    if not case.is_waiting and not (ask.purpose is AskPurpose.FOLLOW_UP and is_unanswered(case)):
        return False
    asks.address(tx, ask.case_id, ask.expert, channel_id)
    projections.want(tx, ask.case_id, channel_id, priority, case.due_at, ask.asked_at, kind=ASK_KIND)
    return True


def ask_shown_in(tx: Transaction, case_id: str, channel_id: ChannelId) -> Ask | None:
    """The ask that is shown in these direct messages."""
    return next((ask for ask in asks.of_case(tx, case_id) if ask.channel_id == channel_id), None)


def _has_asks(case: Case) -> bool:
    """Whether anybody may have been asked by name: of all other cases a click reads nothing for it."""
    return case.routing.second_opinion_chance is not None or case.is_asked_again
