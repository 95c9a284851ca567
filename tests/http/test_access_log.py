"""One line for every request: who, which route, what came of it; never a secret or an input."""

import asyncio
import json
from collections.abc import MutableMapping, Sequence
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send
from structlog.testing import capture_logs

from bot.http.access_log import AccessLog, note
from bot.http.metrics import Metrics
from tests.http.shop import SECRETS, Caller, case, sign
from tests.patience import PATIENCE, eventually

LINE = {"log_level": "info", "event": "http.answered"}
Line = MutableMapping[str, Any]


def written(lines: Sequence[Line], count: int) -> Sequence[Line]:
    """The lines once there are `count`: a request's is written after its answer has gone out."""
    eventually(lambda: len(lines) >= count)
    return list(lines)


def test_a_request_is_one_line_with_its_service_and_case(quick: Caller) -> None:
    with capture_logs() as lines:
        case_id = quick.post(case()).json()["case_id"]
        (line,) = written(lines, 1)
    line.pop("took_ms")
    assert line == LINE | {
        "method": "POST",
        "route": "/v1/cases",
        "status": 202,
        "service": "shop",
        "case": case_id,
    }


def test_a_batch_says_how_many(quick: Caller) -> None:
    with capture_logs() as lines:
        quick.batch([case("a"), {}])
        told = written(lines, 1)
    assert [(line["route"], line["items"]) for line in told] == [("/v1/cases/batch", 2)]


def test_no_line_holds_what_was_sent(quick: Caller) -> None:
    secret_key = {"authorization": f"Bearer {SECRETS['SHOP_KEY']}"}
    with capture_logs() as lines:
        quick.post(case("hush\u2028x", input={"text": "hush"}))
        quick.post('{"hush": 1}')
        quick.get("/hush%0Ahush?hush=1")
        quick.session.get(f"{quick.url}/v1/decisions", headers=secret_key, timeout=PATIENCE)
        told = written(lines, 4)
    text = json.dumps(told)
    assert len(told) == 4
    assert "hush" not in text
    assert all(value not in text for value in (*SECRETS.values(), *sign("").values()))


def test_a_watcher_s_requests_are_not_logged(quick: Caller) -> None:
    with capture_logs() as lines:
        for path in ("/healthz", "/readyz", "/metrics"):
            assert quick.session.get(quick.url + path, timeout=PATIENCE).status_code == 200
    assert lines == []


async def hang(_scope: Scope, _receive: Receive, _send: Send) -> None:
    raise ValueError("hush")


async def begin_and_break(_scope: Scope, _receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    raise ValueError("hush")


@pytest.mark.parametrize(("app", "status"), [(hang, 500), (begin_and_break, 200)])
def test_a_mistake_of_ours_is_one_line_that_quotes_nothing(app: object, status: int) -> None:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    scope: Scope = {"type": "http", "method": "GET", "path": "/"}
    with capture_logs() as lines:
        asyncio.run(AccessLog(app, Metrics())(scope, receive, send))  # type: ignore[arg-type]  # one of the two above
    assert [message["status"] for message in sent if message["type"] == "http.response.start"] == [status]
    assert [(line["event"], line.get("error")) for line in lines] == [
        ("http.failed", "ValueError"),
        ("http.answered", None),
    ]
    assert "hush" not in json.dumps(lines)


def test_what_is_no_request_passes() -> None:
    seen: list[str] = []

    async def app(scope: Scope, _receive: Receive, _send: Send) -> None:
        note(scope, fact=1)
        seen.append(scope["type"])

    scope: Scope = {"type": "lifespan"}
    asyncio.run(AccessLog(app, Metrics())(scope, None, None))  # type: ignore[arg-type]  # neither is used
    assert seen == ["lifespan"]
