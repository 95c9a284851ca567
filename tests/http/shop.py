"""A service that posts, the policy it posts under, and a real server on loopback that answers it."""

import json
import socket
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import requests
import uvicorn
from fastapi import FastAPI
from standardwebhooks.webhooks import Webhook

from bot.http.case_answers import Answer, answer, first_answer
from bot.http.signatures import Services
from bot.ids import new_id
from bot.settings import Secrets
from bot.usecases.context import Context, PolicyHolder
from bot.usecases.intake.receive import Posting, receive_by_policy
from routing.policy import Policy, load_policy
from storage.engine.database import Database
from tests.patience import PATIENCE

JsonObject = dict[str, Any]
DRAW_KEY = b"a key for the tests' draws"
NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
SECRETS = {
    "SHOP_SECRET": "whsec_c2hvcCBzZWNyZXQgb25lIGZvciB0ZXN0cw==",
    "SHOP_SECRET_NEXT": "whsec_c2hvcCBzZWNyZXQgdHdvIGZvciB0ZXN0cw==",
    "SHOP_KEY": "a bearer key for the tests",
    "BANK_SECRET": "whsec_YmFuayBzZWNyZXQgb25lIGZvciB0ZXN0cw==",
}
POLICY = """
[services.shop]
tasks = ["fraud"]
secret_env = ["SHOP_SECRET", "SHOP_SECRET_NEXT"]
bearer_env = ["SHOP_KEY"]
rate_per_minute = 100000

[services.bank]
tasks = ["fraud", "loan"]
secret_env = ["BANK_SECRET"]
rate_per_minute = 100000

[channels.fraud]
id = "C0FRAUD"

[tasks.fraud]
question = "Is this payment fraud?"
labels = [
    { name = "fraud", description = "somebody else pays", example = "a stolen card" },
    { name = "legitimate", description = "the customer pays", example = "a usual order" },
]

[[tasks.fraud.tiers]]
name = "large"
when = "has(input.fields.amount) && input.fields.amount > 1000.0"
channel = "fraud"
accept_above = "always_review"
due_in = "1h"

[[tasks.fraud.tiers]]
name = "ordinary"
channel = "fraud"
accept_above = 0.9
audit = 0.0
due_in = "4h"

[tasks.loan]
question = "Should this loan be given?"
labels = [
    { name = "yes", description = "give it", example = "a steady income" },
    { name = "no", description = "do not", example = "no income" },
]

[[tasks.loan.tiers]]
name = "every"
channel = "fraud"
accept_above = "always_review"
due_in = "1d"
"""


@dataclass
class SetClock:
    """A clock that stands where a test puts it; signatures are checked against the real moment."""

    moment: datetime = NOW

    def now(self) -> datetime:
        """Where the test put it."""
        return self.moment

    def wall(self) -> datetime:
        """The real moment."""
        return datetime.now(UTC)

    def sleep(self, duration: timedelta) -> None:
        """Jump."""
        self.moment += duration


def context(database: Database, text: str = POLICY) -> Context:
    """The world of the use cases, at NOW."""
    policy = load_policy(text, "policy.toml")
    return Context(
        database=database,
        active=PolicyHolder.of(policy),
        clock=SetClock(),
        new_id=new_id,
        draw_key=DRAW_KEY,
        team_id="T0TEAM",
    )


def exposing(database: Database, exposure: str) -> Context:
    """The same where the policy says as whom the shop is told of experts."""
    asked = f'[services.shop]\nexpose_experts = "{exposure}"'
    return context(database, POLICY.replace("[services.shop]", asked))


def answers(ctx: Context, postings: Sequence[Posting]) -> list[Answer]:
    """What the webhook answers to these postings, stored in one transaction."""
    return [answer(outcome) for outcome in receive_by_policy(ctx, postings, first_answer)]


def services(policy: Policy) -> Services:
    """The services of the policy, with the tests' secrets."""
    return Services(policy, Secrets(SECRETS))


def case(external_id: Any = "payment-1", confidence: float = 0.6, **other: Any) -> JsonObject:
    """The body of a case: reviewed by default, accepted with a confidence of 0.9 or more."""
    return {
        "external_id": external_id,
        "task": "fraud",
        "input": {"text": "Two payments within a minute.", "fields": {"amount": 499.0}},
        "prediction": {
            "label": "fraud",
            "probabilities": {"fraud": confidence, "legitimate": round(1 - confidence, 9)},
        },
        "model": {"name": "payments", "version": "3"},
        **other,
    }


_messages = count(1)


def sign(
    body: bytes | str, secret: str = SECRETS["SHOP_SECRET"], webhook_id: str | None = None, age: float = 0
) -> dict[str, str]:
    """The headers of a signed request; `age` in seconds."""
    message_id = webhook_id or f"msg_{next(_messages)}"
    sent_at = datetime.now(UTC) - timedelta(seconds=age)
    text = body if isinstance(body, str) else body.decode()
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(sent_at.timestamp())),
        "webhook-signature": Webhook(secret).sign(message_id, sent_at, text),
    }


class Caller:
    """Posts and reads as a service does."""

    def __init__(self, url: str, secret: str = SECRETS["SHOP_SECRET"]) -> None:
        self.url = url
        self.secret = secret
        self.session = requests.Session()

    def post(self, body: object, path: str = "/v1/cases", **how: Any) -> requests.Response:
        """Post JSON (or text as it is), signed."""
        data = body if isinstance(body, str | bytes) else json.dumps(body)
        raw = data.encode() if isinstance(data, str) else data
        media_type = how.pop("media_type", "application/json")
        headers: Mapping[str, str] = {**sign(raw, self.secret, **how), "content-type": media_type}
        return self.session.post(self.url + path, data=raw, headers=headers, timeout=PATIENCE)

    def batch(self, body: object, **how: Any) -> requests.Response:
        """Post a batch."""
        return self.post(body, "/v1/cases/batch", **how)

    def get(self, path: str) -> requests.Response:
        """Read, signed."""
        asked = self.session.prepare_request(requests.Request("GET", self.url + path))
        asked.headers.update(sign(asked.path_url, self.secret))
        return self.session.send(asked, timeout=PATIENCE)


def raw(url: str, sent: bytes) -> bytes:
    """The beginning of what a server answers to bytes that no client library would send."""
    host, _, port = url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=PATIENCE) as connection:
        connection.sendall(sent)
        return connection.recv(65_536)


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    """The address of a server for `app` on loopback; it has drained when the block has ended."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="on", access_log=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(20)
        listener.close()
