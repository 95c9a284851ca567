"""A claim that what went through was wrong counts once somebody else agrees, and is sealed until then."""

import pytest

from tests.scenarios.asking import asked_about, next_asked
from tests.scenarios.everywhere import everywhere
from tests.scenarios.people import JONAS, MAYA, Case
from tests.scenarios.rules import changed
from tests.scenarios.words import controls, options, words
from tests.scenarios.world import World

ORDINARY = 'name = "ordinary"\nchannel = "payments"\naccept_above = 0.95\n'


@pytest.fixture
def policy_text() -> str:
    """All that goes through is checked, and each claim that it was wrong gets a second opinion."""
    return changed(
        (ORDINARY, f"{ORDINARY}audit = 1.0\nsecond_opinions = 0.0\n"),
        ('fraudulent?"\nrationale = "on_override"', 'fraudulent?"\nrationale = "never"'),
    )


def shape(world: World, case: Case) -> tuple[str, list[str]]:
    """What the channel reads of the case without what names it, and what can be done with it."""
    person = world.person(JONAS)
    offered = [text for _, element in controls(person.message(case)) for text in options(element)]
    return person.reads(case).replace(case.external_id, "ID"), [*person.buttons(case), *offered]


@everywhere
def test_a_claim_looks_like_an_agreement_until_it_is_confirmed(world: World) -> None:
    right = world.post_case("order-1", confidence=0.99)
    wrong = world.post_case("order-2", confidence=0.99)
    maya = world.person(MAYA)

    maya.press(right, "Confirm: Fraud")
    maya.press(wrong, "Fine")

    world.eventually(lambda: "Answered" in maya.reads(right) and "Answered" in maya.reads(wrong))
    person, theirs = next_asked(world, wrong)
    world.settle()
    assert shape(world, right) == shape(world, wrong)
    assert "U0MAYA" not in str(maya.message(wrong))
    assert asked_about(world, right) == []
    assert world.shop.read(right.case_id)["decision"]["method"] == "single"
    assert world.shop.read(wrong.case_id)["status"] == "open"
    assert world.inbox.events(wrong.case_id) == []
    assert "Your answer Fine is recorded" in maya.private_words(wrong)

    person.press(theirs, "Fine")

    world.eventually(lambda: "✓ Fine" in maya.reads(wrong) and "(they agree)" in maya.reads(wrong))
    (event,) = world.eventually(lambda: world.inbox.events(wrong.case_id))
    assert event.data["decision"]["method"] == "consensus"
    assert "✓ Answered" in maya.reads(right)


def test_who_is_not_asked_learns_nothing_and_changes_nothing(world: World) -> None:
    right = world.post_case("order-1", confidence=0.99)
    wrong = world.post_case("order-2", confidence=0.99)
    maya, jonas = world.person(MAYA), world.person(JONAS)
    before = {case.case_id: jonas.message(case) for case in (right, wrong)}
    maya.press(right, "Confirm: Fraud")
    maya.press(wrong, "Fine")
    world.eventually(lambda: "Answered" in maya.reads(right) and "Answered" in maya.reads(wrong))

    for case in (right, wrong):
        jonas.press(case, "Fine", before[case.case_id])
    world.eventually(lambda: len(jonas.private(right)) == 2)
    # Both are told in the same channel, in the same words.
    assert len({words(message) for message in jonas.private(right)}) == 1
    assert "This case is answered" in jonas.private_words(right)
    assert world.shop.read(wrong.case_id)["status"] == "open"
    jonas.type_command("queue")
    world.settle()
    world.eventually(lambda: len(jonas.private(wrong)) == 3)
    assert "order-2" not in str(jonas.private(wrong)[-1])
