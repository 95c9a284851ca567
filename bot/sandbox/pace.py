"""Rate limits: tokens that refill steadily, so many at once."""

import math
import threading
from collections.abc import Callable, Hashable, Mapping

from bot.sandbox.errors import RateLimited

SECONDS_PER_MINUTE = 60


class Pace:
    """How often each key may pass: `rate` a second, `burst` at once; rate 0 lets everything pass."""

    def __init__(self, rate: float, burst: int, monotonic: Callable[[], float]) -> None:
        self._rate = rate
        self._burst = burst
        self._monotonic = monotonic
        self._full_at: dict[Hashable, float] = {}
        self._lock = threading.Lock()

    def take(self, key: Hashable) -> None:
        """Use a token of `key`; raises RateLimited with the whole seconds until the next."""
        if not self._rate:
            return
        with self._lock:
            now = self._monotonic()
            full_at = max(self._full_at.get(key, now), now)
            wait = full_at - now - (self._burst - 1) / self._rate
            if wait > 1e-9:  # less is a rounding error of the sum, and would refuse a call that is due
                raise RateLimited(max(1, math.ceil(wait)))
            self._full_at[key] = full_at + 1 / self._rate


class MethodLimits:
    """Calls a minute that the workspace allows each method; a method without a number is free."""

    def __init__(self, calls_per_minute: Mapping[str, int], monotonic: Callable[[], float]) -> None:
        self._paces = {
            method: Pace(calls / SECONDS_PER_MINUTE, calls, monotonic)
            for method, calls in calls_per_minute.items()
        }

    def take(self, method: str) -> None:
        """Count a call; raises RateLimited over the limit."""
        if method in self._paces:
            self._paces[method].take(method)
