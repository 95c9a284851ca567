"""Somebody whom the tier does not name tries to answer."""

from tests.scenarios.people import JONAS, NADIA
from tests.scenarios.world import World

LARGE = {"text": "A transfer abroad.", "fields": {"amount": 25000}}


def test_an_outsider_is_told_privately_and_nothing_changes(world: World) -> None:
    case = world.post_case(label="fraud", input=LARGE)
    jonas, nadia = world.person(JONAS), world.person(NADIA)
    before = nadia.message(case)

    jonas.press(case, "Confirm: Fraud")

    world.eventually(lambda: jonas.private(case))
    refusal = jonas.private_words(case)
    assert "Cases like this one may be answered by people named one by one" in refusal
    assert nadia.private_words(case) == ""
    world.settle()
    assert nadia.message(case) == before
    assert world.shop.read(case.case_id)["status"] == "open"
    assert world.audited(case)[-1] == "act.refused"
    assert world.inbox.tries == 0


def test_the_person_named_may(world: World) -> None:
    case = world.post_case(label="fraud", input=LARGE)
    nadia = world.person(NADIA)

    nadia.press(case, "Confirm: Fraud")

    world.eventually(lambda: "✓ Fraud — by @U0NADIA" in nadia.reads(case))


def test_an_outsider_can_neither_write_in_the_thread_nor_open_a_window(world: World) -> None:
    case = world.post_case(label="fraud", input=LARGE)
    jonas = world.person(JONAS)

    jonas.press(case, "Answer with a reason…")
    world.eventually(lambda: len(jonas.private(case)) == 1)
    assert jonas.window() is None
    jonas.answer_in_thread(case, "fraud: I am sure")

    world.eventually(lambda: len(jonas.private(case)) == 2)
    assert world.shop.read(case.case_id)["status"] == "open"
