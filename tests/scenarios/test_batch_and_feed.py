"""A thousand predictions at once, some of them bad; and the feed that tells every decision once, in order."""

import json
from typing import Any

from tests.scenarios.calm import arrive
from tests.scenarios.people import MAYA, PAYMENTS, SAM, Case
from tests.scenarios.shop import prediction
from tests.scenarios.world import World

JsonObject = dict[str, Any]
MANY = 1_000
ASKED_EVERY, BAD_EVERY = 50, 100


def line(number: int) -> str:
    """Every 50th needs a person, every 100th is bad in one of three ways; the model decides the others."""
    if number % BAD_EVERY == 7:
        return ("{", '{"external_id": "half"}', "7")[number // BAD_EVERY % 3]
    confidence = 0.7 if number % ASKED_EVERY == 0 else 0.99
    return json.dumps(prediction(f"order-{number}", "fraud", "fraud", confidence))


def test_the_good_ones_of_a_batch_arrive_though_others_are_bad(world: World) -> None:
    answer = world.shop.post_batch("\n".join(line(number) for number in range(MANY)))

    assert answer.status_code == 200
    answers = answer.json()["answers"]
    bad = [number for number, one in enumerate(answers) if one["status"] != 202]
    assert bad == list(range(7, MANY, BAD_EVERY))
    assert {answers[number]["status"] for number in bad} == {422}
    asked = [number for number, one in enumerate(answers) if one.get("disposition") == "review"]
    assert asked == list(range(0, MANY, ASKED_EVERY))
    arrive(world)
    sam = world.person(SAM)
    shown = {(one["metadata"]["event_payload"])["case_id"] for one in sam.messages(PAYMENTS)}
    assert shown == {answers[number]["case_id"] for number in asked}
    assert world.slack.stats()["posted"] == len(asked)
    accepted = world.shop.read(answers[1]["case_id"])
    assert (accepted["status"], accepted["decision"]) == ("auto_accepted", None)

    again = world.shop.post_batch("\n".join(line(number) for number in range(MANY))).json()["answers"]
    good = [number for number in range(MANY) if number not in bad]
    assert {again[number]["status"] for number in good} == {200}
    assert [again[number]["case_id"] for number in good] == [answers[number]["case_id"] for number in good]
    arrive(world)
    assert world.slack.stats()["posted"] == len(asked)


def whole_feed(world: World, limit: int) -> list[JsonObject]:
    """The feed, page by page."""
    found: list[JsonObject] = []
    after = 0
    while True:
        page = world.shop.decisions_page(after, limit)
        assert len(page["decisions"]) <= limit
        found += page["decisions"]
        after = page["next"]
        if not page["has_more"]:
            assert world.shop.decisions_page(after)["decisions"] == []
            return found


def test_the_feed_gives_every_decision_once_in_order(world: World) -> None:
    cases = [world.post_case(f"order-{number}") for number in range(7)]
    maya = world.person(MAYA)
    arrive(world)

    def decide(case: Case) -> None:
        known = len(world.shop.decisions())
        maya.press(case, "Confirm: Fraud")
        world.eventually(lambda: len(world.shop.decisions()) == known + 1)

    for case in (cases[4], cases[1], cases[6], cases[0], cases[3]):
        decide(case)
    world.eventually(lambda: "Undo" in maya.buttons(cases[1]))
    maya.press(cases[1], "Undo")
    world.eventually(lambda: len(world.shop.decisions()) == 6)
    world.eventually(lambda: "Confirm: Fraud" in maya.buttons(cases[1]))
    decide(cases[1])

    told = [("decided", number) for number in (4, 1, 6, 0, 3)] + [("reopened", 1), ("decided", 1)]
    for limit in (1, 2, 3, 100):
        feed = whole_feed(world, limit)
        assert [(one["event"], int(one["external_id"][6:])) for one in feed] == told
        cursors = [one["cursor"] for one in feed]
        assert cursors == sorted(set(cursors))
    world.restart()
    assert [one["cursor"] for one in whole_feed(world, 2)] == cursors
