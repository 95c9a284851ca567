"""A blind case says nothing of its prediction, wherever it is shown, until it is decided."""

import json
from dataclasses import replace

import pytest

from bot.slack.show.case_message import case_message
from bot.slack.show.private_answers import PrivateAnswers
from bot.slack.show.questions.question_list import open_controls
from bot.slack.show.read_windows import why_passages
from bot.slack.show.review_windows import Draft, label_view
from bot.usecases.review.outcome import MeaningQuestion
from bot.usecases.review.screen import Screen
from routing.case.case import Case
from routing.case.second_opinion import veiled
from routing.policy import Tier
from routing.prediction import ModelRef, Prediction
from tests.slack.show.test_scale import WIDE
from tests.slack.workspace import Workspace
from tests.worlds.clocks import FRIDAY

SAYS = Prediction("fraud", 0.81, ModelRef("gbm", "3"), {"fraud": 0.81, "legit": 0.19}, {"risk": 0.7})
TELLING = ("The model says", "Confirm", "81", "19", "gbm", "risk", "Every such case")


@pytest.fixture
def blind(workspace: Workspace) -> Case:
    opened = workspace.world.open(prediction=SAYS)
    return replace(opened, routing=replace(opened.routing, is_blind=True))


def _tier(workspace: Workspace) -> Tier:
    return workspace.world.policy.task("fraud").tiers[0]


def test_its_message_offers_the_answers_in_the_tasks_order_and_says_that_the_rest_is_hidden(
    workspace: Workspace, blind: Case
) -> None:
    shown = case_message(blind, workspace.world.policy.task("fraud"), _tier(workspace), FRIDAY, {})
    words = json.dumps(shown.blocks, ensure_ascii=False)
    for text in (words, shown.text):
        assert "What the model says is hidden until this is decided." in text
        assert "To hear what you find by yourself; some cases are chosen for that at random." in text
        assert [telling for telling in TELLING if telling in text] == []
    buttons = [
        element
        for block in shown.blocks
        for element in block.get("elements", ())
        if element["type"] == "button"
    ]
    assert [button["text"]["text"] for button in buttons][:2] == ["Fraud", "Legit"]


def test_its_windows_say_nothing_of_it(workspace: Workspace, blind: Case) -> None:
    task = workspace.world.policy.task("fraud")
    window = json.dumps(label_view(veiled(blind), task, Screen(blind.case_id), Draft()))
    why = "".join(passage.text for passage in why_passages(veiled(blind), task, _tier(workspace)))
    for text in (window, why):
        assert [telling for telling in TELLING if telling in text] == []


def test_the_private_question_about_a_reply_does_not_put_its_label_first(
    workspace: Workspace, blind: Case
) -> None:
    task = workspace.world.policy.task("fraud")
    legit = replace(blind, submission=replace(blind.submission, prediction=replace(SAYS, label="legit")))
    asked = PrivateAnswers(workspace.world.policy, {}, task).answer(MeaningQuestion(legit, "no idea"))
    assert asked is not None
    assert "Confirm" not in json.dumps(asked.blocks)


def test_of_many_answers_all_are_offered_alike(workspace: Workspace) -> None:
    controls = open_controls(workspace.world.policy.task("topic"), "", Screen("case_1"))
    select, reason, _ = controls["elements"]
    assert select["placeholder"]["text"] == "Choose an answer"
    assert [choice["text"]["text"] for choice in select["options"]] == ["a", "b", "c", "d"]
    assert reason["text"]["text"] == "Answer with a reason…"


def test_of_a_long_scale_all_steps_are_offered_alike() -> None:
    select, _, _ = open_controls(WIDE, "", Screen("case_1"))["elements"]
    assert select["placeholder"]["text"] == "Choose a step"
    assert len(select["options"]) == 10
