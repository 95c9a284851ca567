"""Undo takes back the person's own latest answer while its time lasts."""

from datetime import timedelta

from bot.usecases.review.answer import ExpertAnswer, answer
from bot.usecases.review.outcome import NotAllowed, NothingToUndo, RecordedAct, RepeatedAct, UndoTooLate
from bot.usecases.review.thread_reply import ThreadReply, thread_reply
from bot.usecases.review.undo import undo
from routing.case.case import CaseStatus
from routing.label import Via
from storage.cases import decisions
from tests.worlds.desk import World
from tests.worlds.people import ANN, BEN, CHANNEL_ID, STRANGER


def test_undo_opens_the_case_again_and_calls_back(world: World) -> None:
    case = world.open()
    answer(world.ctx, ExpertAnswer(world.act(case), "fraud", Via.BUTTON))

    outcome = undo(world.ctx, world.act(case))

    assert isinstance(outcome, RecordedAct)
    stored = world.case(case.case_id)
    assert stored.status is CaseStatus.OPEN
    assert stored.labels[0].withdrawn_at is not None
    assert stored.next_step_at is not None
    assert [item.payload["event"] for item in world.sent("callback")] == ["case.decided", "case.reopened"]
    with world.database.read() as tx:
        assert [entry.event for entry in decisions.feed(tx, "shop", 0, 10)] == ["decided", "reopened"]
    assert world.recorded(case.case_id) == ["label.recorded", "label.withdrawn"]


def test_an_answer_after_undo_decides_with_the_next_sequence(world: World) -> None:
    case = world.open()
    answer(world.ctx, ExpertAnswer(world.act(case), "fraud", Via.BUTTON))
    undo(world.ctx, world.act(case))

    answer(world.ctx, ExpertAnswer(world.act(case), "legit", Via.MODAL, "known customer"))

    stored = world.case(case.case_id)
    assert [(one.sequence, one.label) for one in stored.decisions] == [(1, "fraud"), (2, "legit")]
    events = [item.payload["event"] for item in world.sent("callback")]
    assert events == ["case.decided", "case.reopened", "case.decided"]


def test_undo_of_a_correction_brings_the_first_answer_back(world: World) -> None:
    case = world.open()
    answer(world.ctx, ExpertAnswer(world.act(case), "fraud", Via.BUTTON))
    answer(world.ctx, ExpertAnswer(world.act(case), "legit", Via.MODAL, "no", is_correction=True))

    undo(world.ctx, world.act(case))

    decision = world.case(case.case_id).decision
    assert decision is not None
    assert (decision.sequence, decision.label) == (3, "fraud")


def test_undo_is_too_late_after_its_time(world: World) -> None:
    case = world.open()
    answer(world.ctx, ExpertAnswer(world.act(case), "fraud", Via.BUTTON))
    world.clock.sleep(world.policy.undo_for + timedelta(seconds=1))

    outcome = undo(world.ctx, world.act(case))

    assert isinstance(outcome, UndoTooLate)
    assert world.case(case.case_id).status is CaseStatus.DECIDED


def test_a_late_undo_asks_for_the_message_without_its_button(world: World) -> None:
    case = world.open()
    answer(world.ctx, ExpertAnswer(world.act(case), "fraud", Via.BUTTON))
    world.clock.sleep(world.policy.undo_for + timedelta(seconds=1))
    before = world.wanted_version(case.case_id)

    undo(world.ctx, world.act(case))

    assert world.wanted_version(case.case_id) == before + 1


def test_nobody_takes_back_what_somebody_else_answered(world: World) -> None:
    case = world.open()
    answer(world.ctx, ExpertAnswer(world.act(case, ANN), "fraud", Via.BUTTON))

    expert = undo(world.ctx, world.act(case, BEN))
    stranger = undo(world.ctx, world.act(case, STRANGER))

    assert isinstance(expert, NothingToUndo)
    assert isinstance(stranger, NotAllowed)
    assert world.case(case.case_id).status is CaseStatus.DECIDED


def test_one_of_two_answers_can_be_taken_back_before_the_decision(world: World) -> None:
    case = world.open("team", "sales")
    answer(world.ctx, ExpertAnswer(world.act(case), "sales", Via.BUTTON))

    outcome = undo(world.ctx, world.act(case))

    assert isinstance(outcome, RecordedAct)
    assert world.case(case.case_id).current_labels == ()
    assert world.sent("callback") == []


def test_the_same_undo_twice_counts_once(world: World) -> None:
    case = world.open()
    answer(world.ctx, ExpertAnswer(world.act(case), "fraud", Via.BUTTON))
    answer(world.ctx, ExpertAnswer(world.act(case), "legit", Via.MODAL, "no", is_correction=True))
    act = world.act(case)

    undo(world.ctx, act)
    second = undo(world.ctx, act)

    assert isinstance(second, RepeatedAct)
    assert [label.withdrawn_at is None for label in world.case(case.case_id).labels] == [True, False]


def test_undo_takes_an_answer_back_with_the_reason_that_was_added_to_it(world: World) -> None:
    case = world.open()
    world.post(case, "1.1")
    answer(world.ctx, ExpertAnswer(world.act(case), "fraud", Via.BUTTON))
    thread_reply(world.ctx, ThreadReply(ANN, CHANNEL_ID, "1.1", "the card was reported stolen", "5.1"))

    undo(world.ctx, world.act(case))

    stored = world.case(case.case_id)
    assert (stored.status, stored.current_labels) == (CaseStatus.OPEN, ())
    told = [item.payload["event"] for item in world.sent("callback")]
    assert told == ["case.decided", "case.amended", "case.reopened"]


def test_a_reason_added_later_does_not_lengthen_the_time_for_undo(world: World) -> None:
    case = world.open()
    world.post(case, "1.1")
    answer(world.ctx, ExpertAnswer(world.act(case), "fraud", Via.BUTTON))
    world.clock.sleep(world.policy.undo_for + timedelta(seconds=1))
    thread_reply(world.ctx, ThreadReply(ANN, CHANNEL_ID, "1.1", "the card was reported stolen", "5.1"))

    outcome = undo(world.ctx, world.act(case))

    assert isinstance(outcome, UndoTooLate)
    assert world.case(case.case_id).status is CaseStatus.DECIDED
