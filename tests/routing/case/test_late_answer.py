"""Whose answer is taken after a case's time ran out."""

from dataclasses import replace
from datetime import timedelta

import pytest

from routing.case.case import Case, CaseStatus, decide, dispute, expire, object_to
from routing.case.contest import Contest
from routing.case.decision import Method
from routing.case.late_answer import is_unanswered, may_answer_late
from tests.routing.making import case, decision, expert
from tests.worlds.clocks import MONDAY

DAY = timedelta(days=1)


def by_time_out() -> Case:
    return decide(case(), replace(decision("fraud"), method=Method.EXPIRED))


@pytest.mark.parametrize("unanswered", [case(), expire(case()), by_time_out()])
def test_what_no_expert_has_decided_is_unanswered(unanswered: Case) -> None:
    assert is_unanswered(unanswered)


def test_what_experts_decided_dispute_or_object_to_is_not() -> None:
    decided = decide(case(), decision("fraud"))
    objection = Contest("case_1", expert("9"), 1, 0, MONDAY, "no")
    assert not is_unanswered(decided)
    assert not is_unanswered(object_to(decided, objection, MONDAY))
    assert not is_unanswered(dispute(case()))


def test_only_who_is_asked_again_may_answer_what_was_closed() -> None:
    closed = replace(expire(case()), is_asked_again=True)
    assert may_answer_late(closed, MONDAY + DAY, None, is_asked=True)
    assert not may_answer_late(closed, MONDAY + DAY, DAY, is_asked=False)
    assert not may_answer_late(replace(closed, is_asked_again=False), MONDAY, None, is_asked=True)
    assert not may_answer_late(replace(decide(case(), decision("fraud"))), MONDAY, DAY, is_asked=True)


def test_what_a_time_out_decided_may_be_answered_by_all_for_a_while() -> None:
    decided = by_time_out()
    moment = decided.decisions[-1].decided_at
    assert may_answer_late(decided, moment, DAY, is_asked=False)
    assert not may_answer_late(decided, moment + DAY, DAY, is_asked=False)
    assert may_answer_late(replace(decided, is_asked_again=True), moment + DAY, DAY, is_asked=True)
    assert decided.status is CaseStatus.DECIDED
