"""Cases whose time ran out: whether experts may still answer them, and who was asked to."""

from datetime import datetime, timedelta

from routing.case.case import Case, CaseStatus
from routing.case.objection import takes_late_answer


def is_unanswered(case: Case) -> bool:
    """Whether experts have not decided the case yet and others may be asked: it waits, or its time ran out.

    A disagreement or an objection is for those who settle it.
    """
    is_settled = case.decision is not None and not case.decision.is_by_time_out
    return case.status is not CaseStatus.DISPUTED and case.contest is None and not is_settled


def may_answer_late(case: Case, now: datetime, contest_for: timedelta | None, *, is_asked: bool) -> bool:
    """Whether somebody may answer a case that does not wait any more.

    What a time-out decided may be answered for `contest_for`. Who `is_asked` by name because nobody answered
    in time may answer until experts have decided: closing the case ends no question to them.
    """
    is_asked_still = is_asked and case.is_asked_again and is_unanswered(case)
    return is_asked_still or takes_late_answer(case, now, contest_for)
