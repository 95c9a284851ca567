"""The line of writers: in order, and never stuck."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from storage.engine import dialects
from storage.engine.database import Database
from storage.engine.sqlite_write_lock import FairLock, lock_for
from storage.errors import DatabaseUnavailable


@contextmanager
def waiting(lock: FairLock, order: list[int], count: int) -> Iterator[None]:
    """Threads that queue up one after another, note their number when their turn comes, and leave."""
    threads = []
    for number in range(count):
        threads.append(threading.Thread(target=_take, args=(lock, order, number)))
        threads[-1].start()
        while lock.waiting <= number:
            pass
    yield
    for thread in threads:
        thread.join()


def _take(lock: FairLock, order: list[int], number: int) -> None:
    assert lock.acquire(10)
    order.append(number)
    lock.release()


def test_turns_come_in_the_order_of_asking() -> None:
    lock, order = FairLock(), list[int]()
    assert lock.acquire(0)
    with waiting(lock, order, 6):
        lock.release()
    assert order == list(range(6))


def test_who_gives_up_leaves_the_line() -> None:
    lock = FairLock()
    assert lock.acquire(0)
    assert not lock.acquire(0.01)
    lock.release()
    assert lock.acquire(0)


def test_the_same_file_has_one_lock_however_it_is_spelled(sqlite_url: str) -> None:
    spelled = sqlite_url.replace("/secondlook.sqlite3", "/./secondlook.sqlite3")
    locks = [dialects.write_lock(dialects.create(url)) for url in (sqlite_url, spelled)]
    assert locks[0] is locks[1]
    assert lock_for("a") is not lock_for("b")


def test_a_writer_whose_turn_does_not_come_is_told(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dialects, "WAIT_FOR_TURN", 0.01)
    first, second = Database(sqlite_url), Database(sqlite_url)
    outcome: list[str] = []

    def write() -> None:
        try:
            with second.write():
                outcome.append("written")
        except DatabaseUnavailable:
            outcome.append("unavailable")

    with first.write():
        thread = threading.Thread(target=write)
        thread.start()
        thread.join()
    write()
    for database in (first, second):
        database.dispose()
    assert outcome == ["unavailable", "written"]
