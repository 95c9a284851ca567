"""The service of the stories: signs and posts cases, and reads what became of them."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import requests

from tests.http.shop import sign
from tests.patience import PATIENCE
from tests.scenarios.inbox import Inbox

JsonObject = dict[str, Any]


def prediction(external_id: str, task: str, label: str, confidence: float, **more: Any) -> JsonObject:
    """The body of a case."""
    return {
        "task": task,
        "external_id": external_id,
        "input": {"text": f"The text of {external_id}."},
        "prediction": {"label": label, "confidence": confidence},
        "model": {"name": "radar", "version": "1.4"},
        **more,
    }


@dataclass
class Shop:
    """A service at the other end of the webhook API, with its inbox for callbacks."""

    address: Callable[[], str]
    secret: str
    inbox: Inbox

    def post(self, body: JsonObject, webhook_id: str | None = None) -> requests.Response:
        """Post a case, signed; a new `webhook_id` unless one is given."""
        text = json.dumps(body)
        headers = sign(text, self.secret, webhook_id) | {"content-type": "application/json"}
        return requests.post(f"{self.address()}/v1/cases", data=text, headers=headers, timeout=PATIENCE)

    def post_batch(self, text: str, media_type: str = "application/x-ndjson") -> requests.Response:
        """Post many cases, a JSON text a line."""
        headers = sign(text, self.secret) | {"content-type": media_type}
        return requests.post(f"{self.address()}/v1/cases/batch", data=text, headers=headers, timeout=PATIENCE)

    def read(self, case_id: str) -> JsonObject:
        """`GET /v1/cases/{case_id}`."""
        return self._get(f"/v1/cases/{case_id}")

    def decisions(self) -> list[JsonObject]:
        """`GET /v1/decisions` from the beginning."""
        decisions: list[JsonObject] = self.decisions_page(0)["decisions"]
        return decisions

    def decisions_page(self, after: int, limit: int = 100) -> JsonObject:
        """One page of the feed."""
        return self._get(f"/v1/decisions?after={after}&limit={limit}")

    def bad_inputs(self) -> list[JsonObject]:
        """`GET /v1/bad-inputs`, the latest first."""
        lines: list[JsonObject] = self._get("/v1/bad-inputs")["bad_inputs"]
        return lines

    def reports(self, team: str) -> list[JsonObject]:
        """The team's digests as `GET /v1/reports/{team}` lists them, newest first."""
        reports: list[JsonObject] = self._get(f"/v1/reports/{team}?limit=100")["reports"]
        return reports

    def read_report(self, listed: JsonObject) -> JsonObject:
        """One of those, whole."""
        return self._get(listed["links"]["self"])

    def _get(self, path: str) -> JsonObject:
        answer = requests.get(self.address() + path, headers=sign(path, self.secret), timeout=PATIENCE)
        answer.raise_for_status()
        read: JsonObject = answer.json()
        return read
