"""What is done with the rows of earlier versions, portion by portion while the program runs."""

from collections.abc import Callable

from bot.usecases.context import Context
from storage.engine.database import Transaction
from storage.record import completion, takeover

MOST_PORTIONS = 20
"""Of 500 rows in one tick, so that stopping waits for none."""


def take_in(ctx: Context) -> dict[str, int]:
    """Take the next of them into the record; how many."""
    # Looked up without a turn to write: for most of a database's life nothing is left to do.
    with ctx.database.read() as tx:
        if takeover.is_over(tx):
            return {}
    return {"taken_in": _in_portions(ctx, lambda tx: takeover.portion(tx, ctx.clock.now()))}


def fill_origins(ctx: Context) -> dict[str, int]:
    """Give the next predictions of version 0.1 their origin; how many."""
    with ctx.database.read() as tx:
        if completion.has_origins(tx):
            return {}
    return {"filled": _in_portions(ctx, completion.fill_origins)}


def _in_portions(ctx: Context, act: Callable[[Transaction], int]) -> int:
    """How many rows `act` did, one portion in each transaction, until none is left or the tick is over."""
    done = 0
    for _ in range(MOST_PORTIONS):
        with ctx.database.write() as tx:
            portion = act(tx)
        if not portion:
            break
        done += portion
    return done
