"""Counts of what the app did, for tests and the demo's report."""

import threading
from collections import Counter

from bot.sandbox.json_types import JsonObject

_TALLIES = ("posted", "updated", "deleted", "ephemeral", "views_opened", "uploads")


class Stats:
    """Counts calls, refusals and effects since the start."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tallies: Counter[str] = Counter(dict.fromkeys(_TALLIES, 0))
        self._calls: Counter[str] = Counter()
        self._rejected: Counter[str] = Counter()

    def called(self, method: str) -> None:
        """A Web API method was called."""
        with self._lock:
            self._calls[method] += 1

    def rejected(self, code: str) -> None:
        """A call was answered with an error."""
        with self._lock:
            self._rejected[code] += 1

    def happened(self, tally: str) -> None:
        """Count one more of `posted`, `updated`, `deleted`, `ephemeral`, `views_opened` or `uploads`."""
        with self._lock:
            self._tallies[tally] += 1

    def snapshot(self) -> JsonObject:
        """All counts: `{"posted": n, …, "rejected": {error: n}, "calls": {method: n}}`."""
        with self._lock:
            return {**self._tallies, "rejected": dict(self._rejected), "calls": dict(self._calls)}
