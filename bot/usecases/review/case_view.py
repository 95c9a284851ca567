"""Reads a case for a window: to act on it, or only to see it."""

from dataclasses import dataclass

from bot.usecases.context import Context
from bot.usecases.review.access import Act, Sitting, is_allowed, is_insider, read_sitting, who_may
from bot.usecases.review.asked import is_blind, may_answer_after_all
from bot.usecases.review.outcome import AlreadyDecided, Dismissal, NotAllowed, Outcome
from routing.case.adjudication import is_adjudication
from routing.case.case import Case
from routing.case.second_opinion import blinded, veiled
from routing.label import Mark
from routing.policy import Task, Tier


@dataclass(frozen=True, slots=True)
class WindowCase:
    """A case as a window shows it. `is_decisive`: what the person answers to it decides it at once.

    `settles`: their answer settles a disagreement, which they may mark; `mark` is how they did so far.
    """

    case: Case
    task: Task
    tier: Tier
    is_decisive: bool = False
    settles: bool = False
    mark: Mark | None = None


def look(ctx: Context, act: Act) -> WindowCase | Outcome:
    """The case for somebody who wants to act on it. What they do is checked again when they do it."""
    with ctx.database.read() as tx:
        sitting = read_sitting(ctx, tx, act)
        if isinstance(sitting, Dismissal):
            return sitting
        if not is_allowed(sitting, act.expert):
            return NotAllowed(who_may(sitting))
        is_late = may_answer_after_all(tx, sitting.case, act.expert, sitting.now, ctx.policy)
        return _seen(sitting) if sitting.case.is_waiting or is_late else AlreadyDecided(sitting.case)


def look_to_correct(ctx: Context, act: Act) -> WindowCase | Outcome:
    """The case for somebody who wants to correct their answer."""
    with ctx.database.read() as tx:
        sitting = read_sitting(ctx, tx, act)
        if isinstance(sitting, Dismissal):
            return sitting
        case = sitting.case
        is_correctable = case.takes_answer_of(act.expert) and case.label_of(act.expert) is not None
        return _seen(sitting) if is_correctable else AlreadyDecided(sitting.case)


def read(ctx: Context, act: Act) -> WindowCase | Outcome:
    """The case for somebody of this workspace who sees its message."""
    with ctx.database.read() as tx:
        sitting = read_sitting(ctx, tx, act)
        if isinstance(sitting, Dismissal):
            return sitting
        return _seen(sitting) if is_insider(ctx, act.expert) else NotAllowed(who_may(sitting))


def _seen(sitting: Sitting) -> WindowCase:
    case, expert = sitting.case, sitting.act.expert
    seen = blinded(case, expert) if is_blind(sitting.tx, case, expert) else veiled(case)
    settles, own = is_adjudication(case, sitting.tier, expert, sitting.ctx.team_id), case.label_of(expert)
    return WindowCase(seen, sitting.task, sitting.tier, settles=bool(settles), mark=own.mark if own else None)
