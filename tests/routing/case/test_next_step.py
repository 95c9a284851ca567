"""The steps of a case that waits: in order, in working time, never in quiet hours."""

from dataclasses import replace
from datetime import timedelta

import pytest

from routing.case.case import Case, decide, dispute, expire, object_to, snooze, take_step
from routing.case.contest import Contest
from routing.case.next_step import next_step, reschedule, step_now, take
from routing.case.schedule import first_step_at
from routing.label import ExpertId
from routing.policy import Tier, WorkingHours
from tests.routing.making import case, decision, tier
from tests.worlds.clocks import MONDAY

HOURS = WorkingHours()
SAM = ExpertId("T0HOME", "U0SAM")
HOUR = timedelta(hours=1)
STEPS = tier(
    escalation="""[
        { after = "1h", to = "thread", repeat = "1h", times = 3 },
        { after = "2h", to = "people", people = ["U0PAT"] },
        { after = "12h", to = "channel", channel = "leads" },
    ]"""
)


def test_the_first_step_is_due_after_its_time() -> None:
    step = next_step(case(), STEPS, None, MONDAY)
    assert step is not None
    assert (step.index, step.to, step.at) == (0, "thread", MONDAY + HOUR)
    assert step.note == "No decision 1h after the case was opened (1 of 3)."
    assert first_step_at(STEPS, None, MONDAY) == MONDAY + HOUR


def test_steps_and_repetitions_come_in_the_order_of_time() -> None:
    taken, waiting = [], case()
    for index in range(5):
        step = next_step(waiting, STEPS, None, MONDAY)
        assert step is not None
        taken.append((step.index, step.to, (step.at - MONDAY) // HOUR))
        waiting = take_step(waiting, index, None)
    assert taken == [
        (0, "thread", 1),
        (1, "thread", 2),
        (2, "people", 2),
        (3, "thread", 3),
        (4, "channel", 12),
    ]
    assert next_step(waiting, STEPS, None, MONDAY) is None


def test_steps_that_were_not_taken_count_from_an_objection() -> None:
    later = MONDAY + 40 * HOUR
    objection = Contest("case_1", SAM, 1, 1, later, "It was paid twice.")
    decided = decide(case(steps_taken=2), decision("fraud"))
    step = next_step(object_to(decided, objection, later), STEPS, None, later)
    assert step is not None
    assert (step.index, step.to, step.at) == (2, "people", later + 2 * HOUR)
    assert step.note == "No decision 2h after somebody objected."


def test_a_step_names_whom_it_asks() -> None:
    people = next_step(case(steps_taken=2), STEPS, None, MONDAY)
    channel = next_step(case(steps_taken=4), STEPS, None, MONDAY)
    assert people is not None
    assert channel is not None
    assert (people.people, channel.channel) == (("U0PAT",), "leads")


def test_a_tier_without_steps_never_escalates() -> None:
    assert next_step(case(), tier(), None, MONDAY) is None
    assert first_step_at(tier(), None, MONDAY) is None


def test_the_time_until_a_step_is_working_time() -> None:
    step = next_step(case(steps_taken=4), STEPS, HOURS, MONDAY)
    assert step is not None
    assert step.at == MONDAY + timedelta(days=1, hours=3)  # 8 hours on Monday from 10:00, 4 on Tuesday
    assert step.note == "No decision 12h of work after the case was opened."


def test_a_step_due_at_closing_time_waits_for_the_morning() -> None:
    eight = tier(escalation='[{ after = "8h", to = "thread" }]')
    morning = MONDAY + timedelta(hours=23)
    assert first_step_at(eight, HOURS, MONDAY) == morning
    step = next_step(case(), eight, HOURS, MONDAY)
    assert step is not None
    assert step.at == morning


def test_a_step_that_comes_late_in_quiet_hours_waits_for_the_morning() -> None:
    midnight = MONDAY + timedelta(hours=14)
    step = next_step(case(), STEPS, HOURS, midnight)
    assert step is not None
    assert step.at == MONDAY + timedelta(hours=23)


def test_a_step_that_comes_late_in_working_hours_is_due_now() -> None:
    step = next_step(case(steps_taken=2), STEPS, HOURS, MONDAY + 5 * HOUR)
    assert step is not None
    assert step.at == MONDAY + 5 * HOUR


def test_of_missed_repetitions_only_the_last_is_taken() -> None:
    every_hour = tier(escalation='[{ after = "1h", to = "thread", repeat = "1h", times = 6 }]')
    step = next_step(case(), every_hour, None, MONDAY + 4 * HOUR)
    assert step is not None
    assert (step.index, step.note) == (3, "No decision 4h after the case was opened (4 of 6).")


def test_a_missed_step_is_never_skipped_for_another() -> None:
    taken, waiting, later = [], case(), MONDAY + timedelta(days=9)
    while step := next_step(waiting, STEPS, None, later):
        taken.append((step.index, step.to))
        waiting = take_step(waiting, step.index, None)
    assert taken == [(2, "people"), (3, "thread"), (4, "channel")]


def all_steps(waiting: Case, steps: Tier = STEPS) -> list[tuple[str, tuple[str, ...], int]]:
    """Whom each step asks and after how many hours, each taken when it is due."""
    taken: list[tuple[str, tuple[str, ...], int]] = []
    now = MONDAY
    while step := next_step(waiting, steps, None, now):
        if step.at > now:
            now = step.at
        else:
            taken.append((step.to, step.people, (now - MONDAY) // HOUR))
            waiting = take(waiting, step, steps, None, now)
    return taken


def test_a_snooze_holds_the_threads_reminders_back_but_nobody_elses() -> None:
    assert all_steps(snooze(case(), MONDAY + 20 * HOUR, SAM)) == [
        ("people", ("U0PAT",), 2),
        ("channel", (), 12),
        ("thread", (), 20),
    ]


def test_a_snooze_that_ends_before_an_escalation_only_delays_the_reminders() -> None:
    assert all_steps(snooze(case(), MONDAY + 2 * HOUR, SAM)) == [
        ("thread", (), 2),
        ("people", ("U0PAT",), 2),
        ("thread", (), 3),
        ("channel", (), 12),
    ]


def test_who_snoozed_is_not_called_with_the_others_and_alone_only_afterwards() -> None:
    both = tier(escalation='[{ after = "2h", to = "people", people = ["U0PAT", "U0SAM"] }]')
    alone = tier(
        escalation="""[
            { after = "2h", to = "people", people = ["U0SAM"] },
            { after = "3h", to = "thread" },
        ]"""
    )
    snoozed = snooze(case(), MONDAY + 5 * HOUR, SAM)
    assert all_steps(snoozed, both) == [("people", ("U0PAT",), 2)]
    assert all_steps(snoozed, alone) == [("people", ("U0SAM",), 5), ("thread", (), 5)]


def test_a_second_snooze_holds_what_the_first_one_held() -> None:
    snoozed = snooze(case(), MONDAY + 4 * HOUR, SAM)
    people = next_step(snoozed, STEPS, None, MONDAY)
    assert people is not None
    longer = snooze(take(snoozed, people, STEPS, None, people.at), MONDAY + 20 * HOUR, SAM)
    assert all_steps(longer) == [("channel", (), 12), ("thread", (), 20)]


def test_a_decision_ends_what_a_snooze_holds() -> None:
    held = replace(snooze(case(steps_taken=3), MONDAY, SAM), held_steps=(1,))
    decided = decide(held, decision("fraud"))
    assert (decided.snoozed_until, decided.snoozed_by, decided.held_steps) == (None, None, ())


def test_a_snooze_that_ends_at_night_holds_reminders_until_the_morning() -> None:
    snoozed = snooze(case(steps_taken=3), MONDAY + 12 * HOUR)
    step = next_step(snoozed, STEPS, HOURS, MONDAY)
    assert step is not None
    assert step.at == MONDAY + timedelta(hours=23)


def test_a_snooze_never_brings_a_step_forward() -> None:
    step = next_step(snooze(case(), MONDAY), STEPS, None, MONDAY)
    assert step is not None
    assert step.at == MONDAY + HOUR


def test_a_disputed_case_escalates_and_a_closed_one_does_not() -> None:
    assert next_step(dispute(case()), STEPS, None, MONDAY) is not None
    assert next_step(decide(case(), decision("fraud")), STEPS, None, MONDAY) is None
    assert next_step(expire(case()), STEPS, None, MONDAY) is None


def test_escalating_by_hand_goes_beyond_the_thread() -> None:
    step = step_now(case(), STEPS, MONDAY)
    assert step is not None
    assert (step.index, step.to, step.at) == (2, "people", MONDAY)
    assert step.note == "An expert asked for somebody else's eyes."


def test_escalating_by_hand_leaves_nothing_behind_where_nobody_snoozed() -> None:
    step = step_now(case(), STEPS, MONDAY)
    assert step is not None
    after = take(case(), step, STEPS, None, MONDAY)
    assert (after.steps_taken, after.held_steps) == (step.index + 1, ())


@pytest.mark.parametrize("nobody", [case(steps_taken=5), expire(case())])
def test_escalating_by_hand_needs_somebody_ahead(nobody: object) -> None:
    assert step_now(nobody, STEPS, MONDAY) is None  # type: ignore[arg-type]  # parametrize loses the type


def test_the_column_follows_the_state() -> None:
    assert reschedule(case(), STEPS, None, MONDAY).next_step_at == MONDAY + HOUR
    assert reschedule(case(next_step_at=MONDAY, steps_taken=5), STEPS, None, MONDAY).next_step_at is None
