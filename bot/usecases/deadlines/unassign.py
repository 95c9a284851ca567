"""Gives cases back to all their experts when the person they are assigned to may not answer them any more."""

from bot.usecases.case_terms import sources_of, terms_of
from bot.usecases.context import Context
from bot.usecases.outgoing import Notice, Occasion, Place
from bot.usecases.review.access import Act, Sitting, is_allowed
from bot.usecases.review.announce import notify, show
from bot.usecases.review.screen import Screen
from routing.case.case import Case, reassign
from storage import experts
from storage.cases import cases
from storage.engine.database import Transaction

MOST = 500


def unassign_departed(ctx: Context) -> int:
    """Give back the cases of people who were deactivated or left, a transaction for each; how many."""
    with ctx.database.read() as tx:
        assigned = [case for expert in cases.assignees(tx) for case in cases.open_for(tx, expert, MOST)]
        left = [case.case_id for case in assigned if _left(ctx, tx, case)]
    return sum(_give_back(ctx, case_id) for case_id in left)


def _give_back(ctx: Context, case_id: str) -> bool:
    """Whether the case is everybody's again: it may have been decided or handed on meanwhile."""
    with ctx.database.write() as tx:
        case = cases.lock(tx, case_id)
        sitting = _left(ctx, tx, case) if case.is_waiting else None
        if sitting is None:
            return False
        free = reassign(case, None)
        cases.save(tx, free)
        show(sitting, free)
        notify(sitting, Notice(Occasion.UNASSIGNED, Place.THREAD, (case_id,)), sitting.act.key)
        sitting.record("case.unassigned")
        return True


def _left(ctx: Context, tx: Transaction, case: Case) -> Sitting | None:
    """The case before the person it is assigned to, if they may not answer it any more."""
    terms, expert = terms_of(ctx, tx, case), case.assigned_to
    if terms is None or expert is None:
        return None
    key = f"unassigned:{case.case_id}:{expert.user_id}:{case.due_at.isoformat()}"
    act = Act(Screen(case.case_id), expert, key)
    sitting = Sitting(ctx, tx, act, case, terms, ctx.clock.now())
    # Before members were fetched everybody seems to have left:
    # after an upgrade all cases would be handed back.
    if not experts.are_fetched(tx, sources_of(case, terms)):
        return None
    person = experts.get(tx, expert)
    may_stay = (person is None or person.is_active) and is_allowed(sitting, expert)
    return None if may_stay else sitting
