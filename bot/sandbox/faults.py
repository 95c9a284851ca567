"""Troubles that a test can switch on."""

import threading
from dataclasses import dataclass
from itertools import count as counter
from typing import Literal, get_args

from bot.sandbox.errors import SandboxError

FaultKind = Literal[
    "rate_limited",  # 429 with Retry-After `retry_after`; nothing is done
    "server_error",  # 500; nothing is done
    "time_out",  # no answer for `seconds`, then the connection drops; nothing is done
    "slow",  # waits `seconds`, then works
    "accept_then_drop",  # does the work, then drops the connection before the answer
    "refused",  # the connection drops at once; nothing is done
    "down",  # 503; nothing is done
    "token_revoked",
    "account_inactive",
    "missing_scope",  # `scope` is taken away
    "error",  # answers the Slack error `error`; nothing is done
    "ack_lost",  # the app's acknowledgment of an event gets lost: the event is retried
    "socket_refuse",  # no Socket Mode connection is accepted
    "socket_silent",  # pings are not answered and acknowledgments not read
]


class UnknownFault(SandboxError):
    """There is no such fault."""


@dataclass(frozen=True)
class SlackFault:
    """A trouble: for a `method` or `channel_id` or for all, `count` times or until cleared.

    `seconds` is how long `time_out` and `slow` last; `retry_after` is in seconds too.
    """

    kind: FaultKind
    method: str | None = None
    channel_id: str | None = None
    count: int | None = None
    seconds: float = 2.0
    retry_after: int = 1
    scope: str = ""
    error: str = ""

    def __post_init__(self) -> None:
        if self.kind not in get_args(FaultKind):
            raise UnknownFault(f"{self.kind}: take one of {', '.join(get_args(FaultKind))}")

    def matches(self, method: str, channel_id: str | None) -> bool:
        """Whether it concerns this call."""
        return self.method in (None, method) and self.channel_id in (None, channel_id)


class Faults:
    """The faults that are switched on, oldest first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._numbers = counter(1)
        self._active: dict[int, SlackFault] = {}
        self._left: dict[int, int | None] = {}

    def add(self, fault: SlackFault) -> int:
        """Switch a fault on; returns the number to clear it by."""
        with self._lock:
            number = next(self._numbers)
            self._active[number] = fault
            self._left[number] = fault.count
            return number

    def clear(self, number: int | None = None) -> None:
        """Switch a fault off, or all of them."""
        with self._lock:
            for cleared in list(self._active) if number is None else [number]:
                self._active.pop(cleared, None)
                self._left.pop(cleared, None)

    def active(self) -> list[SlackFault]:
        """What is switched on."""
        with self._lock:
            return list(self._active.values())

    def take(
        self, kinds: tuple[FaultKind, ...], method: str = "", channel_id: str | None = None
    ) -> SlackFault | None:
        """The first fault of these kinds that concerns the call, counted down; None if there is none."""
        with self._lock:
            for number, fault in self._active.items():
                if fault.kind in kinds and fault.matches(method, channel_id):
                    self._count_down(number)
                    return fault
        return None

    def take_all(self, kind: FaultKind, method: str) -> list[SlackFault]:
        """Every fault of this kind that concerns the call, each counted down."""
        with self._lock:
            matches = {
                number: fault
                for number, fault in self._active.items()
                if fault.kind == kind and fault.matches(method, None)
            }
            for number in matches:
                self._count_down(number)
        return list(matches.values())

    def _count_down(self, number: int) -> None:
        left = self._left[number]
        if left is None:
            return
        self._left[number] = left - 1
        if left <= 1:
            del self._active[number], self._left[number]
