"""Asks somebody by name about each case that waits for a second opinion, one person after the other."""

from datetime import datetime

from bot.usecases.case_terms import terms_of
from bot.usecases.context import Context
from bot.usecases.deadlines.named_asking import RECHECK, TICK, ask_by_name, ask_each, next_choice, not_before
from bot.usecases.review.access import Act, Sitting
from bot.usecases.review.screen import Screen
from routing.case.ask import Ask, AskPurpose
from routing.case.assignment import NextExpert
from routing.case.second_opinion import awaits_second_opinion, is_claimed
from storage.cases import asks, cases
from storage.delivery import projections


def ask_due(ctx: Context) -> int:
    """Ask the next person about every case whose turn it is, as `ask_each` does; how many were asked."""
    return ask_each(ctx, asks.due, _ask_about)


def _ask_about(ctx: Context, case_id: str, now: datetime) -> bool:
    """Whether somebody is asked: another tick or a click may have been faster, or it is out of hours."""
    with ctx.database.write() as tx:
        case = cases.lock(tx, case_id)
        if case.ask_at is None or case.ask_at > now:
            return False
        terms = terms_of(ctx, tx, case)
        if not awaits_second_opinion(case) or terms is None:
            asks.schedule(tx, case_id, now + RECHECK if awaits_second_opinion(case) else None)
            return False
        sitting = Sitting(ctx, tx, Act(Screen(case_id), TICK, ""), case, terms, now)
        asked = asks.of_case(tx, case_id)
        later = not_before(sitting, asked)
        if later is not None:
            asks.schedule(tx, case_id, later)
            return False
        return _ask_next(sitting, asked)


def _ask_next(sitting: Sitting, asked: list[Ask]) -> bool:
    """Hand the case from whoever let their time pass to the next person."""
    tx, case, now = sitting.tx, sitting.case, sitting.now
    choice = next_choice(sitting, asked)
    if isinstance(choice, NextExpert):
        purpose = AskPurpose.CLAIM if is_claimed(case) else AskPurpose.SECOND_OPINION
        asks.schedule(tx, case.case_id, ask_by_name(sitting, choice, purpose))
    else:
        asks.schedule(tx, case.case_id, now + RECHECK if choice.is_for_today else None)
    projections.redraw(tx, case.case_id, now)
    return isinstance(choice, NextExpert)
