"""Gives the predictions of version 0.1 their origin, portion by portion while the program runs."""

from bot.usecases.context import Context
from storage.record import completion

MOST_PORTIONS = 20
"""Of 500 rows in one tick, so that stopping waits for none."""


def fill(ctx: Context) -> dict[str, int]:
    """Fill the next rows; how many."""
    with ctx.database.read() as tx:
        if completion.has_origins(tx):
            return {}
    filled = 0
    for _ in range(MOST_PORTIONS):
        with ctx.database.write() as tx:
            portion = completion.fill_origins(tx)
        filled += portion
        if not portion:
            break
    return {"filled": filled}
