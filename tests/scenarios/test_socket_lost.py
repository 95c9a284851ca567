"""Slack's socket breaks: it is opened again, and what happened meanwhile is made good."""

from pathlib import Path

import pytest

from bot.process import slack_connection
from bot.sandbox import SlackFault
from tests.patience import PATIENCE
from tests.scenarios.deleting import await_another, delete_the_message
from tests.scenarios.operating import Operator, has_read_all, readiness, slack_is_well
from tests.scenarios.people import JONAS, MAYA
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
    """slack_sdk looks every five seconds whether its socket is still there."""
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


def test_a_reply_in_a_second_gap_within_minutes_is_heard(world: World) -> None:
    first, second = world.post_case("order-1"), world.post_case("order-2")
    maya = world.person(MAYA)
    for case in (first, second):
        world.settle()
        fall_silent(world)
        maya.answer_in_thread(case, "fine: I know her")
        hear_again(world)
        world.eventually(lambda case=case: "✓ Fine — by @U0MAYA" in maya.reads(case))  # type: ignore[misc]  # a default


def test_two_replies_in_one_thread_in_two_gaps_are_both_heard(world: World) -> None:
    case = world.post_case()
    world.settle()
    maya, jonas = world.person(MAYA), world.person(JONAS)
    fall_silent(world)
    maya.answer_in_thread(case, "Who knows this customer?")
    hear_again(world)
    world.eventually(lambda: has_read_all(world))
    fall_silent(world)
    jonas.answer_in_thread(case, "fine: I know her")
    hear_again(world)
    world.eventually(lambda: "✓ Fine — by @U0JONAS" in maya.reads(case))


def fall_silent(world: World) -> None:
    """From now on nothing that happens in Slack reaches the application."""
    if world.is_socket:
        world.slack.faults.add(SlackFault("socket_refuse"))
        world.slack.drop_sockets()
    else:
        world.slack.connect_url(None)


def hear_again(world: World) -> None:
    """Let Slack reach the application; over HTTP nobody notices the gap but who starts it anew."""
    if world.is_socket:
        world.slack.faults.clear()
        assert world.slack.wait_connected(timeout=PATIENCE)
        world.eventually(lambda: slack_is_well(world))
    else:
        world.restart()


@pytest.fixture
def hasty_pulse(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pings so often that a story need not wait for them."""
    for name, seconds in (("PING_SECONDS", 0.2), ("BEAT_SECONDS", 0.1), ("ANSWER_SECONDS", 0.4)):
        monkeypatch.setattr(slack_connection, name, seconds)


@over_one_socket
@pytest.mark.usefixtures("hasty_pulse")
def test_a_socket_that_dies_in_silence_is_told_and_opened_again(world: World) -> None:
    case = world.post_case()
    world.settle()
    before = times_opened(world)
    world.slack.faults.add(SlackFault("socket_silent"))
    world.eventually(lambda: "does not answer" in readiness(world)["slack"]["detail"])
    assert readiness(world)["status"] == "degraded"
    maya = world.person(MAYA)
    maya.answer_in_thread(case, "fine: I know her")
    world.eventually(lambda: times_opened(world) > before)

    world.slack.faults.clear()
    world.eventually(lambda: slack_is_well(world))
    world.eventually(lambda: "✓ Fine — by @U0MAYA" in maya.reads(case))
