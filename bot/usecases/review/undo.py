"""Takes back the latest answer of an expert, while the time for that lasts."""

from dataclasses import replace

from bot.usecases.context import Context
from bot.usecases.review.access import Act, Sitting, not_allowed, sit_down
from bot.usecases.review.announce import show
from bot.usecases.review.outcome import (
    Dismissal,
    NothingToUndo,
    Outcome,
    RecordedAct,
    RepeatedAct,
    UndoTooLate,
)
from bot.usecases.review.settle import settle_case
from routing.case.case import Case, can_undo, withdraw
from storage.cases import labels, thread_replies
from storage.delivery import claimed_events


def undo(ctx: Context, act: Act) -> Outcome:
    """Withdraw the person's latest answer; a decision that rested on it no longer holds.

    Raises DatabaseUnavailable, with nothing recorded.
    """
    with ctx.database.write() as tx:
        sitting = sit_down(ctx, tx, act)
        if isinstance(sitting, Dismissal):
            return sitting
        return _undo(sitting)


def _undo(sitting: Sitting) -> Outcome:
    label = sitting.case.label_of(sitting.act.expert)
    if label is None:
        return not_allowed(sitting) or NothingToUndo(sitting.case)
    if not can_undo(sitting.case, sitting.act.expert, sitting.now, sitting.ctx.policy.undo_for):
        show(sitting, sitting.case)  # the message was drawn while there was time
        return UndoTooLate(sitting.case)
    if not claimed_events.claim(sitting.tx, sitting.act.key, sitting.now):
        return RepeatedAct(sitting.case)
    withdrawn = withdraw(sitting.case, sitting.act.expert, sitting.now)
    for revoked in set(withdrawn.labels) - set(sitting.case.labels):
        labels.withdraw(sitting.tx, revoked.label_id, sitting.now)
    thread_replies.settle(sitting.tx, label.case_id, label.expert)
    # After the label is withdrawn: what is left may decide the case otherwise, or leave it open.
    case = settle_case(sitting, _with_time_for_another(sitting, withdrawn), sitting.act.screen.version)
    show(sitting, case)
    sitting.record("label.withdrawn", label_id=label.label_id, label=label.label, round=label.round)
    return RecordedAct(case)


def _with_time_for_another(sitting: Sitting, case: Case) -> Case:
    """The case, not expiring before the person could answer anew: its time may have run out while decided."""
    if case.expires_at is None:
        return case
    return replace(case, expires_at=max(case.expires_at, sitting.now + sitting.ctx.policy.undo_for))
