"""A channel's id is mended, or a task is moved: what is not posted yet goes where the policy says now."""

from pathlib import Path

import pytest

from tests.scenarios.operating import Operator, readiness, restart_with
from tests.scenarios.people import LEADS, MAYA, NADIA, PAYMENTS, Case
from tests.scenarios.rules import changed
from tests.scenarios.shop import prediction
from tests.scenarios.world import World

RIGHT, WRONG = f'id = "{PAYMENTS}"', 'id = "C0PAIMENTS"'


@pytest.fixture
def policy_text() -> str:
    return changed((RIGHT, WRONG))


def post(world: World, external_id: str) -> Case:
    answer = world.shop.post(prediction(external_id, "fraud", "fraud", 0.7))
    assert answer.status_code == 202
    return Case(answer.json()["case_id"], external_id)


def test_a_mended_id_brings_the_cases_to_the_right_channel_by_itself(world: World) -> None:
    cases = [post(world, f"order-{number}") for number in range(3)]
    world.eventually(lambda: readiness(world)["held_messages"] == 3)
    restart_with(world, (WRONG, RIGHT))
    maya = world.person(MAYA)
    for case in cases:
        world.eventually(lambda case=case: maya.messages_of(case))  # type: ignore[misc]  # each its own
    assert readiness(world)["held_messages"] == 0
    maya.press(cases[0], "Confirm: Fraud")
    world.eventually(lambda: maya.buttons(cases[0]) == ["Undo"])


def test_a_task_that_moves_takes_along_what_was_never_posted(world: World) -> None:
    case = post(world, "order-1")
    world.eventually(lambda: readiness(world)["held_messages"] == 1)
    ordinary = 'name = "ordinary"\nchannel = "payments"'
    restart_with(world, (ordinary, 'name = "ordinary"\nchannel = "leads"'))
    there, nadia = Case(case.case_id, case.external_id, LEADS), world.person(NADIA)
    world.eventually(lambda: nadia.messages_of(there))
    nadia.press(there, "Confirm: Fraud")
    world.eventually(lambda: nadia.buttons(there) == ["Undo"])


def test_what_was_posted_stays_where_it_is(world: World) -> None:
    restart_with(world, (WRONG, RIGHT))
    case = world.post_case()
    restart_with(world, ('name = "ordinary"\nchannel = "payments"', 'name = "ordinary"\nchannel = "leads"'))
    late = post(world, "order-2")
    nadia = world.person(NADIA)
    world.eventually(lambda: nadia.messages_of(Case(late.case_id, "order-2", LEADS)))
    assert nadia.messages_of(Case(case.case_id, "order-1", LEADS)) == []
    assert len(nadia.messages_of(case)) == 1


def test_a_letter_that_is_retried_goes_by_the_policy_of_now(world: World, tmp_path: Path) -> None:
    case = post(world, "order-1")
    world.eventually(lambda: readiness(world)["held_messages"] == 1)
    operator = Operator(world, tmp_path)
    operator.write_policy(changed((WRONG, RIGHT), policy=world.policy_text))
    (letter,) = operator.dead_letters()
    operator.retry(letter)
    world.eventually(lambda: world.person(MAYA).messages_of(case))
