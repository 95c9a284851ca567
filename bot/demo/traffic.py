"""The demo's service: posts predictions to the signed webhook and receives the signed decisions."""

import base64
import json
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import requests
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from bot.demo.script import HeldOutExample
from bot.errors import BotError

JsonObject = dict[str, Any]
POST_TIMEOUT = 10.0
BUSY = 429
BROKEN = 500
MAX_CALLBACK_BYTES = 1_000_000


def body_of(example: HeldOutExample, occurred_at: datetime) -> JsonObject:
    """The webhook body of an example."""
    case_input: JsonObject = {"text": example.question_text, "fields": example.fields}
    if example.image is not None:
        case_input["image"] = {
            "data": base64.b64encode(example.image).decode(),
            "media_type": "image/png",
            "alt_text": "An 8 × 8 scan of a handwritten digit",
        }
    return {
        "task": example.task,
        "external_id": example.external_id,
        "input": case_input,
        "prediction": {"label": example.label, "probabilities": example.probabilities},
        "model": example.model,
        "evidence": list(example.evidence),
        "occurred_at": occurred_at.isoformat(),
    }


class NoAnswer(BotError):
    """The webhook could not answer now: the same is to be posted again."""


class Poster:
    """Signs and posts predictions as any service would."""

    def __init__(self, api_url: str, secret: str, wall: Callable[[], datetime]) -> None:
        self._url = f"{api_url}/v1/cases"
        self._webhook = Webhook(secret)
        self._wall = wall
        self._session = requests.Session()

    def post(self, example: HeldOutExample, occurred_at: datetime) -> JsonObject:
        """The answer to a posted prediction. Raises NoAnswer, or requests.HTTPError when it is refused."""
        data = json.dumps(body_of(example, occurred_at))
        message_id, sent_at = f"demo-{example.external_id}", self._wall()
        headers = {
            "content-type": "application/json",
            "webhook-id": message_id,
            "webhook-timestamp": str(int(sent_at.timestamp())),
            "webhook-signature": self._webhook.sign(message_id, sent_at, data),
        }
        try:
            response = self._session.post(self._url, data=data, headers=headers, timeout=POST_TIMEOUT)
        except (requests.ConnectionError, requests.Timeout) as error:
            raise NoAnswer(str(error)) from error
        if response.status_code == BUSY or response.status_code >= BROKEN:
            raise NoAnswer(f"status {response.status_code}")
        response.raise_for_status()
        answer: JsonObject = response.json()
        return answer


@dataclass
class CallbackLog:
    """What arrived at the service's callback address: bodies by event id, and how often each came."""

    bodies: dict[str, JsonObject] = field(default_factory=dict)
    arrivals: Counter[str] = field(default_factory=Counter)
    refused: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def record(self, event_id: str, body: JsonObject) -> None:
        """Note an arrival."""
        with self.lock:
            self.bodies[event_id] = body
            self.arrivals[event_id] += 1


class Receiver:
    """A small HTTP server on loopback that verifies and logs callbacks."""

    def __init__(self, secret: str) -> None:
        self.log = CallbackLog()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self.log, Webhook(secret)))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, name="demo-receiver", daemon=True)

    @property
    def url(self) -> str:
        """Where callbacks go."""
        return f"http://127.0.0.1:{self._server.server_port}/decisions"

    def start(self) -> None:
        """Serve in a thread."""
        self._thread.start()

    def stop(self) -> None:
        """Stop and free the port."""
        self._server.shutdown()
        self._server.server_close()


def _handler(log: CallbackLog, webhook: Webhook) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            size = min(int(self.headers.get("content-length", 0)), MAX_CALLBACK_BYTES)
            status = _receive(log, webhook, self.rfile.read(size), dict(self.headers))
            self.send_response(status)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Keep the terminal for the demo's progress."""

    return Handler


def _receive(log: CallbackLog, webhook: Webhook, body: bytes, headers: dict[str, str]) -> int:
    try:
        payload = webhook.verify(body, headers)
    except WebhookVerificationError:
        log.refused += 1
        return 401
    names = {name.lower(): value for name, value in headers.items()}
    log.record(names["webhook-id"], payload)
    return 204
