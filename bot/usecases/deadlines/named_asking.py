"""How somebody is chosen and asked about a case by name, for whatever it is that they are asked."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from bot.usecases.context import Context
from bot.usecases.outgoing import ASK, NamedAsk
from bot.usecases.review.access import Sitting, members_of
from bot.usecases.time_zones import time_zone
from routing.case.ask import Ask, AskPurpose, AskState
from routing.case.assignment import AskableExpert, NextExpert, NobodyLeft, next_expert
from routing.case.hours import add_working, next_working
from routing.case.permission import may_answer
from routing.label import ExpertId
from storage import experts
from storage.cases import asks
from storage.delivery import outbox
from storage.delivery.outbox import Item
from storage.engine.database import Transaction
from storage.leads import pauses

LONGEST_DAY = timedelta(hours=50)
"""Reaches back to the beginning of everybody's day, whatever their time zone and its clock's changes."""
RECHECK = timedelta(hours=1)
"""So often a case is looked at for which nobody may be asked today, or whose task no policy has."""
TICK = ExpertId("", "tick")
BATCH = 50


def ask_each(
    ctx: Context,
    due: Callable[[Transaction, datetime, int], Sequence[str]],
    ask_about: Callable[[Context, str, datetime], bool],
) -> int:
    """Ask about every case that is `due`, a transaction for each; how often somebody was asked.

    Any number of processes may tick at once: nobody is asked about a case twice. `ask_about` schedules each
    case for later, or for never: no case may stay due.
    """
    now, asked = ctx.clock.now(), 0
    while case_ids := _due(ctx, due, now):
        asked += sum(ask_about(ctx, case_id, now) for case_id in case_ids)
    return asked


def _due(
    ctx: Context, due: Callable[[Transaction, datetime, int], Sequence[str]], now: datetime
) -> Sequence[str]:
    with ctx.database.read() as tx:
        return due(tx, now, BATCH)


def not_before(sitting: Sitting, asked: list[Ask]) -> datetime | None:
    """Until when to wait: for whoever's turn it still is, or for the hours of work; None to ask now."""
    now, running = sitting.now, [ask.lease_until for ask in asked if ask.state is AskState.WAITING]
    end = max(running, default=now)
    opening = next_working(sitting.task.hours, now)
    return max(end, opening) if max(end, opening) > now else None


def next_choice(sitting: Sitting, asked: list[Ask]) -> NextExpert | NobodyLeft:
    """Take the case from whoever let their time pass; who is asked next."""
    tx, case = sitting.tx, sitting.case
    for ask in asked:
        asks.end(tx, case.case_id, ask.expert, AskState.LAPSED)
    people = {ask.expert.user_id for ask in asked}
    most, key = sitting.ctx.policy.extra_asks, sitting.ctx.draw_key
    adjudicators = sitting.tier.adjudicators
    choice = next_expert(case, _askable(sitting), adjudicators, people, most, sitting.now, key)
    if isinstance(choice, NobodyLeft) and not choice.is_for_today:
        sitting.record("case.nobody_to_ask", reason=choice.reason)
    return choice


def ask_by_name(sitting: Sitting, choice: NextExpert, purpose: AskPurpose) -> datetime:
    """Ask the person in their direct messages; until when the case is theirs."""
    tx, case, now = sitting.tx, sitting.case, sitting.now
    until = add_working(sitting.task.hours, now, sitting.tier.ask_for)
    asks.add(tx, Ask(case.case_id, choice.expert, purpose, now, until))
    key = f"ask:{case.case_id}:{choice.expert.user_id}"
    payload = NamedAsk(case.case_id, choice.expert).to_payload()
    outbox.add_many(tx, [Item(sitting.ctx.new_id("out"), ASK, key, payload, now)])
    # The person's id, as with every act: a later look must be able to tell why they and nobody else.
    sitting.record("case.asked", to=choice.expert.user_id, purpose=purpose.value, reason=choice.reason)
    return until


def _askable(sitting: Sitting) -> list[AskableExpert]:
    """Everybody who may answer the case and is there to do so, with how often they were asked of late."""
    ctx, tx, tier = sitting.ctx, sitting.tx, sitting.tier
    members = members_of(tx, sitting.case, sitting.terms) - {ctx.home.bot}
    named = {ExpertId(ctx.team_id, user_id) for user_id in tier.experts.people}
    guests = ctx.policy.guest_teams
    people = [each for each in members | named if may_answer(tier, each, members, ctx.team_id, guests)]
    stored = experts.get_many(tx, people)
    away = {expert for expert, person in stored.items() if not person.is_active or person.is_bot}
    paused = frozenset() if sitting.task.pause_below is None else pauses.running(tx, sitting.task.name)
    zones = {expert: time_zone(person.timezone) for expert, person in stored.items()}
    since = asks.asked_since(tx, {each.user_id for each in people}, sitting.now - LONGEST_DAY)
    return [
        AskableExpert(each, since.get(each.user_id, ()), zones.get(each, time_zone(None)))
        for each in people
        if each not in away and each.user_id not in paused
    ]
