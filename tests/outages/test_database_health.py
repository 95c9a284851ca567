"""While the database is away one asks for it and all wait: two lines in the log, work at once after it."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise

from structlog.testing import capture_logs

from bot.clock import SystemClock
from bot.delivery.sender.repeating_threads import Loop, Wake
from bot.outages.database_health import PACE, DatabaseHealth
from bot.process.scheduler import Tick, Ticker
from storage.errors import DatabaseUnavailable
from tests.patience import PATIENCE, eventually

NEVER = 3600.0


@dataclass
class FakeDatabase:
    """Answers, or does not; counts how often it was asked; its clock stands still."""

    is_away: bool = False
    asked: int = 0
    at: float = 0.0
    used: threading.Event = field(default_factory=threading.Event)

    def ping(self) -> None:
        """Answer, if it is there."""
        self.asked += 1
        self.use()

    def use(self) -> bool:
        """What a step does; it has nothing more to do."""
        if self.is_away:
            raise DatabaseUnavailable("Connection refused")
        self.used.set()
        return False

    def health(self) -> DatabaseHealth:
        """Its health, without jitter."""
        return DatabaseHealth(self.ping, jitter=lambda: 1.0, seconds=lambda: self.at)


def test_it_is_not_asked_while_nobody_doubts_it() -> None:
    database = FakeDatabase()
    assert database.health().is_there()
    assert database.asked == 0


def test_it_is_asked_ever_more_rarely_at_least_every_ten_seconds() -> None:
    database = FakeDatabase(is_away=True)
    health = database.health()
    health.failed()
    moments: list[float] = []
    while database.at < 60:
        before = database.asked
        assert not health.is_there()
        if database.asked > before:
            moments.append(database.at)
        database.at += 0.125
    distances = [after - before for before, after in pairwise(moments)]
    assert distances[:6] == [0.25, 0.5, 1.0, 2.0, 4.0, 8.0]
    assert set(distances[6:]) == {PACE.longest.total_seconds()}


def test_a_minute_away_is_two_lines_in_the_log() -> None:
    database = FakeDatabase(is_away=True)
    health = database.health()
    with capture_logs() as lines:
        health.failed()
        while database.at < 60:
            health.is_there()
            database.at += 0.05
        database.is_away = False
        database.at += 10
        assert health.is_there()
    assert [line["event"] for line in lines] == ["database.away", "database.back"]
    assert lines[0]["reason"] == "waiting for the database: it refuses connections"
    assert lines[1]["after_seconds"] == 70.0


def test_a_second_outage_is_told_and_waited_for_as_the_first() -> None:
    database = FakeDatabase(is_away=True)
    health = database.health()
    with capture_logs() as lines:
        for _ in range(2):
            database.is_away = True
            health.failed()
            assert not health.is_there()
            database.is_away = False
            database.at += 0.25
            assert health.is_there()
    assert [line["event"] for line in lines] == ["database.away", "database.back"] * 2


def test_sixteen_loops_write_two_lines_and_go_on_at_once_when_it_is_back() -> None:
    database, wake = FakeDatabase(is_away=True), Wake()
    health = DatabaseHealth(database.ping)
    health.on_back = wake
    steps = [0] * 16

    def step_of(number: int) -> Callable[[], bool]:
        def step() -> bool:
            database.use()
            steps[number] += 1
            return False

        return step

    loops = [Loop(f"loop-{n}", step_of(n), wake, idle_seconds=NEVER, database=health) for n in range(16)]
    with capture_logs() as lines:
        for loop in loops:
            loop.start()
        eventually(lambda: database.asked >= 4)
        database.is_away = False
        eventually(lambda: all(steps))
        for loop in loops:
            loop.ask_to_stop()
        assert all(loop.join(PATIENCE) for loop in loops)
    assert [line["event"] for line in lines] == ["database.away", "database.back"]


def test_a_wake_ends_the_wait_of_a_loop_whose_database_is_back() -> None:
    database, wake = FakeDatabase(is_away=True), Wake()
    health = DatabaseHealth(database.ping, seconds=lambda: 0.0)  # it is never time to ask again
    loop = Loop("test", database.use, wake, idle_seconds=NEVER, database=health)
    loop.start()
    eventually(lambda: database.asked == 1)
    database.is_away = False
    assert not database.used.is_set()

    def is_used() -> bool:
        wake()
        return database.used.is_set()

    eventually(is_used)

    loop.ask_to_stop()
    assert loop.join(PATIENCE)


def test_a_database_that_answers_but_not_to_a_loop_is_one_line_without_a_traceback() -> None:
    database, tries = FakeDatabase(), [0]

    def step() -> bool:
        tries[0] += 1
        raise DatabaseUnavailable("The disk is full.")

    wake = Wake()

    def has_tried_often() -> bool:
        wake()
        return tries[0] >= 20

    loop = Loop("messages", step, wake, idle_seconds=NEVER, database=database.health())
    with capture_logs() as lines:
        loop.start()
        eventually(has_tried_often)
        loop.ask_to_stop()
        assert loop.join(PATIENCE)
    (line,) = lines
    assert (line["event"], line["loop"], line.get("exc_info")) == ("delivery.loop_failed", "messages", None)


def test_a_step_that_always_fails_is_not_tried_without_pause() -> None:
    tries, tried = [0], threading.Event()

    def step() -> bool:
        tries[0] += 1
        if tries[0] == 3:
            tried.set()
        raise ValueError("poison")

    loop = Loop("test", step, Wake(), idle_seconds=0.0)
    with capture_logs():
        loop.start()
        assert tried.wait(PATIENCE)
        loop.ask_to_stop()
        assert loop.join(PATIENCE)
    assert tries[0] == 3


def test_what_a_tick_missed_is_done_as_soon_as_the_database_is_back() -> None:
    database = FakeDatabase(is_away=True)
    health = DatabaseHealth(database.ping)
    tick = Tick("rare", timedelta(days=1), lambda: {"done": 1 + database.use()})
    ticker = Ticker((tick,), SystemClock(), health)
    health.on_back = ticker.catch_up
    with capture_logs() as lines:
        ticker.start()
        eventually(lambda: database.asked == 1)
        database.is_away = False
        eventually(health.is_there)
        assert database.used.wait(PATIENCE)
        eventually(lambda: "tick.done" in [line["event"] for line in lines])
        ticker.stop()
    assert [line["event"] for line in lines] == ["database.away", "database.back", "tick.done"]
