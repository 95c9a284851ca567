"""A connection that comes back looks a day back for deleted messages: one still there is left alone."""

from datetime import timedelta

from tests.scenarios.people import MAYA
from tests.scenarios.world import World


def test_a_message_exactly_a_day_old_is_not_taken_for_deleted(world: World) -> None:
    case = world.post_case()
    maya = world.person(MAYA)
    world.settle()
    posted_at = maya.message(case)["ts"]

    world.clock.advance(timedelta(days=1))
    world.app.ticks.sweep_soon()
    world.tick()
    world.settle()

    assert [one["ts"] for one in maya.messages_of(case)] == [posted_at]
