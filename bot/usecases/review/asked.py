"""Those who are asked about a case by name: what is hidden from them, and what becomes of their turn."""

from datetime import datetime

from routing.case.ask import Ask, AskState
from routing.case.case import Case
from routing.case.next_step import Step
from routing.label import ExpertId
from routing.slack_channel import ChannelId
from storage.cases import asks, cases
from storage.delivery import projections
from storage.delivery.projections import ASK_KIND
from storage.engine.database import Transaction


def is_blind(tx: Transaction, case: Case, expert: ExpertId) -> bool:
    """Whether the prediction is hidden from this person, who is asked for a second opinion."""
    has_any = case.routing.second_opinion_chance is not None
    return has_any and case.is_waiting and asks.find(tx, case.case_id, expert) is not None


def answered(tx: Transaction, case: Case, expert: ExpertId) -> None:
    """Note that the person has answered, if they were asked."""
    if case.routing.second_opinion_chance is not None:
        asks.end(tx, case.case_id, expert, AskState.ANSWERED)


def pass_on(tx: Transaction, case: Case, expert: ExpertId, now: datetime) -> bool:
    """Have the next person asked now, as this one will not answer; False if they were not asked."""
    has_any = case.routing.second_opinion_chance is not None
    if not has_any or not asks.end(tx, case.case_id, expert, AskState.DECLINED):
        return False
    if case.ask_at is not None:
        asks.schedule(tx, case.case_id, now)
    return True


def open_to_all(tx: Transaction, case: Case, step: Step, now: datetime) -> None:
    """Ask nobody else by name once a case is escalated: whoever is called then may answer it as it stands."""
    if case.ask_at is not None and step.to != "thread":
        asks.schedule(tx, case.case_id, None)
        projections.redraw(tx, case.case_id, now)


def show_ask(tx: Transaction, ask: Ask, channel_id: ChannelId, priority: int) -> bool:
    """Have the ask shown in the person's direct messages; False where nobody has to answer any more."""
    case = cases.get(tx, ask.case_id)
    if not case.is_waiting:
        return False
    asks.address(tx, ask.case_id, ask.expert, channel_id)
    projections.want(tx, ask.case_id, channel_id, priority, case.due_at, ask.asked_at, kind=ASK_KIND)
    return True


def ask_shown_in(tx: Transaction, case_id: str, channel_id: ChannelId) -> Ask | None:
    """The ask that is shown in these direct messages."""
    return next((ask for ask in asks.of_case(tx, case_id) if ask.channel_id == channel_id), None)
