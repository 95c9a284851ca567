"""A case's arrows: what each does, and what each refuses."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from routing.case.case import (
    Case,
    CaseStatus,
    abstain,
    can_undo,
    decide,
    dispute,
    expire,
    reassign,
    record_label,
    reopen,
    resume,
    snooze,
    take_step,
    withdraw,
)
from routing.case.decision import Decision, Method
from routing.case.opening import open_case
from routing.errors import InvalidTransition
from routing.label import Abstention
from tests.routing.making import HOURS, case, decision, expert, label, routing, submission, task, tier_text
from tests.worlds.clocks import MONDAY

MINUTE = timedelta(minutes=1)
UNDO_FOR = timedelta(minutes=10)


def decided(*labels: str) -> Case:
    """A case with one answer decided on it."""
    answered = record_label(case(), label(labels[0] if labels else "fraud"))
    return decide(answered, decision("fraud"))


def test_a_new_case_waits_with_its_deadlines_in_working_time() -> None:
    escalation = '[{ after = "6h", to = "thread" }]'
    slow = task(
        hours=HOURS,
        tiers=tier_text(escalation=escalation, on_expiry='"close"', expires_in='"2d"'),
    )
    opened = open_case("case_1", submission(), routing(due_in=timedelta(hours=4)), slow, "abc", MONDAY)
    assert opened.status is CaseStatus.OPEN
    assert opened.due_at == MONDAY + timedelta(hours=4)
    assert opened.next_step_at == MONDAY + timedelta(hours=6)
    assert opened.expires_at == MONDAY + timedelta(days=2)


def test_a_case_of_a_tier_without_steps_has_nothing_to_wait_for() -> None:
    opened = open_case("case_1", submission(), routing(), task(), "abc", MONDAY)
    assert (opened.next_step_at, opened.expires_at) == (None, None)


def test_an_answer_is_added_and_the_case_stays_open() -> None:
    answered = record_label(case(), label("fraud"))
    assert [one.label for one in answered.current_labels] == ["fraud"]
    assert answered.status is CaseStatus.OPEN


def test_a_correction_supersedes_and_both_stay_on_record() -> None:
    corrected = record_label(decided(), label("honest", round_=2, after=1))
    assert [one.label for one in corrected.current_labels] == ["honest"]
    assert [one.label for one in corrected.labels] == ["fraud", "honest"]
    assert corrected.next_round(expert()) == 3


def test_the_latest_round_counts_in_whatever_order_labels_are_read() -> None:
    corrected = record_label(record_label(case(), label("fraud")), label("honest", round_=2, after=1))
    shuffled = case(labels=corrected.labels[::-1])
    assert shuffled.current_labels == corrected.current_labels


def test_a_decided_case_takes_no_answer_from_somebody_new() -> None:
    with pytest.raises(InvalidTransition, match="is decided: it cannot take this answer"):
        record_label(decided(), label("honest", by="U0BEN"))


@pytest.mark.parametrize("wrong", [label("fraud", round_=2), label("fraud", case_id="case_2")])
def test_an_answer_that_is_not_the_next_of_this_case_is_refused(wrong: object) -> None:
    with pytest.raises(InvalidTransition, match="does not expect label"):
        record_label(case(), wrong)  # type: ignore[arg-type]  # parametrize loses the type


def test_undo_falls_back_to_the_answer_before() -> None:
    twice = record_label(decided(), label("honest", round_=2, after=1))
    undone = withdraw(twice, expert(), MONDAY + 2 * MINUTE)
    assert [one.label for one in undone.current_labels] == ["fraud"]
    assert undone.status is CaseStatus.OPEN
    assert undone.labels[1].withdrawn_at == MONDAY + 2 * MINUTE


def test_undo_takes_back_every_round_of_the_same_answer() -> None:
    corrected = record_label(decided(), label("honest", round_=2, after=1))
    explained = record_label(corrected, label("honest", round_=3, after=2))
    undone = withdraw(explained, expert(), MONDAY + 3 * MINUTE)
    assert [one.round for one in undone.current_labels] == [1]


def test_undo_of_the_only_answer_opens_a_decided_case() -> None:
    undone = withdraw(decided(), expert(), MONDAY + MINUTE)
    assert (undone.status, undone.decision, undone.current_labels) == (CaseStatus.OPEN, None, ())
    assert len(undone.decisions) == 1


def test_undo_without_an_answer_is_refused() -> None:
    with pytest.raises(InvalidTransition, match="has no answer of U0BEN"):
        withdraw(decided(), expert("U0BEN"), MONDAY)


@pytest.mark.parametrize(("after", "allowed"), [(0, True), (10, True), (11, False)])
def test_undo_is_allowed_for_a_while(after: int, allowed: bool) -> None:
    assert can_undo(decided(), expert(), MONDAY + after * MINUTE, UNDO_FOR) is allowed


def test_nobody_else_can_undo_and_nothing_after_the_end() -> None:
    assert not can_undo(decided(), expert("U0BEN"), MONDAY, UNDO_FOR)
    assert not can_undo(expire(record_label(case(), label("fraud"))), expert(), MONDAY, UNDO_FOR)


def test_a_decision_ends_waiting() -> None:
    waiting = snooze(case(next_step_at=MONDAY), MONDAY + MINUTE)
    done = decide(waiting, decision("fraud"))
    assert (done.status, done.next_step_at, done.snoozed_until) == (CaseStatus.DECIDED, None, None)
    assert done.decision == decision("fraud")


def test_a_correcting_decision_follows_the_one_in_force() -> None:
    corrected = decide(decided(), decision("honest", sequence=2))
    assert corrected.decision == decision("honest", sequence=2)


@pytest.mark.parametrize("wrong", [decision("fraud", sequence=2), decision("fraud", case_id="case_2")])
def test_a_decision_that_is_not_the_next_is_refused(wrong: Decision) -> None:
    with pytest.raises(InvalidTransition, match="does not expect decision"):
        decide(case(), wrong)


def test_a_dispute_is_settled_or_opened_again() -> None:
    assert decide(dispute(case()), decision("fraud", method=Method.ADJUDICATED)).status is CaseStatus.DECIDED
    assert reopen(dispute(case())).status is CaseStatus.OPEN
    assert reopen(decided()).decision is None


def test_an_abstention_is_on_record_and_no_label() -> None:
    unsure = abstain(case(), Abstention("case_1", expert(), MONDAY))
    assert len(unsure.abstentions) == 1
    assert unsure.current_labels == ()


def test_who_cannot_tell_is_on_record_where_others_are_asked_after_the_end() -> None:
    unsure = Abstention("case_1", expert(), MONDAY)
    closed = replace(expire(case()), is_asked_again=True)
    by_time_out = replace(decided("fraud"), is_asked_again=True)
    last = replace(by_time_out.decisions[-1], method=Method.EXPIRED)
    assert abstain(closed, unsure).abstentions == (unsure,)
    assert abstain(replace(by_time_out, decisions=(last,)), unsure).abstentions == (unsure,)
    with pytest.raises(InvalidTransition, match="is decided"):
        abstain(by_time_out, unsure)


def test_what_was_closed_without_a_decision_can_wait_once_more() -> None:
    waiting = resume(expire(case()), MONDAY + MINUTE)
    assert (waiting.status, waiting.expires_at) == (CaseStatus.OPEN, MONDAY + MINUTE)
    with pytest.raises(InvalidTransition, match="is open"):
        resume(case(), None)


def test_a_step_taken_counts_once() -> None:
    stepped = take_step(case(), 1, MONDAY + MINUTE)
    assert (stepped.steps_taken, stepped.next_step_at) == (2, MONDAY + MINUTE)
    with pytest.raises(InvalidTransition, match="has taken step 1 already"):
        take_step(stepped, 1, None)


def test_a_case_can_be_handed_on_and_put_off() -> None:
    assert reassign(case(), expert("U0BEN")).assigned_to == expert("U0BEN")
    assert snooze(case(), MONDAY).snoozed_until == MONDAY


@pytest.mark.parametrize(
    "arrow",
    [
        lambda one: record_label(one, label("fraud")),
        lambda one: abstain(one, Abstention("case_1", expert(), MONDAY)),
        lambda one: withdraw(one, expert(), MONDAY),
        dispute,
        reopen,
        lambda one: decide(one, decision("fraud")),
        expire,
        lambda one: take_step(one, 0, None),
        lambda one: reassign(one, None),
        lambda one: snooze(one, None),
    ],
)
def test_nothing_happens_to_a_case_closed_without_a_decision(arrow: Callable[[Case], Case]) -> None:
    with pytest.raises(InvalidTransition, match="is expired"):
        arrow(expire(case()))
