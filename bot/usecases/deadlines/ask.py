"""Asks somebody by name about each case that waits for a second opinion, one person after the other."""

from datetime import datetime, timedelta

from bot.usecases.case_terms import terms_of
from bot.usecases.context import Context
from bot.usecases.outgoing import ASK, NamedAsk
from bot.usecases.review.access import Act, Sitting, members_of
from bot.usecases.review.screen import Screen
from bot.usecases.time_zones import time_zone
from routing.case.ask import Ask, AskPurpose, AskState
from routing.case.assignment import AskableExpert, NextExpert, next_expert
from routing.case.hours import add_working, next_working
from routing.case.permission import may_answer
from routing.case.second_opinion import awaits_second_opinion, is_claimed
from routing.label import ExpertId
from storage import experts
from storage.cases import asks, cases
from storage.delivery import outbox, projections
from storage.delivery.outbox import Item

BATCH = 50
RECHECK = timedelta(hours=1)
"""So often a case is looked at for which nobody may be asked today, or whose task no policy has."""
LONGEST_DAY = timedelta(hours=50)
"""Reaches back to the beginning of everybody's day, whatever their time zone and its clock's changes."""
TICK = ExpertId("", "tick")


def ask_due(ctx: Context) -> int:
    """Ask the next person about every case whose turn it is, a transaction for each; how many were asked.

    Any number of processes may tick at once: nobody is asked about a case twice.
    """
    now = ctx.clock.now()
    asked = 0
    # Ends only because no case stays due: each is scheduled for later, or nobody is asked about it any more.
    while due := _due(ctx, now):
        asked += sum(_ask_about(ctx, case_id, now) for case_id in due)
    return asked


def _due(ctx: Context, now: datetime) -> list[str]:
    with ctx.database.read() as tx:
        return asks.due(tx, now, BATCH)


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
        later = _later(sitting, asked)
        if later is not None:
            asks.schedule(tx, case_id, later)
            return False
        return _ask_next(sitting, asked)


def _later(sitting: Sitting, asked: list[Ask]) -> datetime | None:
    """Until when to wait: for whoever's turn it still is, or for the hours of work; None to ask now."""
    now, running = sitting.now, [ask.lease_until for ask in asked if ask.state is AskState.WAITING]
    end = max(running, default=now)
    opening = next_working(sitting.task.hours, now)
    return max(end, opening) if max(end, opening) > now else None


def _ask_next(sitting: Sitting, asked: list[Ask]) -> bool:
    """Hand the case from whoever let their time pass to the next person."""
    tx, case, now = sitting.tx, sitting.case, sitting.now
    for ask in asked:
        asks.end(tx, case.case_id, ask.expert, AskState.LAPSED)
    people = {ask.expert.user_id for ask in asked}
    most, key = sitting.ctx.policy.extra_asks, sitting.ctx.draw_key
    choice = next_expert(case, _askable(sitting), sitting.tier.adjudicators, people, most, now, key)
    if isinstance(choice, NextExpert):
        _ask(sitting, choice)
    else:
        asks.schedule(tx, case.case_id, now + RECHECK if choice.is_for_today else None)
        if not choice.is_for_today:
            sitting.record("case.nobody_to_ask", reason=choice.reason)
    projections.redraw(tx, case.case_id, now)
    return isinstance(choice, NextExpert)


def _ask(sitting: Sitting, choice: NextExpert) -> None:
    tx, case, now = sitting.tx, sitting.case, sitting.now
    until = add_working(sitting.task.hours, now, sitting.tier.ask_for)
    purpose = AskPurpose.CLAIM if is_claimed(case) else AskPurpose.SECOND_OPINION
    ask = Ask(case.case_id, choice.expert, purpose, now, until)
    asks.add(tx, ask)
    asks.schedule(tx, case.case_id, until)
    key = f"ask:{case.case_id}:{choice.expert.user_id}"
    payload = NamedAsk(case.case_id, choice.expert).to_payload()
    outbox.add_many(tx, [Item(sitting.ctx.new_id("out"), ASK, key, payload, now)])
    # The person's id, as with every act: a later look must be able to tell why they and nobody else.
    sitting.record("case.asked", to=choice.expert.user_id, purpose=purpose.value, reason=choice.reason)


def _askable(sitting: Sitting) -> list[AskableExpert]:
    """Everybody who may answer the case and is there to do so, with how often they were asked of late."""
    ctx, tx, tier = sitting.ctx, sitting.tx, sitting.tier
    members = members_of(tx, sitting.case, sitting.terms) - {ctx.home.bot}
    named = {ExpertId(ctx.team_id, user_id) for user_id in tier.experts.people}
    guests = ctx.policy.guest_teams
    people = [each for each in members | named if may_answer(tier, each, members, ctx.team_id, guests)]
    stored = experts.get_many(tx, people)
    away = {expert for expert, person in stored.items() if not person.is_active or person.is_bot}
    zones = {expert: time_zone(person.timezone) for expert, person in stored.items()}
    since = asks.asked_since(tx, {each.user_id for each in people}, sitting.now - LONGEST_DAY)
    return [
        AskableExpert(each, since.get(each.user_id, ()), zones.get(each, time_zone(None)))
        for each in people
        if each not in away
    ]
