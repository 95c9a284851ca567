"""Proves that the demo's service signs, posts and receives as a real one would."""

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import requests
import responses
from standardwebhooks.webhooks import Webhook

from bot.clock import SystemClock
from bot.demo.script import HeldOutExample
from bot.demo.traffic import NoAnswer, Poster, Receiver, body_of
from tests.patience import PATIENCE

SECRET = "whsec_" + base64.b64encode(b"demo secret of the tests").decode()
EXAMPLE = HeldOutExample(
    task="tumor",
    external_id="biopsy-1",
    question_text="Nuclei.",
    label="benign",
    truth="malignant",
    probabilities={"benign": 0.7, "malignant": 0.3},
    model={"name": "m", "version": "1"},
)
OCCURRED_AT = datetime(2026, 11, 16, 7, tzinfo=UTC)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver(SECRET)
    receiver.start()
    yield receiver
    receiver.stop()


def signed(data: str, event_id: str = "evt_1", secret: str = SECRET) -> dict[str, str]:
    now = SystemClock().wall()
    return {
        "webhook-id": event_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(secret).sign(event_id, now, data),
    }


def test_the_truth_is_never_posted() -> None:
    assert "truth" not in json.dumps(body_of(EXAMPLE, OCCURRED_AT))


def test_an_image_is_posted_as_base64_with_its_alt_text() -> None:
    example = HeldOutExample(
        "digits", "s", "t", "1", "1", {"1": 1.0}, {"name": "m", "version": "1"}, image=b"png"
    )
    image = body_of(example, OCCURRED_AT)["input"]["image"]
    assert base64.b64decode(image["data"]) == b"png"
    assert image["alt_text"]


@responses.activate
def test_a_post_carries_a_signature_that_verifies() -> None:
    sent = responses.post("http://127.0.0.1:1/v1/cases", json={"case_id": "case_1"}, status=202)
    answer = Poster("http://127.0.0.1:1", SECRET, SystemClock().wall).post(EXAMPLE, OCCURRED_AT)
    request = sent.calls[0].request
    Webhook(SECRET).verify(str(request.body), dict(request.headers))
    assert answer == {"case_id": "case_1"}


@responses.activate
@pytest.mark.parametrize(
    "trouble",
    [
        {"body": requests.ReadTimeout()},
        {"body": requests.ConnectionError()},
        {"status": 503},
        {"status": 429},
    ],
    ids=str,
)
def test_a_webhook_that_cannot_answer_now_is_no_refusal(trouble: dict[str, Any]) -> None:
    responses.post("http://127.0.0.1:1/v1/cases", **trouble)
    with pytest.raises(NoAnswer):
        Poster("http://127.0.0.1:1", SECRET, SystemClock().wall).post(EXAMPLE, OCCURRED_AT)


@responses.activate
def test_a_refused_post_raises() -> None:
    responses.post("http://127.0.0.1:1/v1/cases", status=422)
    with pytest.raises(requests.HTTPError):
        Poster("http://127.0.0.1:1", SECRET, SystemClock().wall).post(EXAMPLE, OCCURRED_AT)


def test_a_signed_callback_is_logged_and_a_second_arrival_counted(receiver: Receiver) -> None:
    data = json.dumps({"type": "case.decided"})
    statuses = [
        requests.post(receiver.url, data=data, headers=signed(data), timeout=PATIENCE) for _ in range(2)
    ]
    assert [status.status_code for status in statuses] == [204, 204]
    assert receiver.log.bodies == {"evt_1": {"type": "case.decided"}}
    assert receiver.log.arrivals["evt_1"] == 2


def test_a_callback_with_a_wrong_signature_is_refused(receiver: Receiver) -> None:
    other = "whsec_" + base64.b64encode(b"another secret").decode()
    data = "{}"
    answer = requests.post(receiver.url, data=data, headers=signed(data, secret=other), timeout=PATIENCE)
    assert answer.status_code == 401
    assert receiver.log.refused == 1
    assert receiver.log.bodies == {}
