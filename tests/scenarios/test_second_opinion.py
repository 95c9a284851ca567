"""A second opinion is asked of somebody by name, who sees neither the answer nor the prediction."""

from datetime import timedelta

import pytest

from tests.scenarios.asking import asked_about, next_asked
from tests.scenarios.everywhere import everywhere
from tests.scenarios.people import JONAS, MAYA, NADIA
from tests.scenarios.rules import changed
from tests.scenarios.words import buttons, controls, options, words
from tests.scenarios.world import World


@pytest.fixture
def policy_text() -> str:
    """Every appeal gets a second opinion."""
    return changed(
        ('due_in = "1d"\nquorum = 2\n', f'due_in = "1d"\nsecond_opinions = 1.0\nask_for = "1h"\n{STEPS}'),
        ('question = "Should this appeal be granted?"\nrationale = "never"', APPEAL),
    )


STEPS = """escalation = [
    { after = "30m", to = "thread" },
    { after = "5h", to = "people", people = ["U0SAM"] },
]
"""
APPEAL = 'question = "Should this appeal be granted?"\nrationale = "on_override"'


@everywhere
def test_somebody_is_asked_alone_without_the_prediction_and_both_decide(world: World) -> None:
    case = world.post_case(task="appeal", label="deny")
    maya = world.person(MAYA)
    assert maya.buttons(case)[0] == "Confirm: Deny"
    assert asked_about(world, case) == []

    maya.press(case, "Confirm: Deny")

    world.eventually(lambda: "1 of 2 answers in, somebody is asked for a second opinion" in maya.reads(case))
    assert maya.buttons(case) == []
    assert "nobody sees the others before the decision" in world.eventually(lambda: maya.private_words(case))
    second, theirs = next_asked(world, case)
    assert second.user_id not in (MAYA, NADIA), "who answered, and who settles a disagreement"
    assert second.buttons(theirs) == ["Grant", "Deny"]
    for hidden in ("Confirm", "model says", "gbm", "%", "U0MAYA", "answers in"):
        assert hidden not in second.reads(theirs)
    assert "asked of you alone" in second.reads(theirs)
    assert world.inbox.tries == 0

    second.press(theirs, "Deny")

    world.eventually(lambda: "(they agree)" in maya.reads(case))
    world.eventually(lambda: "Thank you: you answered Deny." in second.reads(theirs))
    assert buttons(second.message(theirs)) == []
    (event,) = world.eventually(lambda: world.inbox.events(case.case_id))
    assert (event.data["decision"]["method"], len(event.data["labels"])) == ("consensus", 2)
    assert len(asked_about(world, case)) == 1
    assert "case.asked" in world.audited(case)


def test_the_next_person_is_asked_when_the_time_runs_out_and_both_may_answer(world: World) -> None:
    case = world.post_case(task="appeal", label="deny")
    world.person(MAYA).press(case, "Confirm: Deny")
    world.eventually(lambda: "1 of 2" in world.person(MAYA).reads(case))
    first, theirs = next_asked(world, case)

    world.advance(timedelta(minutes=59))
    assert len(asked_about(world, case)) == 1
    world.advance(timedelta(minutes=1))

    second, _ = next_asked(world, case, first)
    world.eventually(lambda: "You can still answer" in first.reads(theirs))
    first.press(theirs, "Deny")
    world.eventually(lambda: "(they agree)" in first.reads(case))
    world.eventually(lambda: "Nobody has to answer this any more" in words(second.direct_messages()[-1]))


def test_not_me_and_cannot_tell_hand_it_to_the_next_until_anybody_may_answer(world: World) -> None:
    case = world.post_case(task="appeal", label="deny")
    maya = world.person(MAYA)
    maya.press(case, "Confirm: Deny")
    world.eventually(lambda: "1 of 2" in maya.reads(case))
    first, theirs = next_asked(world, case)
    first.pick(theirs, "Not me")
    world.eventually(lambda: "Somebody else is asked" in first.reads(theirs))

    second, place = next_asked(world, case, first)
    second.pick(place, "Can't tell…")
    assert "model" not in words(second.window() or {})
    second.fill_in(note="no receipt")
    third, _ = next_asked(world, case, first, second)
    world.advance(timedelta(hours=1))

    world.eventually(lambda: len(maya.buttons(case)) > 0)
    assert len({person.user_id for person, _ in asked_about(world, case)} | {third.user_id}) == 3
    assert "case.nobody_to_ask" in world.audited(case)
    nadia = world.person(NADIA)
    nadia.press(case, "Confirm: Deny")
    world.eventually(lambda: "(they agree)" in maya.reads(case))


def test_the_window_of_whoever_is_asked_tells_nothing_of_the_prediction(world: World) -> None:
    case = world.post_case(task="appeal", label="deny", input={"text": "they say it was late " * 200})
    world.person(MAYA).press(case, "Confirm: Deny")
    second, theirs = next_asked(world, case)

    shown = second.message(theirs)
    (menu,) = [element for _, element in controls(shown) if element["type"] == "overflow"]
    assert list(options(menu)) == ["Answer with a reason…", "Can't tell…", "Not me", "Show all"]
    second.pick(theirs, "Show all")
    assert "What the model gives" not in words(second.window() or {})
    second.pick(theirs, "Answer with a reason…")
    assert "model" not in words(second.window() or {}).casefold()
    second.fill_in(label="grant", rationale="it was late")

    world.eventually(lambda: "the last word has <@U0NADIA>" in second.reads(case))


def test_a_reply_or_an_old_button_of_somebody_who_is_not_asked_is_not_taken(world: World) -> None:
    case = world.post_case(task="appeal", label="deny")
    maya, jonas = world.person(MAYA), world.person(JONAS)
    before = jonas.message(case)
    maya.press(case, "Confirm: Deny")
    world.eventually(lambda: "1 of 2" in maya.reads(case))

    jonas.press(case, "Confirm: Deny", before)

    world.eventually(lambda: "Somebody else is asked for a second opinion" in jonas.private_words(case))
    assert world.shop.read(case.case_id)["status"] == "open"


def test_whoever_takes_the_first_answer_back_opens_the_case_again(world: World) -> None:
    case = world.post_case(task="appeal", label="deny")
    maya = world.person(MAYA)
    maya.press(case, "Confirm: Deny")
    world.eventually(lambda: maya.private_words(case))
    (receipt,) = maya.private(case)

    maya.press(case, "Undo", receipt)

    world.eventually(lambda: "Confirm: Deny" in maya.buttons(case))
    world.tick()
    world.settle()
    assert asked_about(world, case) == []


def test_a_policy_file_that_asks_nobody_by_name_is_as_ever(world: World) -> None:
    case = world.post_case()
    maya = world.person(MAYA)
    maya.press(case, "Confirm: Fraud")
    world.eventually(lambda: "✓ Fraud — by @U0MAYA" in maya.reads(case))
    world.tick()
    world.settle()
    assert asked_about(world, case) == []


def test_an_escalation_opens_the_case_to_everybody_and_before_nobody_is_reminded(world: World) -> None:
    case = world.post_case(task="appeal", label="deny")
    maya = world.person(MAYA)
    maya.press(case, "Confirm: Deny")
    world.eventually(lambda: "1 of 2" in maya.reads(case))
    next_asked(world, case)
    world.advance(timedelta(minutes=40))
    world.settle()
    assert maya.thread(case) == []

    maya.pick(case, "Escalate…")
    maya.fill_in(note="it hurries")

    world.eventually(lambda: len(maya.buttons(case)) > 0)
    (call,) = world.eventually(lambda: maya.thread(case))
    assert "it hurries" in words(call)
    world.tick()
    assert len(asked_about(world, case)) == 1
