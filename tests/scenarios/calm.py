"""Time that passes while nothing is under way: a jump over hours would outlast the claim on a call."""

import time
from datetime import datetime, timedelta

from tests.scenarios.passing import has_settled
from tests.scenarios.world import World

SHORTLY = timedelta(minutes=1)
"""Longer than `arrive` ever takes by the story's clock."""
_AT_FIRST_SECONDS = 1.0
_MOMENT = timedelta(seconds=0.25)


def arrive(world: World) -> None:
    """Wait until nothing is under way; a sender that gave way to another looks again some moments later."""
    begun = time.monotonic()

    def look() -> bool:
        if has_settled(world):
            return True
        if time.monotonic() - begun > _AT_FIRST_SECONDS:
            time.sleep(_MOMENT.total_seconds())
            world.clock.advance(_MOMENT)
            world.app.deliveries.wake()
        return False

    world.eventually(look)


def at(world: World, moment: datetime) -> None:
    """Let arrive what is under way, let time pass until `moment`, and let arrive what became due."""
    arrive(world)
    world.move_to(moment)
    arrive(world)


def after(world: World, duration: timedelta) -> None:
    """The same until `duration` has passed."""
    at(world, world.clock.now() + duration)
