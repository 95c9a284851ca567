"""Wants messages anew which time alone makes stale: Undo or objecting is over, a case is overdue."""

from collections.abc import Callable
from datetime import datetime, timedelta

from bot.usecases.case_terms import tasks_ever
from bot.usecases.context import Context
from storage.cases import cases, decisions
from storage.delivery import claimed_events, projections
from storage.engine.database import Transaction

BATCH = 500
LATE_FOR = timedelta(days=3)
"""What became stale while nothing ran is redrawn this long after; shorter than claimed events are kept."""
UNDO = "redraw:undo:"
CONTEST = "redraw:contest:"
DUE = "redraw:due:"

StaleMessage = tuple[str, str]
"""A case's id, and the key under which its message is redrawn once for ever."""
Find = Callable[[Context, Transaction, datetime], list[StaleMessage]]


def redraw_due(ctx: Context) -> dict[str, int]:
    """Want each stale message once, whoever ticks; how many cases of which kind.

    A portion in each transaction, in the order of the cases: ticks at once never lock each other out.
    """
    now = ctx.clock.now()
    return {
        "undo_over": _redraw_all(ctx, _undo_over, now),
        "contest_over": _redraw_all(ctx, _contest_over, now),
        "overdue": _redraw_all(ctx, _overdue, now),
    }


def _redraw_all(ctx: Context, find: Find, now: datetime) -> int:
    redrawn = 0
    while stale := _stale(ctx, find, now):
        redrawn += _redraw(ctx, sorted(stale), now)
    return redrawn


def _stale(ctx: Context, find: Find, now: datetime) -> list[StaleMessage]:
    with ctx.database.read() as tx:
        return find(ctx, tx, now)


def _undo_over(ctx: Context, tx: Transaction, now: datetime) -> list[StaleMessage]:
    until = now - ctx.policy.undo_for
    over = decisions.in_force(tx, tasks_ever(ctx, tx), until - LATE_FOR, until, UNDO, BATCH)
    return [(decision.case_id, f"{UNDO}{decision.decision_id}") for decision in over]


def _contest_over(ctx: Context, tx: Transaction, now: datetime) -> list[StaleMessage]:
    if ctx.policy.contest_for is None:
        return []
    until, tasks = now - ctx.policy.contest_for, tasks_ever(ctx, tx)
    over = decisions.in_force(tx, tasks, until - LATE_FOR, until, CONTEST, BATCH, has_time_outs=True)
    return [(decision.case_id, f"{CONTEST}{decision.decision_id}") for decision in over]


def _overdue(ctx: Context, tx: Transaction, now: datetime) -> list[StaleMessage]:
    case_ids = cases.newly_overdue(tx, tasks_ever(ctx, tx), now - LATE_FOR, now, DUE, BATCH)
    return [(case_id, f"{DUE}{case_id}") for case_id in case_ids]


def _redraw(ctx: Context, stale: list[StaleMessage], now: datetime) -> int:
    """How many were not taken by another tick meanwhile."""
    with ctx.database.write() as tx:
        # The claim in the transaction of the redrawing: with an
        # earlier commit a crash would leave it undone for ever.
        mine = [case_id for case_id, key in stale if claimed_events.claim(tx, key, now)]
        for case_id in mine:
            projections.redraw(tx, case_id, now)
    return len(mine)
