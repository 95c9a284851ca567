"""Thread replies: answers with reasons, reasons for answers, and questions back."""

from datetime import timedelta

import pytest

from bot.usecases.deadlines import expire
from bot.usecases.review.answer import ExpertAnswer, answer
from bot.usecases.review.outcome import (
    AlreadyDecided,
    Dismissal,
    MeaningQuestion,
    NotAllowed,
    Outcome,
    RationaleNeeded,
    RecordedAct,
    RepeatedAct,
    Silence,
)
from bot.usecases.review.thread_reply import ThreadReply, message_deleted, thread_reply
from routing.case.case import CaseStatus
from routing.label import ExpertId, Via
from routing.policy import load_policy
from storage.cases import decisions
from storage.delivery import projections
from tests.worlds.desk import World
from tests.worlds.people import ANN, BEN, CHANNEL_ID, STRANGER
from tests.worlds.policies import DESK


def _reply(world: World, text: str, expert: ExpertId = ANN, own_ts: str = "", ts: str = "1.1") -> Outcome:
    number = own_ts or f"5.{len(text)}{expert.user_id}{text[:9]}"
    return thread_reply(world.ctx, ThreadReply(expert, CHANNEL_ID, ts, text, number))


def test_a_reply_with_label_and_reason_is_an_answer(world: World) -> None:
    case = world.open()
    world.post(case, "1.1")

    outcome = _reply(world, "legit: the address &amp; name match")

    assert isinstance(outcome, RecordedAct)
    (label,) = world.case(case.case_id).labels
    assert (label.label, label.via, label.screen_version) == ("legit", Via.THREAD, 1)
    assert label.rationale is not None
    assert label.rationale.text == "the address & name match"


def test_the_same_event_twice_counts_once(world: World) -> None:
    case = world.open("team", "sales")
    world.post(case, "1.1")

    _reply(world, "help: broken", own_ts="5.1")
    second = _reply(world, "help: broken", own_ts="5.1")

    assert isinstance(second, RepeatedAct)
    assert len(world.case(case.case_id).labels) == 1


def test_the_first_free_line_after_an_answer_and_what_says_because_become_its_reason(world: World) -> None:
    case = world.open()
    world.post(case, "1.1")
    answer(world.ctx, ExpertAnswer(world.act(case), "fraud", Via.BUTTON))

    first = _reply(world, "the card was reported stolen")
    talk = _reply(world, "I am at the dentist until noon")
    second = _reply(world, "because the amount is odd for this customer")

    assert isinstance(first, RecordedAct)
    assert isinstance(talk, Silence)
    assert isinstance(second, RecordedAct)
    stored = world.case(case.case_id)
    assert [(one.round, one.label) for one in stored.labels] == [(1, "fraud"), (2, "fraud"), (3, "fraud")]
    rationale = stored.current_labels[0].rationale
    assert rationale is not None
    assert rationale.text == "the card was reported stolen\nbecause the amount is odd for this customer"
    assert len(stored.decisions) == 1


def test_a_reason_that_comes_after_the_decision_goes_back_to_the_service(world: World) -> None:
    case = world.open()
    world.post(case, "1.1")
    answer(world.ctx, ExpertAnswer(world.act(case), "fraud", Via.BUTTON))

    _reply(world, "the card was reported stolen")
    _reply(world, "fraud: and the amount is odd")

    decided, *amended = [item.payload for item in world.sent("callback")]
    assert [one["event"] for one in (decided, *amended)] == ["case.decided", "case.amended", "case.amended"]
    assert [one["data"]["decision"] for one in amended] == [decided["data"]["decision"]] * 2
    assert [one["data"]["labels"][0]["rationale"]["text"] for one in amended] == [
        "the card was reported stolen",
        "the card was reported stolen\nand the amount is odd",
    ]
    with world.database.read() as tx:
        told = [entry.event for entry in decisions.feed(tx, "shop", 0, 9)]
    assert told == ["decided", "amended", "amended"]


def test_a_reason_that_comes_before_the_decision_waits_for_it(world: World) -> None:
    case = world.open("team", "sales")
    world.post(case, "1.1")
    answer(world.ctx, ExpertAnswer(world.act(case), "sales", Via.BUTTON))

    _reply(world, "they asked for a quote")

    assert world.sent("callback") == []


def test_a_reply_with_the_same_label_and_a_reason_adds_the_reason(world: World) -> None:
    case = world.open()
    world.post(case, "1.1")
    answer(world.ctx, ExpertAnswer(world.act(case), "fraud", Via.BUTTON))

    _reply(world, "fraud: reported stolen")
    bare = _reply(world, "fraud")

    assert isinstance(bare, Silence)
    assert len(world.case(case.case_id).decisions) == 1
    assert world.case(case.case_id).current_labels[0].rationale is not None


def test_a_reply_with_another_label_corrects_the_persons_own_answer(world: World) -> None:
    case = world.open()
    world.post(case, "1.1")
    answer(world.ctx, ExpertAnswer(world.act(case), "fraud", Via.BUTTON))

    _reply(world, "legit: I looked again")
    late = _reply(world, "legit: me too", BEN)

    assert [one.label for one in world.case(case.case_id).decisions] == ["fraud", "legit"]
    assert isinstance(late, AlreadyDecided)


def test_an_override_without_a_reason_is_asked_for_one(world: World) -> None:
    case = world.open()
    world.post(case, "1.1")

    outcome = _reply(world, "legit")

    assert isinstance(outcome, RationaleNeeded)
    assert world.case(case.case_id).status is CaseStatus.OPEN


def test_what_is_unclear_is_asked_back_once_per_event(world: World) -> None:
    case = world.open()
    world.post(case, "1.1")

    outcome = _reply(world, "I think this is fraud", own_ts="5.1")
    again = _reply(world, "I think this is fraud", own_ts="5.1")

    assert isinstance(outcome, MeaningQuestion)
    assert outcome.note == "I think this is fraud"
    assert isinstance(again, RepeatedAct)


def test_strangers_may_talk_but_not_answer(world: World) -> None:
    case = world.open()
    world.post(case, "1.1")

    assert isinstance(_reply(world, "what is this about?", STRANGER), Silence)
    assert isinstance(_reply(world, "fraud", STRANGER), NotAllowed)
    assert world.case(case.case_id).labels == ()


def test_a_reply_in_another_thread_is_nobodys_business(world: World) -> None:
    world.post(world.open(), "1.1")

    assert isinstance(_reply(world, "fraud", ts="9.9"), Silence)


def test_a_task_that_left_the_policy_is_said_to_be_gone(world: World) -> None:
    case = world.open()
    world.post(case, "1.1")
    tasks = {name: task for name, task in world.policy.tasks.items() if name != "fraud"}
    world.policy = world.policy.model_copy(update={"tasks": tasks})

    outcome = _reply(world, "fraud: yes")

    assert isinstance(outcome, Dismissal)
    assert "not asked any more" in outcome.reason


def test_a_deleted_message_is_wanted_again_once(world: World) -> None:
    case = world.open()
    world.post(case, "1.1")

    message_deleted(world.ctx, CHANNEL_ID, "1.1")
    message_deleted(world.ctx, CHANNEL_ID, "1.1")
    message_deleted(world.ctx, CHANNEL_ID, "8.8")

    with world.database.read() as tx:
        (shown,) = projections.of_case(tx, case.case_id)
    assert (shown.ts, shown.times_lost) == (None, 1)


@pytest.mark.parametrize("text", ["help: I looked again", "sales: I looked again", "because they asked"])
def test_a_case_closed_without_a_decision_takes_no_more_answers(world: World, text: str) -> None:
    closing = DESK.replace("quorum = 2", 'quorum = 2\non_expiry = "close"\nexpires_in = "1d"')
    world.policy = load_policy(closing, "policy.toml")
    case = world.open("team", "sales")
    world.post(case, "1.1")
    answer(world.ctx, ExpertAnswer(world.act(case), "sales", Via.BUTTON))
    world.clock.sleep(timedelta(days=1))
    expire.expire_due(world.ctx)

    outcome = _reply(world, text)

    assert isinstance(outcome, AlreadyDecided)
    assert len(world.case(case.case_id).labels) == 1
