"""Holds each service to its rate, so that one that floods slows down itself alone."""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.http.problems import Fault, Refused, retry_after

Monotonic = Callable[[], float]


@dataclass(slots=True)
class _Bucket:
    capacity: float
    per_second: float
    tokens: float
    filled_at: float


class Rates:
    """A token bucket per service and process: a minute's worth may come at once, then the steady rate."""

    def __init__(self, per_minute: Mapping[str, int], monotonic: Monotonic = time.monotonic) -> None:
        """`per_minute`: cases a minute for each service."""
        self._monotonic = monotonic
        self._lock = threading.Lock()
        start = monotonic()
        self._buckets = {name: _Bucket(rate, rate / 60, rate, start) for name, rate in per_minute.items()}

    def take(self, service: str, count: int = 1) -> None:
        """Spend `count` cases of the service's rate; raises Refused (429) when they are not there.

        A batch larger than a whole minute's worth passes when the bucket is full, and leaves a debt.
        """
        with self._lock:
            wait = _take(self._buckets[service], count, self._monotonic())
        if wait > 0:
            fault = Fault((), "over the rate the policy gives this service", "rate_limited")
            raise Refused(429, fault, headers=retry_after(wait))


def _take(bucket: _Bucket, count: int, now: float) -> float:
    """Spend from the bucket, or say how many seconds to wait."""
    filled = bucket.tokens + (now - bucket.filled_at) * bucket.per_second
    bucket.tokens, bucket.filled_at = min(bucket.capacity, filled), now
    needed = min(count, bucket.capacity)
    if bucket.tokens >= needed:
        bucket.tokens -= count
        return 0.0
    return (needed - bucket.tokens) / bucket.per_second
