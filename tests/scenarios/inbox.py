"""Where the service receives callbacks: verifies and keeps them, and misbehaves on demand."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

from standardwebhooks.webhooks import Webhook

from tests.delivery.receiver import Behavior, Receiver, answers, hangs_up, receiving

JsonObject = dict[str, Any]


@dataclass(frozen=True)
class Event:
    """One verified callback, as often as it arrived."""

    event_id: str
    type: str
    data: JsonObject


@dataclass
class Inbox:
    """The service's callback endpoint; `event_ids` of one event are the same however often it comes."""

    receiver: Receiver
    secret: str
    _slow: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        """Where callbacks go."""
        return self.receiver.url

    @property
    def tries(self) -> int:
        """How many requests came, accepted or not."""
        return len(self.receiver.received)

    def arrivals(self) -> list[Event]:
        """Every request in the order of arrival; fails if one is not signed by our secret."""
        return [self._verified(request.headers, request.body) for request in list(self.receiver.received)]

    def events(self, case_id: str) -> list[Event]:
        """What has arrived about a case, each event once, in the order of first arrival."""
        about = [event for event in self.arrivals() if event.data["case_id"] == case_id]
        return list({event.event_id: event for event in about}.values())

    def types(self, case_id: str) -> list[str]:
        """The kinds of those events."""
        return [event.type for event in self.events(case_id)]

    def answer(self, status: int) -> None:
        """Answer every request with `status` from now on: 200 is well, 500 is not."""
        self._behave(answers(status))

    def go_down(self) -> None:
        """Drop every connection without an answer from now on."""
        self._behave(hangs_up)

    def get_slow(self) -> None:
        """Answer nothing until `get_quick`, then 200."""
        self._slow.clear()
        self._behave(self._slowly)

    def get_quick(self) -> None:
        """Answer what waits, and at once from now on."""
        self._slow.set()
        self.answer(200)

    def _slowly(self, handler: BaseHTTPRequestHandler) -> None:
        self._slow.wait()
        answers(200)(handler)

    def _behave(self, behavior: Behavior) -> None:
        self.receiver.script[:] = [behavior]

    def _verified(self, headers: dict[str, str], body: bytes) -> Event:
        Webhook(self.secret).verify(body, headers)
        event = json.loads(body)
        return Event(headers["webhook-id"], event["type"], event["data"])


@contextmanager
def inbox(secret: str) -> Iterator[Inbox]:
    """An endpoint on loopback that answers 200."""
    with receiving() as receiver:
        opened = Inbox(receiver, secret)
        yield opened
        opened.get_quick()
