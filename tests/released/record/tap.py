"""Stands between the local Slack and the application: hears what Slack sends, and may keep it to itself."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

import requests

from tests.patience import PATIENCE

JsonObject = dict[str, Any]
FORM = "application/x-www-form-urlencoded"


@dataclass
class Tap:
    """What Slack sent, oldest first; while `is_holding` nothing of it reaches the application."""

    target: str = ""
    url: str = ""
    is_holding: bool = False
    heard: list[JsonObject] = field(default_factory=list)
    _changed: threading.Condition = field(default_factory=threading.Condition)

    def hear(self, payload: JsonObject) -> None:
        """Keep a payload."""
        with self._changed:
            self.heard.append(payload)
            self._changed.notify_all()

    def catch(self, act: Callable[[], object], is_meant: Callable[[JsonObject], bool]) -> JsonObject:
        """The first payload that is meant of those that `act` makes Slack send."""
        before = len(self.heard)
        act()
        ends = time.monotonic() + PATIENCE
        with self._changed:
            while True:
                for payload in self.heard[before:]:
                    if is_meant(payload):
                        return payload
                left = ends - time.monotonic()
                assert left > 0, f"Slack sent nothing that was meant, only {self.heard[before:]}"
                self._changed.wait(left)

    @contextmanager
    def holding(self) -> Iterator[None]:
        """Keep what Slack sends from the application: it is answered as if it had been taken."""
        self.is_holding = True
        try:
            yield
        finally:
            self.is_holding = False


def payload_of(content_type: str, body: bytes) -> JsonObject:
    """The JSON in a request of Slack's: an event, an interaction or a command's form."""
    if content_type != FORM:
        event: JsonObject = json.loads(body)
        return event
    form = dict(parse_qsl(body.decode(), keep_blank_values=True))
    interaction: JsonObject = json.loads(form["payload"]) if "payload" in form else form
    return interaction


@contextmanager
def tapping() -> Iterator[Tap]:
    """A tap on a free loopback port; set its `target` before anything is sent."""
    tap = Tap()
    session = requests.Session()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            tap.hear(payload_of(self.headers["Content-Type"], body))
            if tap.is_holding:
                self._answer(200, "text/plain", b"")
                return
            headers = {name: value for name, value in self.headers.items() if name.lower() != "host"}
            answer = session.post(tap.target, data=body, headers=headers, timeout=PATIENCE)
            self._answer(answer.status_code, answer.headers.get("content-type", "text/plain"), answer.content)

        def _answer(self, status: int, content_type: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base class names it
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    tap.url = f"http://127.0.0.1:{server.server_address[1]}/slack/events"
    try:
        yield tap
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
