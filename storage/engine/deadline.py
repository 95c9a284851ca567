"""By when the present thread's transaction has to be over, for acts that somebody waits for."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic


class _Mine(threading.local):
    ends_at: float | None = None


_mine = _Mine()


@contextmanager
def within(seconds: float | None) -> Iterator[None]:
    """What the thread waits for in this block ends so soon; with None as it would otherwise."""
    before = _mine.ends_at
    if seconds is not None:
        ends_at = monotonic() + seconds
        # The earlier of both: an inner block must not outlive
        # what the outer has promised to somebody who waits.
        _mine.ends_at = ends_at if before is None else min(before, ends_at)
    try:
        yield
    finally:
        _mine.ends_at = before


def left() -> float | None:
    """Seconds until it has to be over, 0 when it is; None where nothing presses."""
    return None if _mine.ends_at is None else max(0.0, _mine.ends_at - monotonic())
