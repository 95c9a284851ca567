"""Gives cases back to all their experts when the person they were given to may not answer them any more."""

from bot.usecases.case_terms import sources_of, terms_of
from bot.usecases.context import Context
from bot.usecases.outgoing import About, Notice, Place
from bot.usecases.review.access import Act, Sitting, is_allowed
from bot.usecases.review.announce import notify, show
from bot.usecases.review.screen import Screen
from routing.case.case import Case, reassign
from routing.case.terms import Terms
from storage import experts
from storage.cases import cases
from storage.engine.database import Transaction

MOST = 500


def unassign_departed(ctx: Context) -> int:
    """Give back the cases of people who were deactivated or left, one transaction each; how many."""
    with ctx.database.read() as tx:
        given = [case for expert in cases.assignees(tx) for case in cases.open_for(tx, expert, MOST)]
        left = [case.case_id for case in given if _left(ctx, tx, case)]
    return sum(_give_back(ctx, case_id) for case_id in left)


def _give_back(ctx: Context, case_id: str) -> bool:
    """Whether the case was given back: it may have been decided or handed on meanwhile."""
    with ctx.database.write() as tx:
        case = cases.lock(tx, case_id)
        sitting = _left(ctx, tx, case) if case.is_waiting else None
        if sitting is None:
            return False
        free = reassign(case, None)
        cases.save(tx, free)
        show(sitting, free)
        notify(sitting, Notice(About.UNASSIGNED, Place.THREAD, (case_id,)), sitting.act.key)
        sitting.record("case.unassigned")
        return True


def _left(ctx: Context, tx: Transaction, case: Case) -> Sitting | None:
    """The case before the person it was given to, if they may not answer it any more."""
    terms, expert = terms_of(ctx, tx, case), case.assigned_to
    if terms is None or expert is None:
        return None
    key = f"unassigned:{case.case_id}:{expert.user_id}:{case.due_at.isoformat()}"
    act = Act(Screen(case.case_id), expert, key)
    sitting = Sitting(ctx, tx, act, case, terms, ctx.clock.now())
    has_left = _is_known(tx, case, terms) and not _may_stay(sitting)
    return sitting if has_left else None


def _is_known(tx: Transaction, case: Case, terms: Terms) -> bool:
    """Whether the members were ever fetched: before that nobody can be told to have left."""
    found = sources_of(case, terms)
    return all(experts.members_refreshed_at(tx, source) is not None for source in found)


def _may_stay(sitting: Sitting) -> bool:
    known = experts.get(sitting.tx, sitting.act.expert)
    is_active = known is None or known.is_active
    return is_active and is_allowed(sitting, sitting.act.expert)
