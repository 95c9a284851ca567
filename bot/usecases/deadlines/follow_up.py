"""Asks another person about what nobody answered in time, where numbers or promises rest on the answers."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from bot.usecases.case_terms import terms_of
from bot.usecases.context import Context
from bot.usecases.deadlines.named_asking import RECHECK, TICK, ask_by_name, ask_each, next_choice, not_before
from bot.usecases.review.access import Act, Sitting
from bot.usecases.review.screen import Screen
from routing.case.ask import Ask, AskPurpose
from routing.case.assignment import NextExpert
from routing.case.hours import add_working
from routing.case.late_answer import is_unanswered
from routing.policy import Policy
from routing.triage.follow_up import follow_ups
from storage.cases import asks, cases
from storage.cases import follow_ups as stored
from storage.cases.follow_ups import Turn
from storage.delivery import projections
from storage.engine.database import Transaction
from storage.evidence import silent_cases
from storage.evidence.silent_cases import SilentKind
from storage.measured import certificates

COUNTED_FOR = timedelta(days=28)
"""What has been silent for longer tells nothing of the weeks that numbers speak of, and is left alone."""


def draw_due(ctx: Context) -> int:
    """Draw once for every case whose time has just ended whether it is asked again; how many are new."""
    tasks = [name for name, task in ctx.policy.tasks.items() if any(tier.asks_again for tier in task.tiers)]
    if not tasks:
        return 0
    now = ctx.clock.now()
    with ctx.database.read() as tx:
        fresh = dict(silent_cases.fresh(tx, tasks, now - COUNTED_FOR, now))
        kinds = set(_followed_up(tx, ctx.policy, fresh))
    if not kinds:
        return 0  # a transaction that writes is not begun for nothing every few seconds
    with ctx.database.write() as tx:
        earlier = silent_cases.followed(tx, tasks, now - COUNTED_FOR)
        return sum(_draw(ctx, tx, kind, fresh[kind], earlier.get(kind, 0), now) for kind in sorted(kinds))


def _followed_up(
    tx: Transaction, policy: Policy, kinds: dict[SilentKind, tuple[str, ...]]
) -> Iterator[SilentKind]:
    """Audits; where no limit is in force all of the traffic, as the next will be tested on that."""
    in_force = {(held.key.task, held.key.tier) for held in certificates.standing(tx)}
    for kind in kinds:
        tier = next((tier for tier in policy.task(kind.task).tiers if tier.name == kind.tier), None)
        if tier is None or not tier.asks_again:
            continue
        if kind.is_audit or (tier.certified and (kind.task, kind.tier) not in in_force):
            yield kind


def _draw(
    ctx: Context, tx: Transaction, kind: SilentKind, case_ids: tuple[str, ...], earlier: int, now: datetime
) -> int:
    task = ctx.policy.task(kind.task)
    # As long again as there was at first: then what is still silent counts as such.
    ends_at = add_working(task.hours, now, task.tier(kind.tier).due_in)
    drawn = follow_ups(ctx.draw_key, case_ids, earlier + len(case_ids))
    return stored.add(tx, drawn, now, ends_at)


def ask_again_due(ctx: Context) -> int:
    """Ask the next person about every case that was drawn, as `ask_each` does; how many were asked."""
    return ask_each(ctx, stored.due, _ask_about)


def _ask_about(ctx: Context, case_id: str, now: datetime) -> bool:
    """Whether somebody is asked: another tick or an answer may have been faster, or it is out of hours."""
    with ctx.database.write() as tx:
        case = cases.lock(tx, case_id)
        turn = stored.turn(tx, case_id)
        if turn is None or turn.ask_at > now:
            return False
        terms = terms_of(ctx, tx, case)
        if not is_unanswered(case) or turn.ends_at <= now:
            stored.schedule(tx, case_id, None)
            return False
        if terms is None or case.ask_at is not None:  # others are being asked for a second opinion
            stored.schedule(tx, case_id, min(now + RECHECK, turn.ends_at))
            return False
        sitting = Sitting(ctx, tx, Act(Screen(case_id), TICK, ""), case, terms, now)
        return _ask_next(sitting, turn, asks.of_case(tx, case_id))


def _ask_next(sitting: Sitting, turn: Turn, asked: list[Ask]) -> bool:
    tx, case, now = sitting.tx, sitting.case, sitting.now
    later = not_before(sitting, asked)
    if later is not None:
        stored.schedule(tx, case.case_id, min(later, turn.ends_at))
        return False
    choice = next_choice(sitting, asked)
    if isinstance(choice, NextExpert):
        until = ask_by_name(sitting, choice, AskPurpose.FOLLOW_UP)
        # Not for longer than it counts: who answers later does, but what waits for them has waited enough.
        stored.schedule(tx, case.case_id, min(until, turn.ends_at))
    else:
        again_at = min(now + RECHECK, turn.ends_at) if choice.is_for_today else None
        stored.schedule(tx, case.case_id, again_at)
    projections.redraw(tx, case.case_id, now)
    return isinstance(choice, NextExpert)
