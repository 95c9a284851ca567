"""Does something at most once a day of UTC, whichever replica comes first."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from bot.usecases.context import Context
from storage.delivery import claimed_events

LEASE = timedelta(minutes=30)
"""Less than an hour: what was killed is had again by the next hourly tick. An act takes seconds."""
DAY = timedelta(days=1)


def once_a_day(ctx: Context, name: str, now: datetime, act: Callable[[], int]) -> int:
    """What `act` returned, 0 where `name` was done today or is under way.

    One that fails may be had again at once, one that was killed after half an hour.
    """
    key = f"{name}:{now.astimezone(UTC).date().isoformat()}"
    # Leased before it is done, in a transaction of its own:
    # the act takes seconds, and others must not begin it.
    with ctx.database.write() as tx:
        if not claimed_events.lease(tx, key, now, LEASE):
            return 0
    try:
        count = act()
    except Exception:  # whatever it was: a kept claim would put it off
        with ctx.database.write() as tx:
            claimed_events.release(tx, key)
        raise
    with ctx.database.write() as tx:
        # Until after the day that the key names, so that the lease does not end before it.
        claimed_events.advance(tx, key, now + DAY)
    return count
