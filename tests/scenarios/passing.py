"""Time that passes by itself, for stories in which something is tried again and again."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import TypeVar

from storage.delivery import outbox
from tests.scenarios.operating import readiness
from tests.scenarios.world import AT_ONCE, World

T = TypeVar("T")
LONGEST_PAUSE = timedelta(seconds=21)
"""More than the longest pause between two tries of a message."""
LONGEST_PAUSE_OF_CALLBACKS = timedelta(minutes=30)
UNHURRIED = replace(AT_ONCE, lease=timedelta(days=1))
"""Time passes so fast here that a call under way would outlast its claim."""


def as_time_passes(world: World, condition: Callable[[], T], pause: timedelta = LONGEST_PAUSE) -> T:
    """What `condition` returns as soon as it is true, while one pause after the other passes."""

    def look() -> T:
        result = condition()
        if not result:
            world.clock.advance(pause)
            world.app.deliveries.wake()
        return result

    return world.eventually(look)


def has_settled(world: World) -> bool:
    """Whether nothing is on its way any more."""
    return world.slack.wait_idle() and readiness(world)["oldest_undelivered_for"] is None


def try_the_callback_again(world: World, pause: timedelta = LONGEST_PAUSE_OF_CALLBACKS) -> None:
    """Let `pause` pass once the last try is on record as failed."""

    def is_on_record() -> bool:
        tried = [event.event_id for event in world.inbox.arrivals()]
        with world.app.ctx.database.read() as tx:
            item = outbox.get(tx, tried[-1]) if tried else None
        return item is not None and item.failures >= tried.count(tried[-1])

    world.eventually(is_on_record)
    world.advance(pause)
