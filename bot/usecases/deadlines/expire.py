"""Closes cases whose time is over, as the policy says; by default none is ever closed."""

from dataclasses import replace
from datetime import datetime, timedelta

from bot.usecases.case_terms import terms_of
from bot.usecases.context import Context
from bot.usecases.deadlines.follow_up import draw_due
from bot.usecases.outgoing import Notice, Occasion, Place
from bot.usecases.review.access import Act, Sitting
from bot.usecases.review.announce import DecisionEvent, call_back, notify, show
from bot.usecases.review.screen import Screen
from routing.case.adjudication import conclude, expiry
from routing.case.case import Case
from routing.case.settlement import Closure, SettledAnswer
from routing.label import ExpertId
from storage.cases import cases, decisions

BATCH = 50
RECHECK = timedelta(hours=1)
"""So often a case is looked at whose task has left the policy, perhaps by mistake."""
NOBODY = ExpertId("", "tick")


def expire_due(ctx: Context) -> int:
    """Close or decide every case whose time is over, each in a transaction of its own; how many."""
    # First: what is closed waits no more, and would not be drawn for to be asked of somebody else.
    draw_due(ctx)
    now = ctx.clock.now()
    closed = 0
    # Ends only because no case stays due behind `_close`: it is closed, put off, or has no end any more.
    while due := _due(ctx, now):
        closed += sum(_close(ctx, case_id, now) for case_id in due)
    return closed


def _due(ctx: Context, now: datetime) -> list[str]:
    with ctx.database.read() as tx:
        return cases.expiring(tx, now, BATCH)


def _close(ctx: Context, case_id: str, now: datetime) -> bool:
    """Whether the case was closed: an expert may have been faster, and the policy may keep it open now."""
    with ctx.database.write() as tx:
        case = cases.lock(tx, case_id)
        if not case.is_waiting:
            return False
        terms = terms_of(ctx, tx, case) if case.submission.task in ctx.policy.tasks else None
        if terms is None:  # experts may still answer, but no policy in force says what its time-out decides
            cases.save(tx, replace(case, expires_at=now + RECHECK))
            return False
        settlement = expiry(case, terms.tier, now)
        if settlement is None:
            cases.save(tx, replace(case, expires_at=None))
            return False
        act = Act(Screen(case_id), NOBODY, f"expired:{case_id}")
        _conclude(Sitting(ctx, tx, act, case, terms, now), settlement)
        return True


def _conclude(sitting: Sitting, settlement: SettledAnswer | Closure) -> None:
    ctx, case_id = sitting.ctx, sitting.case.case_id
    concluded = conclude(
        sitting.case,
        settlement,
        sitting.task.asks,
        decision_id=ctx.new_id("dec"),
        policy_version=ctx.policy.version,
        screen_version=0,
    )
    cases.save(sitting.tx, replace(concluded, expires_at=None))
    label = _announce(sitting, concluded)
    show(sitting, concluded)
    note = "" if label else "Closed without a decision: its time ran out."
    notify(sitting, Notice(Occasion.EXPIRED, Place.THREAD, (case_id,), note=note), f"expired:{case_id}")
    sitting.record("case.expired", on_expiry=sitting.tier.on_expiry, label=label)


def _announce(sitting: Sitting, case: Case) -> str:
    """Store and call back the decision, if there is any; its label."""
    decision = case.decision
    if decision is None:
        return ""
    decisions.add(sitting.tx, decision)
    call_back(sitting, case, decision, DecisionEvent.DECIDED)
    return decision.label
