"""Two replicas on one database: nothing is done twice, and either takes the clicks."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.scenarios.operating import Operator
from tests.scenarios.people import AIKO, JONAS, MAYA, Case
from tests.scenarios.shop import Shop, prediction
from tests.scenarios.together import at_once
from tests.scenarios.world import World

CASES = 10
on_postgresql = pytest.mark.parametrize("world", ["socket-postgresql", "http-postgresql"], indirect=True)


@pytest.fixture
def other(world: World) -> Iterator[World]:
    """The same world with a second application."""
    second = replace(world, application=None)
    second.shop = Shop(lambda: second.app.url, world.shop.secret, world.inbox)
    second.start()
    if world.is_socket:
        assert world.slack.wait_connected(2)
    yield second
    second.stop()


def listen(one: World) -> None:
    """Let Slack bring clicks to this replica (two sockets take turns by themselves)."""
    if not one.is_socket:
        one.slack.connect_url(f"{one.app.url}/slack/events")


@on_postgresql
def test_each_case_has_one_message_and_each_decision_one_callback(
    world: World, other: World, tmp_path: Path
) -> None:
    def post(number: int) -> Case:
        replica = (world, other)[number % 2]
        answer = replica.shop.post(prediction(f"order-{number}", "fraud", "fraud", 0.7))
        assert answer.status_code == 202
        return Case(answer.json()["case_id"], f"order-{number}")

    cases = at_once(*(lambda number=number: post(number) for number in range(CASES)))
    world.settle()
    maya = world.person(MAYA)
    assert [len(maya.messages_of(case)) for case in cases] == [1] * CASES

    for number, case in enumerate(cases):
        listen((world, other)[number % 2])
        maya.press(case, "Confirm: Fraud")
    world.settle()
    assert [maya.buttons(case) for case in cases] == [["Undo"]] * CASES
    assert world.slack.stats()["posted"] == CASES
    assert sorted(event.data["case_id"] for event in world.inbox.arrivals()) == sorted(
        case.case_id for case in cases
    )
    assert Operator(world, tmp_path).finds_the_audit_unbroken()


@on_postgresql
def test_two_clicks_on_two_replicas_decide_once(world: World, other: World) -> None:
    case = world.post_case()
    jonas, aiko = world.person(JONAS), world.person(AIKO)
    seen = aiko.message(case)
    listen(world)
    jonas.press(case, "Confirm: Fraud", seen)
    listen(other)
    aiko.press(case, "Confirm: Fraud", seen)
    world.settle()
    assert [event.type for event in world.inbox.arrivals()] == ["case.decided"]
    world.eventually(lambda: "Already decided" in aiko.private_words(case))
    assert jonas.private_words(case) == ""


@on_postgresql
def test_a_reminder_that_both_find_due_is_sent_once(world: World, other: World) -> None:
    case = world.post_case()
    world.clock.advance(timedelta(hours=1))
    at_once(world.tick, other.tick)
    world.settle()
    assert len(world.person(MAYA).thread(case)) == 1


@on_postgresql
def test_one_goes_on_when_the_other_stops(world: World, other: World) -> None:
    case = world.post_case()
    other.stop()
    listen(world)
    maya = world.person(MAYA)
    maya.press(case, "Confirm: Fraud")
    world.eventually(lambda: maya.buttons(case) == ["Undo"])
    world.eventually(lambda: world.inbox.types(case.case_id) == ["case.decided"])
