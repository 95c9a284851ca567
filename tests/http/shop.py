"""A service that posts, the policy it posts under, and a real server on loopback that answers it."""

import json
import socket
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import requests
from standardwebhooks.webhooks import Webhook

from bot.http.case_answers import HttpAnswer, answer, first_answer
from bot.http.signatures import Services
from bot.ids import new_id
from bot.settings import Secrets
from bot.usecases.context import Context
from bot.usecases.intake.receive import Posting, receive_by_policy
from routing.policy import Policy
from storage.engine.database import Database
from tests.patience import PATIENCE
from tests.worlds.clocks import ServedClock
from tests.worlds.contexts import context
from tests.worlds.policies import SHOP

JsonObject = dict[str, Any]
SECRETS = {
    "SHOP_SECRET": "whsec_c2hvcCBzZWNyZXQgb25lIGZvciB0ZXN0cw==",
    "SHOP_SECRET_NEXT": "whsec_c2hvcCBzZWNyZXQgdHdvIGZvciB0ZXN0cw==",
    "SHOP_KEY": "a bearer key for the tests",
    "BANK_SECRET": "whsec_YmFuayBzZWNyZXQgb25lIGZvciB0ZXN0cw==",
}


def served(database: Database, policy: str = SHOP) -> Context:
    """The context of a bot whose API is served; ids are drawn as they are in earnest."""
    return context(database, policy, ServedClock(), new_id=new_id)


def exposing(database: Database, exposure: str) -> Context:
    """The same where the policy says as whom the shop is told of experts."""
    asked = f'[services.shop]\nexpose_experts = "{exposure}"'
    return served(database, SHOP.replace("[services.shop]", asked))


def answers(ctx: Context, postings: Sequence[Posting]) -> list[HttpAnswer]:
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
