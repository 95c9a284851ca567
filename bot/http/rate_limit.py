"""Holds each service to its rate, so that whoever floods slows down itself alone."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from bot.http.problems import RequestFault, RequestRefused, retry_after

Monotonic = Callable[[], float]


@dataclass(slots=True)
class _Bucket:
    capacity: float
    per_second: float
    tokens: float
    filled_at: float


class Rates:
    """A token bucket per service and process: a minute's worth may come at once, then the steady rate."""

    def __init__(self, per_minute: Callable[[str], int], monotonic: Monotonic = time.monotonic) -> None:
        """`per_minute`: cases a minute for a service, as the policy says just then."""
        self._per_minute = per_minute
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._buckets: dict[str, _Bucket] = {}

    def take(self, service: str, count: int = 1) -> None:
        """Spend `count` cases of the service's rate; raises RequestRefused (429) when they are not there.

        A batch larger than a whole minute's worth passes when the bucket is full, and leaves a debt.
        """
        rate, now = self._per_minute(service), self._monotonic()
        with self._lock:  # small bodies are taken on the event loop, large ones in threads
            bucket = self._buckets.get(service)
            if bucket is None:
                bucket = self._buckets[service] = _Bucket(rate, rate / 60, rate, now)
            elif bucket.capacity != rate:  # another policy: what was spent stays spent
                bucket.capacity, bucket.per_second = rate, rate / 60
            wait = _take(bucket, count, now)
        if wait > 0:
            fault = RequestFault((), "over the rate the policy gives this service", "rate_limited")
            raise RequestRefused(429, fault, headers=retry_after(wait))


def _take(bucket: _Bucket, count: int, now: float) -> float:
    """Spend from the bucket, or say how many seconds to wait."""
    filled = bucket.tokens + (now - bucket.filled_at) * bucket.per_second
    bucket.tokens, bucket.filled_at = min(bucket.capacity, filled), now
    # At most a full bucket: a batch larger than a minute's worth would otherwise never be let in.
    needed = min(count, bucket.capacity)
    if bucket.tokens >= needed:
        bucket.tokens -= count
        return 0.0
    return (needed - bucket.tokens) / bucket.per_second
