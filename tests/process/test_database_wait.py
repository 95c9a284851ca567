"""What may pass is waited for without end, a mistake for a minute; and SIGTERM ends either."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from structlog.testing import capture_logs

from bot.process.database_wait import DatabaseWait
from storage.errors import DatabaseUnavailable, SchemaTooNew

HOUR = 3600.0
PASSING = {
    'connection to server at "db", port 5432 failed: Connection refused': "it refuses connections",
    "FATAL:  the database system is starting up": "it is starting up",
    "FATAL:  the database system is shutting down": "it is shutting down",
    "failed to resolve host 'db': [Errno -2] Name or service not known": "its name is not known yet",
    "connection timeout expired": "it does not answer in time",
    "FATAL:  sorry, too many clients already": "it takes no more connections",
    "something that no version has said before": "it does not answer",
}
MISTAKES = {
    'FATAL:  password authentication failed for user "app"': "it refuses the user or the password",
    'FATAL:  role "app" does not exist': "it refuses the user or the password",
    'FATAL:  database "app" does not exist': "it has no database of that name",
    'FATAL:  no pg_hba.conf entry for host "10.0.0.7"': "it does not let this user in from here",
    "server does not support SSL, but SSL was required": "no encrypted connection can be made",
}


@dataclass
class Time:
    """Moves on by ten seconds whenever it is read."""

    at: float = 0.0

    def __call__(self) -> float:
        """The moment."""
        self.at += 10.0
        return self.at


@dataclass
class Opening:
    """Fails with one text after the other, then works."""

    texts: list[str]
    tries: int = 0
    on_try: Callable[[int], None] = field(default=lambda _: None)

    def __call__(self) -> None:
        """Try to open."""
        self.tries += 1
        self.on_try(self.tries)
        if self.texts:
            raise DatabaseUnavailable(self.texts.pop(0))


class NeverOver(threading.Event):
    """Nobody asks it to end, and waiting for that takes no time."""

    def wait(self, timeout: float | None = None) -> bool:
        """Return at once."""
        assert timeout is not None
        assert timeout <= 10
        return False


def waiting() -> DatabaseWait:
    return DatabaseWait(NeverOver(), seconds=Time())


@pytest.mark.parametrize("text", PASSING)
def test_what_may_pass_is_waited_for_however_long_it_takes(text: str) -> None:
    opening = Opening([text] * 500)
    wait = waiting()
    with capture_logs() as lines:
        assert wait.open(opening)
    assert (opening.tries, wait.words) == (501, None)
    assert lines[0]["reason"] == f"waiting for the database: {PASSING[text]}"


@pytest.mark.parametrize("text", MISTAKES)
def test_a_mistake_is_waited_for_a_minute_and_then_told(text: str) -> None:
    opening = Opening([text] * 500)
    wait = waiting()
    with capture_logs() as lines, pytest.raises(DatabaseUnavailable):
        wait.open(opening)
    assert opening.tries == 7
    assert wait.words == f"waiting for the database: {MISTAKES[text]}"
    assert [line["reason"] for line in lines] == [wait.words]


def test_a_role_that_is_created_meanwhile_is_no_mistake() -> None:
    mistake, passing = next(iter(MISTAKES)), next(iter(PASSING))
    with capture_logs():
        assert waiting().open(Opening([mistake] * 6))
        assert waiting().open(Opening([*[mistake] * 6, passing] * 10))


def test_an_hour_of_waiting_is_a_line_a_minute_and_one_for_each_new_reason() -> None:
    refused, starting = list(PASSING)[:2]
    with capture_logs() as lines:
        waiting().open(Opening([*[refused] * 360, starting]))
    assert len(lines) <= 62
    assert lines[-1]["reason"] == "waiting for the database: it is starting up"


def test_who_is_asked_to_end_waits_no_longer() -> None:
    over = threading.Event()
    opening = Opening([next(iter(PASSING))] * 500, on_try=lambda tries: over.set() if tries == 3 else None)
    with capture_logs():
        assert not DatabaseWait(over, jitter=lambda: 0.0).open(opening)
    assert opening.tries == 3


def test_what_waiting_cannot_mend_is_told_at_once() -> None:
    def newer() -> None:
        raise SchemaTooNew

    with pytest.raises(SchemaTooNew):
        waiting().open(newer)
