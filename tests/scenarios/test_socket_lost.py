"""Slack's socket breaks: it is opened again, and what happened meanwhile is made good."""

from pathlib import Path

import pytest

from tests.scenarios.deleting import await_another, delete_the_message
from tests.scenarios.operating import Operator, readiness, slack_is_well
from tests.scenarios.people import MAYA
from tests.scenarios.world import World

over_a_socket = pytest.mark.parametrize("world", ["socket-sqlite", "socket-postgresql"], indirect=True)
over_one_socket = pytest.mark.parametrize("world", ["socket-sqlite"], indirect=True)


def times_opened(world: World) -> int:
    return int(world.slack.stats()["calls"]["apps.connections.open"])


def await_another_socket(world: World, before: int) -> None:
    world.eventually(lambda: times_opened(world) > before)
    assert world.slack.wait_connected()
    world.eventually(lambda: slack_is_well(world))


@over_a_socket
def test_clicks_are_heard_after_a_refresh(world: World, tmp_path: Path) -> None:
    case = world.post_case()
    before = times_opened(world)
    world.slack.disconnect_sockets()
    await_another_socket(world, before)

    maya = world.person(MAYA)
    maya.press(case, "Confirm: Fraud")
    world.eventually(lambda: maya.buttons(case) == ["Undo"])
    assert Operator(world, tmp_path).finds_the_audit_unbroken()


@over_one_socket
def test_what_happened_without_a_socket_is_made_good(world: World, tmp_path: Path) -> None:
    """slack_sdk looks every ten seconds whether its socket is still there."""
    deleted, talked_of = world.post_case("order-1"), world.post_case("order-3")
    world.settle()
    before = times_opened(world)
    world.slack.drop_sockets()
    world.eventually(lambda: not slack_is_well(world))
    assert "the socket is down" in readiness(world)["slack"]["detail"]
    old = delete_the_message(world, deleted)
    posted = world.post_case("order-2")
    maya = world.person(MAYA)
    assert maya.messages_of(deleted) == []
    maya.answer_in_thread(talked_of, "fine: I know her")

    await_another_socket(world, before)
    world.tick()
    await_another(world, deleted, old)
    for case in (deleted, posted):
        maya.press(case, "Confirm: Fraud")
        world.eventually(lambda case=case: maya.buttons(case) == ["Undo"])  # type: ignore[misc]  # a default
    world.eventually(lambda: "✓ Fine — by @U0MAYA" in maya.reads(talked_of))
    assert world.slack.stats()["posted"] == 4
    assert Operator(world, tmp_path).finds_the_audit_unbroken()
