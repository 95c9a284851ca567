"""Can't tell, Escalate, Reassign and Snooze."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.usecases import members
from bot.usecases.review.access import Act
from bot.usecases.review.answer import ExpertAnswer, answer
from bot.usecases.review.hand_over import (
    HandOver,
    abstain,
    escalate_now,
    hand_over,
    wake_at,
)
from bot.usecases.review.outcome import (
    AlreadyDecided,
    Dismissal,
    NotAllowed,
    Outcome,
    RecordedAct,
    RepeatedAct,
    Snooze,
)
from bot.usecases.review.screen import Screen
from routing.label import Via
from routing.policy import Task, WorkingHours, load_policy
from storage.experts import Expert
from tests.worlds.clocks import FRIDAY
from tests.worlds.desk import World
from tests.worlds.people import ANN, BEN, CAROL, STRANGER
from tests.worlds.policies import DESK


def test_an_abstention_is_recorded_and_counts_toward_no_quorum(world: World) -> None:
    case = world.open()

    outcome = abstain(world.ctx, world.act(case), "the scan is blank")

    assert isinstance(outcome, RecordedAct)
    stored = world.case(case.case_id)
    assert [(one.expert, one.note) for one in stored.abstentions] == [(ANN, "the scan is blank")]
    assert stored.is_waiting
    assert world.recorded(case.case_id) == ["case.abstained"]


def test_escalating_takes_the_next_step_at_once(world: World) -> None:
    case = world.open()

    outcome = escalate_now(world.ctx, world.act(case), "looks organised")

    assert isinstance(outcome, RecordedAct)
    assert world.case(case.case_id).steps_taken == 1
    (notice,) = world.sent("notice")
    assert (notice.payload["about"], notice.payload["people"]) == ("escalation", ["U0CAROL"])
    assert notice.payload["note"] == "looks organised"


def test_escalating_beyond_the_last_step_says_that_nobody_is_left(world: World) -> None:
    case = world.open()
    act = world.act(case)
    escalate_now(world.ctx, world.act(case), None)

    outcomes = [escalate_now(world.ctx, act, None) for _ in range(2)]

    assert all(isinstance(outcome, Dismissal) for outcome in outcomes)
    assert len(world.sent("notice")) == 1


def test_reassigning_tells_the_new_person(world: World) -> None:
    case = world.open()

    outcome = hand_over(world.ctx, world.act(case), HandOver(BEN.user_id))

    assert isinstance(outcome, RecordedAct)
    assert world.case(case.case_id).assigned_to == BEN
    (notice,) = world.sent("notice")
    assert (notice.payload["place"], notice.payload["people"]) == ("dm", [BEN.user_id])


def test_a_case_is_not_given_to_somebody_who_may_not_answer_it(world: World) -> None:
    case = world.open()
    act = world.act(case)

    refused = hand_over(world.ctx, act, HandOver(STRANGER.user_id))
    again = hand_over(world.ctx, act, HandOver(BEN.user_id))

    assert isinstance(refused, NotAllowed)
    assert isinstance(again, RecordedAct)


def test_snoozing_quiets_the_person_and_leaves_the_due_time_and_other_peoples_steps(world: World) -> None:
    case = world.open()

    outcome = hand_over(world.ctx, world.act(case, ANN), HandOver(until="4h"))

    assert isinstance(outcome, Snooze)
    stored = world.case(case.case_id)
    assert (stored.snoozed_until, stored.snoozed_by) == (FRIDAY + timedelta(hours=4), ANN)
    assert (stored.next_step_at, stored.due_at) == (case.next_step_at, case.due_at)


def test_the_only_person_a_step_calls_is_called_when_their_snooze_ends(world: World) -> None:
    case = world.open()

    hand_over(world.ctx, world.act(case, CAROL), HandOver(until="4h"))

    assert world.case(case.case_id).next_step_at == FRIDAY + timedelta(hours=4)


def test_both_at_once(world: World) -> None:
    case = world.open()

    outcome = hand_over(world.ctx, world.act(case), HandOver(BEN.user_id, "1h"))

    assert isinstance(outcome, RecordedAct)
    stored = world.case(case.case_id)
    assert (stored.assigned_to, stored.snoozed_until) == (BEN, FRIDAY + timedelta(hours=1))


def test_an_empty_or_unknown_wish_is_refused(world: World) -> None:
    case = world.open()

    assert isinstance(hand_over(world.ctx, world.act(case), HandOver()), Dismissal)
    assert isinstance(hand_over(world.ctx, world.act(case), HandOver(until="forever")), Dismissal)
    assert world.case(case.case_id).snoozed_until is None


@pytest.mark.parametrize("name", ["abstain", "escalate", "reassign", "unknown"])
def test_a_decided_case_a_stranger_and_a_repeat_change_nothing(world: World, name: str) -> None:
    case = world.open()

    def act_on(act: Act) -> Outcome:
        calls = {
            "abstain": lambda: abstain(world.ctx, act, None),
            "escalate": lambda: escalate_now(world.ctx, act, None),
            "reassign": lambda: hand_over(world.ctx, act, HandOver(BEN.user_id)),
            "unknown": lambda: hand_over(world.ctx, act, HandOver(until="1h")),
        }
        return calls[name]()

    same = world.act(case)
    assert isinstance(act_on(world.act(case, STRANGER)), NotAllowed)
    assert isinstance(act_on(same), RecordedAct | Snooze)
    assert isinstance(act_on(same), RepeatedAct)
    answer(world.ctx, ExpertAnswer(world.act(case), "fraud", Via.BUTTON))
    assert isinstance(act_on(world.act(case)), AlreadyDecided)
    assert isinstance(act_on(Act(Screen("case_none"), ANN, "k")), Dismissal)


def _task(hours: WorkingHours | None) -> Task:
    return load_policy(DESK, "policy.toml").task("fraud").model_copy(update={"hours": hours})


def test_tomorrow_is_the_next_morning_in_the_tasks_time_zone() -> None:
    berlin = WorkingHours(timezone="Europe/Berlin", start="08:30", end="17:00")
    before_dst = datetime(2026, 3, 28, 23, 30, tzinfo=UTC)  # already the 29th in Berlin, before the change

    assert wake_at(_task(berlin), "tomorrow", before_dst) == datetime(2026, 3, 30, 6, 30, tzinfo=UTC)
    assert wake_at(_task(None), "tomorrow", FRIDAY) == datetime(2026, 11, 21, 9, tzinfo=UTC)


def test_who_cannot_tell_no_longer_has_the_case(world: World) -> None:
    case = world.open()
    hand_over(world.ctx, world.act(case), HandOver(ANN.user_id))

    abstain(world.ctx, world.act(case, BEN), None)
    assert world.case(case.case_id).assigned_to == ANN
    abstain(world.ctx, world.act(case), None)

    assert world.case(case.case_id).assigned_to is None


def test_a_case_is_not_given_to_somebody_who_has_left(world: World) -> None:
    case = world.open()
    members.record_people(world.ctx, [Expert(BEN, "Ben", "UTC", FRIDAY, is_active=False)])

    outcome = hand_over(world.ctx, world.act(case), HandOver(BEN.user_id))

    assert isinstance(outcome, NotAllowed)
    assert world.case(case.case_id).assigned_to is None


@pytest.mark.parametrize(("zone", "hour"), [("America/Los_Angeles", 17), ("Moon/Tycho", 9)])
def test_tomorrow_is_the_persons_morning_where_the_task_has_no_hours(
    world: World, zone: str, hour: int
) -> None:
    case = world.open()
    members.record_people(world.ctx, [Expert(ANN, "Ann", zone, FRIDAY)])

    hand_over(world.ctx, world.act(case), HandOver(until="tomorrow"))

    assert world.case(case.case_id).snoozed_until == datetime(2026, 11, 21, hour, tzinfo=UTC)
