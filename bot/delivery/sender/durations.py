"""How fast Slack is called and how long things are held, in the application's time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from bot.clock import Clock, speed_of
from bot.outages.backoff import Backoff
from storage.delivery.projections import UPDATE_PACE

OUTAGE = Backoff(timedelta(seconds=1), timedelta(seconds=20), most_tries=1_000_000)
"""Slack down or out of reach: that is no reason to give a message up."""
POISON = Backoff(timedelta(seconds=2), timedelta(minutes=5), most_tries=8)
"""A message that cannot be rendered."""
STUBBORN = Backoff(timedelta(seconds=2), timedelta(minutes=5), most_tries=1_000_000)
"""What Slack refuses for now, as it says itself."""
PROBE = Backoff(timedelta(seconds=30), timedelta(hours=1), most_tries=1_000_000)
"""How often a refused channel is looked at again, by one message: the repair may have no event."""
PICTURE = Backoff(timedelta(seconds=4), timedelta(seconds=16), most_tries=3)
"""Slack works on an uploaded picture for a moment, and fails to fetch even good addresses now and then."""


@dataclass(frozen=True, slots=True)
class Tempo:
    """Slack's real limits stretched by `speed`, the application's seconds in a real second.

    `post_every`: one message a second in a channel; `update_every`: `chat.update` 50 times a minute in a
    workspace, as often as threads are read, `read_every` (all from Slack's documentation of rate limits).
    `lease` is how long a claim is held without news. A notice that has not its channel's turn tries again
    after `turn_in`, what is about a thread that does not exist yet after `thread_in`. A picture that was
    given up is tried once more with a later version of its message, `picture_in` after.
    """

    speed: float = 1.0
    post_every: timedelta = timedelta(seconds=1)
    update_every: timedelta = UPDATE_PACE
    read_every: timedelta = timedelta(seconds=1.5)
    turn_in: timedelta = timedelta(seconds=0.2)
    thread_in: timedelta = timedelta(seconds=2)
    lease: timedelta = timedelta(seconds=30)
    unknown_for: timedelta = timedelta(seconds=3)
    hold_for: timedelta = timedelta(seconds=30)
    picture_in: timedelta = timedelta(minutes=10)
    outage: Backoff = OUTAGE
    poison: Backoff = POISON
    stubborn: Backoff = STUBBORN
    probe: Backoff = PROBE
    picture: Backoff = PICTURE

    def stretched(self, real: timedelta) -> timedelta:
        """A real duration in the application's time."""
        return real * self.speed


def tempo_of(clock: Clock) -> Tempo:
    """The tempo that fits `clock`."""
    return Tempo(speed=speed_of(clock))
