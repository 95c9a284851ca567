"""Says how far the record reaches."""

from bot.usecases.context import Context
from storage.record import anchor


def cast_anchor(ctx: Context) -> str | None:
    """How far the record reaches; None where that is no further than last time."""
    with ctx.database.write() as tx:
        if not anchor.cast(tx, ctx.clock.now()):
            return None
    return last_anchor(ctx)


def last_anchor(ctx: Context) -> str | None:
    """How far the record reached at the last anchor; None where nothing is on record yet."""
    with ctx.database.read() as tx:
        last = anchor.last(tx)
    return None if last is None else str(last)
