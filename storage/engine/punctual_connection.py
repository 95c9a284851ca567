"""A connection to PostgreSQL that keeps the deadline of its thread."""

from typing import Any

import psycopg

from storage.engine import deadline

LATE = "the time-out of this act has expired"
SHORTEST = 0.001


class PunctualConnection(psycopg.Connection[Any]):
    """Gives a statement up at the deadline, and with it the connection.

    The server's own time-outs do not help where it is the server, or the way to it, that has stopped.
    """

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """Wait for the server. Raises OperationalError at the deadline."""
        seconds = deadline.left()
        if seconds is None:
            return super().wait(gen, interval, timeout)
        try:
            return super().wait(gen, interval, max(SHORTEST, seconds))
        except psycopg.OperationalError as error:
            if deadline.left():
                raise
            self.pgconn.finish()  # a late answer would be taken for that of the next statement
            raise psycopg.OperationalError(LATE) from error


def connect(*arguments: Any, **parameters: Any) -> PunctualConnection:
    """A new connection, unless it is too late for that."""
    if deadline.left() == 0.0:
        raise psycopg.OperationalError(LATE)
    return PunctualConnection.connect(*arguments, **parameters)
