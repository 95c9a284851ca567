"""How fast Slack is called and how long things are held, in the application's time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from bot.clock import Clock, speed_of
from bot.delivery.backoff import Backoff

OUTAGE = Backoff(timedelta(seconds=1), timedelta(seconds=20), most_tries=1_000_000)
"""Slack down or out of reach: that is no reason to give a message up."""
POISON = Backoff(timedelta(seconds=2), timedelta(minutes=5), most_tries=8)
"""A message that cannot be rendered or that Slack does not take."""


@dataclass(frozen=True, slots=True)
class Tempo:
    """Slack's real limits stretched by `speed`, the application's seconds in a real one.

    `post_every`: one message a second in a channel; `update_every`: `chat.update` 50 times a minute in a
    workspace, as often as threads are read, `read_every` (all from Slack's documentation of rate limits).
    `lease` is how long a claim is held without news. A notice that has not its channel's turn tries again
    after `turn_in`, what is about a thread that does not exist yet after `thread_in`.
    """

    speed: float = 1.0
    post_every: timedelta = timedelta(seconds=1)
    update_every: timedelta = timedelta(seconds=1.2)
    read_every: timedelta = timedelta(seconds=1.5)
    turn_in: timedelta = timedelta(seconds=0.2)
    thread_in: timedelta = timedelta(seconds=2)
    lease: timedelta = timedelta(seconds=30)
    unknown_for: timedelta = timedelta(seconds=3)
    hold_for: timedelta = timedelta(seconds=30)
    outage: Backoff = OUTAGE
    poison: Backoff = POISON

    def stretched(self, real: timedelta) -> timedelta:
        """A real duration in the application's time."""
        return real * self.speed


def tempo_of(clock: Clock) -> Tempo:
    """The tempo that fits `clock`."""
    return Tempo(speed=speed_of(clock))
