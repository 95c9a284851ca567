"""First come, first served: the lock that lines up the writers of a SQLite file within a process."""

import threading
from collections import deque
from weakref import WeakValueDictionary

_registry_guard = threading.Lock()
# Weak: a lock lives as long as some database of this process uses its file.
_locks: "WeakValueDictionary[str, FairLock]" = WeakValueDictionary()


class FairLock:
    """A lock handed over in the order in which it was asked for, so that intake cannot starve clicks."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()
        self._is_held = False

    @property
    def waiting(self) -> int:
        """How many stand in line."""
        return len(self._waiting)

    def acquire(self, timeout: float) -> bool:
        """Wait at most `timeout` seconds for the turn; False when it did not come."""
        with self._guard:
            if not self._is_held:
                self._is_held = True
                return True
            turn = threading.Lock()
            turn.acquire()
            self._waiting.append(turn)
        return turn.acquire(timeout=timeout) or self._keeps_late_turn(turn)

    def release(self) -> None:
        """Hand the lock to whoever has waited longest."""
        with self._guard:
            if self._waiting:
                # `_is_held` stays true: who comes now must not overtake the thread that is only waking up.
                self._waiting.popleft().release()
            else:
                self._is_held = False

    def _keeps_late_turn(self, turn: threading.Lock) -> bool:
        """Whether the turn came between the time-out and leaving the queue."""
        with self._guard:
            # To say no here would leave the lock with a thread
            # that has gone, and every writer waiting for ever.
            if turn not in self._waiting:
                return True
            self._waiting.remove(turn)
            return False


def lock_for(path: str) -> FairLock:
    """The only lock of this process for the database file at `path`."""
    with _registry_guard:
        lock = _locks.get(path)
        if lock is None:
            lock = _locks[path] = FairLock()
        return lock
