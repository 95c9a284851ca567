"""The application is stopped and started while cases are open: the messages in Slack stay good."""

from datetime import timedelta
from pathlib import Path

from bot.sandbox import SlackFault
from tests.scenarios.operating import Operator, has_read_all, readiness
from tests.scenarios.passing import as_time_passes
from tests.scenarios.people import JONAS, MAYA
from tests.scenarios.world import World


def test_the_buttons_of_messages_from_before_still_work(world: World, tmp_path: Path) -> None:
    case = world.post_case("order-1")
    answered = world.post_case("order-2")
    maya = world.person(MAYA)
    maya.press(answered, "Confirm: Fraud")
    world.eventually(lambda: maya.buttons(answered) == ["Undo"])
    before = {one.case_id: maya.message(one)["ts"] for one in (case, answered)}

    world.restart()
    maya.press(case, "Confirm: Fraud")
    maya.press(answered, "Undo")

    world.eventually(lambda: maya.buttons(case) == ["Undo"])
    world.eventually(lambda: "Confirm: Fraud" in maya.buttons(answered))
    assert {one.case_id: maya.message(one)["ts"] for one in (case, answered)} == before
    assert world.slack.stats()["posted"] == 2
    world.eventually(lambda: world.inbox.types(case.case_id) == ["case.decided"])
    world.eventually(lambda: world.inbox.types(answered.case_id) == ["case.decided", "case.reopened"])
    assert Operator(world, tmp_path).finds_the_audit_unbroken()


def test_what_came_due_meanwhile_is_done_once(world: World) -> None:
    case = world.post_case()
    world.stop()
    world.clock.advance(timedelta(minutes=90))

    world.start()
    world.settle()
    assert len(world.person(JONAS).thread(case)) == 1
    world.restart()
    world.settle()
    assert len(world.person(JONAS).thread(case)) == 1


def test_a_decision_that_waits_for_the_shop_outlives_the_process(world: World) -> None:
    case = world.post_case()
    world.inbox.answer(500)
    world.person(MAYA).press(case, "Confirm: Fraud")
    world.eventually(lambda: world.inbox.tries)

    world.stop()
    world.inbox.answer(200)
    world.clock.advance(timedelta(minutes=1))
    world.start()
    world.settle()
    assert [event.type for event in world.inbox.arrivals()] == ["case.decided"] * 2
    assert world.inbox.types(case.case_id) == ["case.decided"]


def test_a_start_after_which_nothing_has_changed_asks_slack_little(world: World) -> None:
    for number in range(3):
        world.post_case(f"order-{number}")
    world.settle()
    world.eventually(lambda: has_read_all(world))
    before = dict(world.slack.stats()["calls"])
    world.restart()
    world.settle()
    world.eventually(lambda: has_read_all(world))

    after, channels = world.slack.stats()["calls"], len(world.app.ctx.policy.channels)
    asked = after["conversations.history"] - before.get("conversations.history", 0)
    assert channels <= asked <= 2 * channels  # a socket greets once more when all is looked at
    assert after.get("conversations.replies") == before.get("conversations.replies")


def test_what_slack_did_not_let_be_read_is_read_by_the_next_process(world: World) -> None:
    case = world.post_case()
    world.settle()
    refusal = SlackFault("rate_limited", method="conversations.history", retry_after=5)
    world.stop()
    old = world.slack.state.conversations[case.channel].top_level()[0]
    world.slack.workspace.messages.delete(old)
    number = world.slack.faults.add(refusal)
    world.start()
    world.eventually(lambda: "ratelimited" in world.slack.stats()["rejected"])
    assert readiness(world)["channels_to_read"] > 0
    world.restart()
    world.slack.faults.clear(number)
    as_time_passes(world, lambda: world.person(MAYA).messages_of(case))
    as_time_passes(world, lambda: has_read_all(world))
    assert world.slack.stats()["posted"] == 2
