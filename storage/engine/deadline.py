"""By when the present thread's transaction has to be over, for acts that somebody waits for."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any, TypeVar

import psycopg

T = TypeVar("T")
LATE = "the time-out of this act has expired"
SHORTEST = 0.001


class _Mine(threading.local):
    ends_at: float | None = None


_mine = _Mine()


@contextmanager
def within(seconds: float | None) -> Iterator[None]:
    """What the thread waits for in this block ends so soon; with None as it would otherwise."""
    before = _mine.ends_at
    if seconds is not None:
        ends_at = monotonic() + seconds
        _mine.ends_at = ends_at if before is None else min(before, ends_at)
    try:
        yield
    finally:
        _mine.ends_at = before


def left() -> float | None:
    """Seconds until it has to be over, 0 when it is; None where nothing presses."""
    return None if _mine.ends_at is None else max(0.0, _mine.ends_at - monotonic())


class PunctualConnection(psycopg.Connection[Any]):
    """Gives a statement up at the deadline, and with it the connection.

    The server's own time-outs do not help where it is the server, or the way to it, that has stopped.
    """

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """Wait for the server. Raises OperationalError at the deadline."""
        seconds = left()
        if seconds is None:
            return super().wait(gen, interval, timeout)
        try:
            return super().wait(gen, interval, max(SHORTEST, seconds))
        except psycopg.OperationalError as error:
            if left():
                raise
            self.pgconn.finish()  # a late answer would be taken for that of the next statement
            raise psycopg.OperationalError(LATE) from error


def connect(*arguments: Any, **parameters: Any) -> PunctualConnection:
    """A new connection, unless it is too late for that."""
    if left() == 0.0:
        raise psycopg.OperationalError(LATE)
    return PunctualConnection.connect(*arguments, **parameters)
