"""An expert's answer: recorded once, settled, called back, and refused where it must be."""

from bot.usecases.review import case_view
from bot.usecases.review.access import Act
from bot.usecases.review.answer import ExpertAnswer, answer
from bot.usecases.review.case_view import WindowCase
from bot.usecases.review.outcome import (
    AlreadyDecided,
    Dismissal,
    NotAllowed,
    RationaleNeeded,
    RecordedAct,
    RepeatedAct,
)
from bot.usecases.review.screen import Screen
from routing.case.case import CaseStatus
from routing.case.decision import Method
from routing.label import ExpertId, Mark, Via
from routing.slack_channel import ChannelId
from tests.worlds.desk import World
from tests.worlds.people import ANN, BEN, CAROL, STRANGER


def test_an_agreeing_click_decides_the_case_and_calls_back(world: World) -> None:
    case = world.open()

    outcome = answer(world.ctx, ExpertAnswer(world.act(case), "fraud", Via.BUTTON))

    assert isinstance(outcome, RecordedAct)
    stored = world.case(case.case_id)
    assert stored.decision is not None
    assert (stored.decision.label, stored.decision.method) == ("fraud", Method.SINGLE)
    assert [label.expert for label in stored.labels] == [ANN]
    (callback,) = world.sent("callback")
    assert callback.payload["event"] == "case.decided"
    assert callback.payload["url"] == "https://shop.example.com/callback"
    assert callback.payload["data"]["decision"]["label"] == "fraud"
    assert callback.ordering_key == case.case_id
    assert world.recorded(case.case_id) == ["label.recorded"]
    assert world.wanted_version(case.case_id) == 2


def test_the_same_click_twice_counts_once(world: World) -> None:
    case = world.open()
    act = world.act(case)

    first = answer(world.ctx, ExpertAnswer(act, "fraud", Via.BUTTON))
    second = answer(world.ctx, ExpertAnswer(act, "fraud", Via.BUTTON))

    assert isinstance(first, RecordedAct)
    assert isinstance(second, RepeatedAct)
    assert len(world.case(case.case_id).labels) == 1
    assert len(world.sent("callback")) == 1


def test_the_same_click_twice_counts_once_before_the_quorum(world: World) -> None:
    case = world.open("team", "sales")
    act = world.act(case)

    answer(world.ctx, ExpertAnswer(act, "sales", Via.BUTTON))
    second = answer(world.ctx, ExpertAnswer(act, "sales", Via.BUTTON))

    assert isinstance(second, RepeatedAct)
    assert len(world.case(case.case_id).labels) == 1


def test_disagreeing_with_the_model_needs_a_reason(world: World) -> None:
    case = world.open()
    act = world.act(case)

    refused = answer(world.ctx, ExpertAnswer(act, "legit", Via.BUTTON))
    given = answer(world.ctx, ExpertAnswer(act, "legit", Via.MODAL, "a regular", "amount"))

    assert refused == RationaleNeeded(case, "legit")
    assert isinstance(given, RecordedAct)
    label = world.case(case.case_id).labels[0]
    assert label.rationale is not None
    assert (label.rationale.text, label.rationale.reason_code) == ("a regular", "amount")


def test_a_second_click_on_ones_own_answer_is_no_late_one(world: World) -> None:
    case = world.open()
    answer(world.ctx, ExpertAnswer(world.act(case, ANN), "fraud", Via.BUTTON))

    again = answer(world.ctx, ExpertAnswer(world.act(case, ANN), "fraud", Via.BUTTON))

    assert isinstance(again, RepeatedAct)
    assert len(world.case(case.case_id).labels) == 1


def test_the_same_answer_with_a_new_reason_is_recorded(world: World) -> None:
    case = world.open("team", "sales")
    answer(world.ctx, ExpertAnswer(world.act(case, ANN), "sales", Via.BUTTON))

    again = answer(world.ctx, ExpertAnswer(world.act(case, ANN), "sales", Via.MODAL, "asks for a quote"))

    assert isinstance(again, RecordedAct)
    assert [label.round for label in world.case(case.case_id).labels] == [1, 2]


def test_a_late_click_learns_who_decided_and_changes_nothing(world: World) -> None:
    case = world.open()
    answer(world.ctx, ExpertAnswer(world.act(case, ANN), "fraud", Via.BUTTON))

    late = answer(world.ctx, ExpertAnswer(world.act(case, BEN), "fraud", Via.BUTTON))

    assert isinstance(late, AlreadyDecided)
    assert late.case.decision is not None
    assert late.case.decision.decided_by == (ANN,)
    assert len(world.case(case.case_id).labels) == 1


def test_a_stranger_is_refused_on_record(world: World) -> None:
    case = world.open()

    outcome = answer(world.ctx, ExpertAnswer(world.act(case, STRANGER), "fraud", Via.BUTTON))

    assert isinstance(outcome, NotAllowed)
    assert world.case(case.case_id).labels == ()
    assert world.recorded(case.case_id) == ["act.refused"]


def test_a_member_of_another_workspace_with_the_same_user_id_is_refused(world: World) -> None:
    case = world.open()
    foreigner = ExpertId("T9", ANN.user_id)

    outcome = answer(world.ctx, ExpertAnswer(world.act(case, foreigner), "fraud", Via.BUTTON))

    assert isinstance(outcome, NotAllowed)
    assert "workspace" in outcome.reason
    assert world.case(case.case_id).status is CaseStatus.OPEN


def test_an_unknown_case_label_or_reason_code_is_refused(world: World) -> None:
    case = world.open()
    unknown = Act(Screen("case_none"), ANN, "k")

    outcomes = [
        answer(world.ctx, ExpertAnswer(unknown, "fraud", Via.BUTTON)),
        answer(world.ctx, ExpertAnswer(world.act(case), "nonsense", Via.BUTTON)),
        answer(world.ctx, ExpertAnswer(world.act(case), "fraud", Via.MODAL, reason_code="nonsense")),
    ]

    assert all(isinstance(outcome, Dismissal) for outcome in outcomes)
    assert world.case(case.case_id).labels == ()
    assert world.recorded(case.case_id) == ["act.refused", "act.refused"]
    assert world.recorded("case_none") == ["act.refused"]


def test_another_cases_message_is_refused(world: World) -> None:
    first, second = world.open(), world.open()
    world.post(first, "1.1")
    world.post(second, "2.2")

    forged = answer(world.ctx, ExpertAnswer(world.act(first, ts="2.2"), "fraud", Via.BUTTON))
    elsewhere = Act(Screen(first.case_id, 0, ChannelId("", "C0000000009"), "1.1"), ANN, "k")
    foreign = answer(world.ctx, ExpertAnswer(elsewhere, "fraud", Via.BUTTON))
    own = answer(world.ctx, ExpertAnswer(world.act(first, ts="1.1"), "fraud", Via.BUTTON))

    assert isinstance(forged, Dismissal)
    assert isinstance(foreign, Dismissal)
    assert isinstance(own, RecordedAct)


def test_a_click_on_a_message_that_was_just_posted_counts(world: World) -> None:
    case = world.open()

    outcome = answer(world.ctx, ExpertAnswer(world.act(case, ts="7.7"), "fraud", Via.BUTTON))

    assert isinstance(outcome, RecordedAct)


def test_two_experts_who_agree_decide_by_consensus(world: World) -> None:
    case = world.open("team", "sales")

    first = answer(world.ctx, ExpertAnswer(world.act(case, ANN), "help", Via.BUTTON))
    second = answer(world.ctx, ExpertAnswer(world.act(case, BEN), "help", Via.BUTTON))

    assert isinstance(first, RecordedAct)
    assert first.case.status is CaseStatus.OPEN
    assert isinstance(second, RecordedAct)
    assert second.case.decision is not None
    assert second.case.decision.method is Method.CONSENSUS
    assert len(world.sent("callback")) == 1


def test_a_disagreement_goes_to_the_adjudicator_who_decides(world: World) -> None:
    case = world.open("team", "sales")
    answer(world.ctx, ExpertAnswer(world.act(case, ANN), "help", Via.BUTTON))

    disputed = answer(world.ctx, ExpertAnswer(world.act(case, BEN), "other", Via.BUTTON))
    settled = answer(world.ctx, ExpertAnswer(world.act(case, CAROL), "help", Via.BUTTON))

    assert isinstance(disputed, RecordedAct)
    assert disputed.case.status is CaseStatus.DISPUTED
    (notice,) = world.sent("notice")
    assert (notice.payload["about"], notice.payload["place"]) == ("dispute", "dm")
    assert notice.payload["people"] == ["U0CAROL"]
    assert isinstance(settled, RecordedAct)
    assert settled.case.decision is not None
    assert (settled.case.decision.label, settled.case.decision.method) == ("help", Method.ADJUDICATED)


def test_an_adjudicator_who_answered_does_not_settle_the_disagreement_they_are_part_of(world: World) -> None:
    case = world.open("team", "sales")
    answer(world.ctx, ExpertAnswer(world.act(case, CAROL), "help", Via.BUTTON))

    differing = answer(world.ctx, ExpertAnswer(world.act(case, BEN), "other", Via.BUTTON))
    third = answer(world.ctx, ExpertAnswer(world.act(case, ANN), "other", Via.BUTTON))

    assert isinstance(differing, RecordedAct)
    assert differing.case.status is CaseStatus.OPEN
    assert world.sent("notice") == []  # there is no other adjudicator to call
    assert isinstance(third, RecordedAct)
    assert third.case.decision is not None
    assert (third.case.decision.label, third.case.decision.method) == ("other", Method.CONSENSUS)
    assert [label.is_adjudication for label in world.case(case.case_id).labels] == [False, False, False]


def test_a_correction_supersedes_and_is_called_back(world: World) -> None:
    case = world.open()
    answer(world.ctx, ExpertAnswer(world.act(case), "fraud", Via.BUTTON))

    corrected = answer(
        world.ctx,
        ExpertAnswer(world.act(case), "legit", Via.MODAL, "the address is right", is_correction=True),
    )

    assert isinstance(corrected, RecordedAct)
    stored = world.case(case.case_id)
    assert [(one.sequence, one.label) for one in stored.decisions] == [(1, "fraud"), (2, "legit")]
    assert [label.round for label in stored.labels] == [1, 2]
    assert [item.payload["event"] for item in world.sent("callback")] == ["case.decided", "case.corrected"]


def test_a_reason_given_by_a_correction_that_keeps_the_label_is_called_back(world: World) -> None:
    case = world.open()
    answer(world.ctx, ExpertAnswer(world.act(case), "fraud", Via.BUTTON))

    answer(world.ctx, ExpertAnswer(world.act(case), "fraud", Via.MODAL, "a stolen card", is_correction=True))

    events = [item.payload for item in world.sent("callback")]
    assert [event["event"] for event in events] == ["case.decided", "case.amended"]
    assert events[1]["data"]["labels"][0]["rationale"]["text"] == "a stolen card"


def test_nobody_corrects_what_others_answered(world: World) -> None:
    case = world.open()
    answer(world.ctx, ExpertAnswer(world.act(case, ANN), "fraud", Via.BUTTON))

    outcome = answer(
        world.ctx, ExpertAnswer(world.act(case, BEN), "legit", Via.MODAL, "no", is_correction=True)
    )

    assert isinstance(outcome, AlreadyDecided)
    assert world.case(case.case_id).decisions[-1].label == "fraud"


def test_a_service_without_endpoint_gets_no_callback(world: World) -> None:
    service = world.policy.services["shop"].model_copy(update={"callback_url": None})
    world.policy = world.policy.model_copy(update={"services": {"shop": service}})
    case = world.open()

    answer(world.ctx, ExpertAnswer(world.act(case), "fraud", Via.BUTTON))

    assert world.sent("callback") == []


def test_a_service_gets_the_callbacks_that_its_policy_asks_for(world: World) -> None:
    asked = {"callback_version": 2, "expose_experts": "pseudonym"}
    service = world.policy.services["shop"].model_copy(update=asked)
    world.policy = world.policy.model_copy(update={"services": {"shop": service}})
    case = world.open()

    answer(world.ctx, ExpertAnswer(world.act(case), "fraud", Via.BUTTON))

    (callback,) = world.sent("callback")
    data = callback.payload["data"]
    assert (data["version"], data["decision"]["tier"], data["decision"]["method"]) == (2, "high", "single")
    assert data["decision"]["decided_by"] == [data["decision"]["labels"][0]["expert"]]
    assert data["decision"]["decided_by"][0].startswith("expert_")


def test_who_settles_a_disagreement_may_mark_it_and_nobody_else(world: World) -> None:
    case = world.open("team", "sales")
    answer(world.ctx, ExpertAnswer(world.act(case, ANN), "help", Via.MODAL, mark=Mark.GUIDELINE_GAP))
    answer(world.ctx, ExpertAnswer(world.act(case, BEN), "other", Via.BUTTON))
    seen = case_view.look(world.ctx, world.act(case, CAROL))
    assert isinstance(seen, WindowCase)
    assert (seen.settles, seen.mark) == (True, None)

    answer(world.ctx, ExpertAnswer(world.act(case, CAROL), "help", Via.MODAL, mark=Mark.BOTH_DEFENSIBLE))

    assert [label.mark for label in world.case(case.case_id).labels] == [None, None, Mark.BOTH_DEFENSIBLE]
    again = case_view.look_to_correct(world.ctx, world.act(case, CAROL))
    assert isinstance(again, WindowCase)
    assert (again.settles, again.mark) == (True, Mark.BOTH_DEFENSIBLE)
    ordinary = case_view.look_to_correct(world.ctx, world.act(case, ANN))
    assert isinstance(ordinary, WindowCase)
    assert not ordinary.settles
