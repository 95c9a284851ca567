"""What the record asks for time and again: take in rows of earlier versions, and say how far it reaches."""

from bot.usecases.context import Context
from storage.record import anchor, takeover

MOST_PORTIONS = 20
"""Of 500 rows in one tick, so that stopping waits for none."""


def take_in(ctx: Context) -> dict[str, int]:
    """Take in the next rows of an earlier version; how many."""
    with ctx.database.read() as tx:
        if takeover.is_over(tx):
            return {}
    taken = 0
    for _ in range(MOST_PORTIONS):
        with ctx.database.write() as tx:
            portion = takeover.portion(tx, ctx.clock.now())
        if not portion:
            break
        taken += portion
    return {"taken_in": taken}


def cast_anchor(ctx: Context) -> str | None:
    """How far the record reaches; None where that is no further than last time."""
    with ctx.database.write() as tx:
        if not anchor.cast(tx, ctx.clock.now()):
            return None
    return last_anchor(ctx)


def last_anchor(ctx: Context) -> str | None:
    """How far the record was last said to reach; None where nothing is on record yet."""
    with ctx.database.read() as tx:
        last = anchor.last(tx)
    return None if last is None else str(last)
