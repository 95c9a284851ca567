"""The service posts the same prediction again: retries are free, contradictions are refused."""

from collections import Counter

from tests.scenarios.everywhere import everywhere
from tests.scenarios.people import PAYMENTS, SAM
from tests.scenarios.shop import prediction
from tests.scenarios.together import at_once
from tests.scenarios.world import World


def test_the_same_body_gets_the_same_answer(world: World) -> None:
    body = prediction("order-1", "fraud", "fraud", 0.7)
    first = world.shop.post(body)

    second, replayed = world.shop.post(body, "msg-same"), world.shop.post(body, "msg-same")

    assert [one.status_code for one in (first, second, replayed)] == [202, 200, 200]
    assert first.json() == second.json() == replayed.json()


def test_the_same_id_with_another_body_is_refused(world: World) -> None:
    case = world.post_case("order-1", label="fraud", confidence=0.7)

    answer = world.shop.post(prediction("order-1", "fraud", "fine", 0.7))

    assert answer.status_code == 409
    assert world.shop.read(case.case_id)["predicted_label"] == "fraud"
    world.settle()
    assert len(world.person(SAM).messages(PAYMENTS)) == 1


@everywhere
def test_64_posts_at_once_make_one_case_and_one_message(world: World) -> None:
    body = prediction("order-1", "fraud", "fraud", 0.7)

    answers = at_once(*[lambda: world.shop.post(body)] * 64)

    assert Counter(one.status_code for one in answers) == {202: 1, 200: 63}
    assert len({one.json()["case_id"] for one in answers}) == 1
    world.eventually(lambda: world.person(SAM).messages(PAYMENTS))
    world.settle()
    assert len(world.person(SAM).messages(PAYMENTS)) == 1
    assert world.slack.stats()["posted"] == 1
