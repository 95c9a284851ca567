"""Experts rate on a scale: a button a step, and what several say amounts to their median."""

import pytest

from tests.scenarios.everywhere import everywhere
from tests.scenarios.people import AIKO, JONAS, MAYA, SAM, Case
from tests.scenarios.world import POLICY, World

RATED = """
[tasks.reply]
question = "How good is this reply?"
rating = { titles = { 1 = "useless", 5 = "perfect" } }

[[tasks.reply.tiers]]
name = "second_look"
when = "has(input.fields.is_public) && input.fields.is_public"
channel = "payments"
accept_above = "always_review"
due_in = "4h"
quorum = 2
experts = { channel_members = true }

[[tasks.reply.tiers]]
name = "all"
channel = "payments"
accept_above = 0.95
due_in = "4h"
experts = { channel_members = true }
"""


@pytest.fixture
def policy_text() -> str:
    return (
        POLICY.replace('tasks = ["fraud", "topic", "appeal"]', 'tasks = ["fraud", "topic", "reply"]', 1)
        + RATED
    )


def posted(world: World, rating: object, **fields: object) -> Case:
    """The shop posts a rating without a confidence, and its message appears."""
    answer = world.shop.post(
        {
            "task": "reply",
            "external_id": "reply-1",
            "input": {"text": "Have you tried to turn it off and on again?", "fields": fields},
            "prediction": {"rating": rating},
            "model": {"name": "judge", "version": "2"},
        }
    )
    assert answer.status_code == 202, answer.text
    assert answer.json()["disposition"] == "review"
    case = Case(answer.json()["case_id"], "reply-1")
    world.eventually(lambda: world.person(SAM).messages_of(case))
    return case


@everywhere
def test_one_click_on_a_step_decides(world: World) -> None:
    case = posted(world, 2)
    maya = world.person(MAYA)
    assert maya.buttons(case) == ["1: useless", "Confirm: 2", "3", "4", "5: perfect"]

    maya.press(case, "4")

    (event,) = world.eventually(lambda: world.inbox.events(case.case_id))
    assert (event.type, event.data["decision"]["label"]) == ("case.decided", "4")
    world.eventually(lambda: "✓ 4 — by @U0MAYA" in maya.reads(case))
    assert "The model said 2" in maya.reads(case)
    decision = world.shop.read(case.case_id)["decision"]
    assert (decision["label"], decision["answer"]) == ("4", 4)
    assert world.audited(case)  # and the record is unbroken


def test_a_step_and_its_reason_are_typed_in_the_thread(world: World) -> None:
    case = posted(world, 2)
    world.person(MAYA).answer_in_thread(case, "4: too long")

    (event,) = world.eventually(lambda: world.inbox.events(case.case_id))
    assert event.data["decision"]["label"] == "4"
    assert event.data["labels"][0]["rationale"]["text"] == "too long"


def test_between_two_steps_a_third_answer_is_asked_for_and_the_median_decides(world: World) -> None:
    case = posted(world, 2, is_public=True)
    world.person(MAYA).press(case, "3")
    world.eventually(lambda: "1 of 2 answers in" in world.person(JONAS).reads(case))
    world.person(JONAS).press(case, "5: perfect")
    world.settle()
    assert world.shop.read(case.case_id)["status"] == "open"

    world.person(AIKO).press(case, "4")

    (event,) = world.eventually(lambda: world.inbox.events(case.case_id))
    assert (event.data["decision"]["label"], event.data["decision"]["method"]) == ("4", "consensus")


def test_what_is_no_step_of_the_scale_is_refused(world: World) -> None:
    body = {
        "task": "reply",
        "external_id": "reply-1",
        "input": {"text": "Hello?"},
        "prediction": {"rating": 6},
        "model": {"name": "judge", "version": "2"},
    }
    for prediction in ({"rating": 6}, {"rating": "4"}, {"rating": 4, "label": "4"}, {"confidence": 0.5}):
        assert world.shop.post({**body, "prediction": prediction}).status_code == 422
