"""The direct message of whoever is asked by name: everything but the prediction, and what came of it."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.slack.blocks.message import Message
from bot.slack.limits import message_violations
from bot.slack.show.ask_message import ask_message
from bot.slack.show.scene import Scene
from routing.case.ask import Ask, AskPurpose, AskState
from routing.case.case import Case, CaseStatus, decide, expire, record_label
from routing.case.decision import Method
from routing.label import Label, Via
from routing.policy import load_policy
from routing.prediction import CaseInput, Evidence, Image
from tests.answers import chosen
from tests.routing.making import decision
from tests.slack.workspace import Workspace, action_ids
from tests.worlds.clocks import FRIDAY
from tests.worlds.people import BEN
from tests.worlds.policies import DESK

HOUR = timedelta(hours=1)
ASK = Ask("case_1", BEN, AskPurpose.SECOND_OPINION, FRIDAY, FRIDAY + 2 * HOUR)
POLICY = load_policy(DESK, "policy.toml")


def opened(workspace: Workspace, task: str = "fraud", label: str = "fraud", text: str = "card 4711") -> Case:
    return workspace.world.open(
        task,
        label,
        routed={"quorum": 2, "second_opinion_chance": 0.1},
        input=CaseInput(text, {"amount": 12.5}, image=Image("a receipt", "https://e.com/r.png")),
        evidence=(Evidence("Velocity", "9 payments in an hour"),),
        recommended_action="block the card",
        intent="to stop a theft",
    )


def shown(case: Case, ask: Ask = ASK, at: timedelta = timedelta(0)) -> Message:
    task = POLICY.task(case.submission.task)
    scene = Scene(case, task, task.tiers[0], FRIDAY + at, {}, 2, 5 * HOUR)
    message = ask_message(scene, ask)
    assert not list(message_violations(message.payload()))
    return message


def answered(case: Case, name: str) -> Case:
    label = Label("label_1", case.case_id, BEN, 1, chosen(name), FRIDAY, Via.BUTTON, 2)
    return record_label(case, label)


@pytest.mark.parametrize(("task", "label"), [("fraud", "fraud"), ("topic", "a")])
def test_all_that_was_sent_is_there_but_what_follows_from_the_prediction(
    workspace: Workspace, task: str, label: str
) -> None:
    message = shown(opened(workspace, task, label))

    for part in (message.text, json.dumps(message.blocks)):
        for expected in ("card 4711", "Velocity", "to stop a theft", "a receipt"):
            assert expected in part
        for hidden in ("model says", "gbm", "78", "block the card", "Confirm"):
            assert hidden not in part
    assert message.text.endswith({"fraud": "fraud, legit.", "topic": "a, b, c, d."}[task])


def test_few_labels_are_buttons_in_the_order_of_the_task_and_many_a_select(workspace: Workspace) -> None:
    few = shown(opened(workspace, label="legit"))
    assert action_ids(few) == ["answer:0", "answer:1", "more"]
    assert json.dumps(few.blocks).index('"Fraud"') < json.dumps(few.blocks).index('"Legit"')
    assert action_ids(shown(opened(workspace, "topic", "c"))) == ["choose", "label", "more"]


def test_a_long_input_has_a_way_to_all_of_it(workspace: Workspace) -> None:
    assert "show_all" in action_ids(shown(opened(workspace, text="a card " * 900)))


def test_it_says_until_when_it_is_theirs_and_that_they_may_still_answer_then(workspace: Workspace) -> None:
    case = opened(workspace)
    assert "It is yours until" in shown(case).text
    for late in (shown(case, at=2 * HOUR), shown(case, replace(ASK, state=AskState.LAPSED))):
        assert "You can still answer" in late.text
        assert "answer:0" in action_ids(late)


def test_who_is_asked_because_nobody_answered_may_do_so_after_the_end(workspace: Workspace) -> None:
    case, again = opened(workspace), replace(ASK, purpose=AskPurpose.FOLLOW_UP)
    by_time_out = replace(decision("fraud", case_id=case.case_id), method=Method.EXPIRED)
    for unanswered in (case, expire(case), decide(case, by_time_out)):
        message = shown(unanswered, again)
        assert "Nobody has answered this in time" in message.text
        assert "answer:0" in action_ids(message)
    ended = shown(decide(case, decision("fraud", case_id=case.case_id)), again)
    assert "Nobody has to answer this any more" in ended.text


def test_what_came_of_it_takes_the_place_of_the_buttons(workspace: Workspace) -> None:
    case = opened(workspace)
    own = answered(case, "legit")
    decided = decide(own, decision("fraud", case_id=case.case_id))
    endings = {
        "Somebody else is asked": shown(case, replace(ASK, state=AskState.DECLINED)),
        "Thank you: you answered Legit.": shown(own, replace(ASK, state=AskState.ANSWERED)),
        "It was decided otherwise: Fraud.": shown(decided, replace(ASK, state=AskState.ANSWERED)),
        "Nobody has to answer this any more": shown(replace(case, status=CaseStatus.DISPUTED)),
    }
    for words, message in endings.items():
        assert words in message.text
        assert words in json.dumps(message.blocks)
        assert action_ids(message) == []
