"""`python -m tests.benchmarks.tick_size`: what is measured by the hour, on a million rows on PostgreSQL.

All of it has a minute and 1 GB; the watch, every 20 s, has 2 s where decisions came and nothing else.
"""

import time
from collections.abc import Callable, Iterator

from bot.usecases.context import Context
from bot.usecases.learning import hourly
from bot.usecases.thresholds import cell_sets, label_sets
from bot.usecases.thresholds.watch import Watch
from storage.engine.database import Database
from storage.measured import certificates
from tests.benchmarks.figure import Figure, at_most, told
from tests.benchmarks.report_size import MODEL, MOST_MEMORY, SINCE, UNTIL, measure, peak
from tests.benchmarks.report_size import POLICY_TEXT as FIXED
from tests.usecases.traffic import calibrated, traffic

MOST_SECONDS, MOST_WATCHING = 60.0, 2.0
POLICY = FIXED.replace(
    "accept_above = 0.51",
    "accept_above = { error = 0.1, confidence = 0.95, slices = "
    '["country=DE", "country=FR", "country=PT", "country=IT", "country=ES"] }',
)


def ticks(database: Database) -> Iterator[Figure]:
    """Each act of the hour, then the watch: with decisions it has not seen, and without."""
    at_work = traffic(database, POLICY)
    at_work.clock.moment = SINCE
    label_sets.note_new(at_work.ctx)
    cell_sets.note_new(at_work.ctx)
    calibrated(at_work.ctx, model=MODEL)
    at_work.clock.moment = UNTIL
    total = 0.0
    for name, act in hourly.ACTS:
        seconds, made = _timed(act, at_work.ctx)
        total += seconds
        yield told(f"hourly {name}", seconds, "s", f"{made} new, peak {peak():.0f} MB")
    yield at_most("hourly, all", total, MOST_SECONDS, "s", f"{_granted(database)} thresholds in force")
    watch = Watch(at_work.ctx)
    seconds, _ = _timed(lambda _: watch.revoke_due()["revoked"], at_work.ctx)
    yield at_most("watch, decisions came", seconds, MOST_WATCHING, "s", f"peak {peak():.0f} MB")
    seconds, _ = _timed(lambda _: watch.revoke_due()["revoked"], at_work.ctx)
    yield at_most("watch, nothing came", seconds, MOST_WATCHING / 10, "s")
    yield at_most("memory", peak(), MOST_MEMORY, "MB")


def _timed(act: Callable[[Context], int], ctx: Context) -> tuple[float, int]:
    started = time.perf_counter()
    made = act(ctx)
    return time.perf_counter() - started, made


def _granted(database: Database) -> int:
    with database.read() as tx:
        return len(certificates.standing(tx))


if __name__ == "__main__":
    for figure in measure(ticks):
        print(figure.line(), flush=True)
