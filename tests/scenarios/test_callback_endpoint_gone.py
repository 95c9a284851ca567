"""The shop's endpoint says 410: a dead letter, which is sent again when somebody says so."""

from pathlib import Path

from tests.scenarios.operating import Operator
from tests.scenarios.people import JONAS, MAYA
from tests.scenarios.world import World


def test_gone_is_a_dead_letter_until_it_is_sent_again(world: World, tmp_path: Path) -> None:
    operator = Operator(world, tmp_path)
    case, other = world.post_case("order-1"), world.post_case("order-2")
    world.inbox.answer(410)
    world.person(MAYA).press(case, "Confirm: Fraud")
    (letter,) = world.eventually(operator.dead_letters)
    assert case.external_id in letter
    assert "410" in letter
    assert "Correct callback_url" in letter

    world.inbox.answer(200)
    world.person(JONAS).press(other, "Confirm: Fraud")
    world.eventually(lambda: world.inbox.types(other.case_id) == ["case.decided"])
    assert world.inbox.tries == 2  # gone is not asked again

    operator.retry(letter)
    world.eventually(lambda: world.inbox.tries == 3)
    world.settle()
    assert [event.data["case_id"] for event in world.inbox.arrivals()] == [
        case.case_id,
        other.case_id,
        case.case_id,
    ]
    assert len(world.inbox.events(case.case_id)) == 1
    assert operator.dead_letters() == []
    assert operator.run("deliveries", "retry", letter.split()[0]).exit_code == 1
    assert operator.finds_the_audit_unbroken()


def test_what_follows_a_dead_letter_is_delivered(world: World, tmp_path: Path) -> None:
    operator, maya = Operator(world, tmp_path), world.person(MAYA)
    case = world.post_case()
    world.inbox.answer(410)
    maya.press(case, "Confirm: Fraud")
    world.eventually(operator.dead_letters)
    world.inbox.answer(200)

    world.eventually(lambda: maya.buttons(case) == ["Undo"])
    maya.press(case, "Undo")
    world.eventually(lambda: world.inbox.types(case.case_id) == ["case.decided", "case.reopened"])
