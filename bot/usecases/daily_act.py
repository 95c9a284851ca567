"""Does something at most once a day of UTC, whichever replica comes first."""

from collections.abc import Callable
from datetime import UTC, datetime

from bot.usecases.context import Context
from storage.delivery import claimed_events


def once_a_day(ctx: Context, name: str, now: datetime, act: Callable[[], int]) -> int:
    """What `act` returned, 0 where `name` was done today; one that fails may be had again."""
    key = f"{name}:{now.astimezone(UTC).date().isoformat()}"
    # Claimed before it is done, in a transaction of its own:
    # the act takes seconds, and others must not begin it.
    with ctx.database.write() as tx:
        if not claimed_events.claim(tx, key, now):
            return 0
    try:
        return act()
    except Exception:  # whatever it was: a kept claim would put it off until tomorrow
        with ctx.database.write() as tx:
            claimed_events.release(tx, key)
        raise
