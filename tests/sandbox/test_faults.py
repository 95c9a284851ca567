"""Every trouble that can be switched on, as the real WebClient suffers it."""

from __future__ import annotations

import http.client
import urllib.error
from typing import Any

import pytest
import requests
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.sandbox import Sandbox, SlackFault
from bot.sandbox.faults import Faults, UnknownFault
from tests.patience import PATIENCE
from tests.sandbox.conftest import Page

BROKEN = (urllib.error.URLError, http.client.HTTPException, ConnectionError)


@pytest.fixture
def hasty(sandbox: Sandbox) -> WebClient:
    return WebClient(
        token=sandbox.config.bot_token, base_url=sandbox.api_url, retry_handlers=[], timeout=PATIENCE
    )


def post(client: WebClient, channel: str = "C0DIGITS") -> Any:
    return client.chat_postMessage(channel=channel, text="t")


def test_a_rate_limit_says_how_long_to_wait_and_ends_by_itself(sandbox: Sandbox, hasty: WebClient) -> None:
    sandbox.faults.add(SlackFault("rate_limited", method="chat.postMessage", count=1, retry_after=7))

    with pytest.raises(SlackApiError) as error:
        post(hasty)
    post(hasty)

    assert error.value.response.status_code == 429
    assert error.value.response.headers["retry-after"] == "7"
    assert sandbox.stats()["rejected"] == {"ratelimited": 1}


def test_a_fault_of_one_channel_leaves_others_alone(sandbox: Sandbox, hasty: WebClient) -> None:
    sandbox.faults.add(SlackFault("error", channel_id="C0DIGITS", error="internal_error"))

    post(hasty, "C0GENERAL")
    with pytest.raises(SlackApiError, match="internal_error"):
        post(hasty, "C0DIGITS")


@pytest.mark.parametrize(("kind", "status"), [("server_error", 500), ("down", 503)])
def test_a_server_error_does_nothing(sandbox: Sandbox, hasty: WebClient, kind: Any, status: int) -> None:
    sandbox.faults.add(SlackFault(kind, count=1))

    answer = requests.post(
        f"{sandbox.api_url}chat.postMessage",
        data={"token": sandbox.config.bot_token, "channel": "C0DIGITS", "text": "t"},
        timeout=PATIENCE,
    )

    assert answer.status_code == status
    assert sandbox.state.messages_in("C0DIGITS") == []


@pytest.mark.parametrize(
    ("fault", "posted"),
    [
        (SlackFault("refused", count=1), 0),
        (SlackFault("time_out", count=1, seconds=0.05), 0),
        (SlackFault("accept_then_drop", count=1), 1),
    ],
)
def test_a_dropped_connection_hides_whether_the_work_was_done(
    sandbox: Sandbox, hasty: WebClient, fault: SlackFault, posted: int
) -> None:
    sandbox.faults.add(fault)

    with pytest.raises(BROKEN):
        post(hasty)

    assert len(sandbox.state.messages_in("C0DIGITS")) == posted
    assert sandbox.stats()["posted"] == posted


def test_the_default_client_posts_twice_when_the_answer_is_lost(sandbox: Sandbox, client: WebClient) -> None:
    sandbox.faults.add(SlackFault("accept_then_drop", count=1))

    post(client)

    assert len(sandbox.state.messages_in("C0DIGITS")) == 2


def test_a_slow_answer_is_an_answer(sandbox: Sandbox, hasty: WebClient) -> None:
    sandbox.faults.add(SlackFault("slow", count=1, seconds=0.05))

    assert post(hasty)["ok"]


@pytest.mark.parametrize("code", ["token_revoked", "account_inactive"])
def test_a_dead_token_is_refused_until_the_fault_is_cleared(
    sandbox: Sandbox, hasty: WebClient, code: Any
) -> None:
    number = sandbox.faults.add(SlackFault(code))

    with pytest.raises(SlackApiError, match=code):
        hasty.auth_test()
    sandbox.faults.clear(number)
    assert hasty.auth_test()["ok"]


def test_a_scope_can_go_missing(sandbox: Sandbox, hasty: WebClient) -> None:
    sandbox.faults.add(SlackFault("missing_scope", scope="chat:write"))

    with pytest.raises(SlackApiError) as error:
        post(hasty)

    response = error.value.response
    assert (response["error"], response["needed"]) == ("missing_scope", "chat:write")
    assert "chat:write" not in response["provided"].split(",")
    assert response.headers["x-accepted-oauth-scopes"] == "chat:write"


def test_several_scopes_can_go_missing_at_once(sandbox: Sandbox, hasty: WebClient) -> None:
    for scope in ("channels:read", "groups:read"):
        sandbox.faults.add(SlackFault("missing_scope", scope=scope, count=1))

    with pytest.raises(SlackApiError) as error:
        hasty.conversations_list(types="private_channel")

    assert "channels:read" not in error.value.response["provided"].split(",")
    assert error.value.response["needed"] == "groups:read"
    assert hasty.conversations_list()["channels"]


def test_a_response_url_and_an_upload_can_fail_too(sandbox: Sandbox, hasty: WebClient) -> None:
    sandbox.faults.add(SlackFault("down", method="upload", count=1))
    sandbox.faults.add(SlackFault("down", method="response_url", count=1))

    upload = hasty.files_getUploadURLExternal(filename="a.png", length=1)["upload_url"]
    assert requests.post(upload, data=b"x", timeout=PATIENCE).status_code == 503
    assert requests.post(upload, data=b"x", timeout=PATIENCE).status_code == 200
    assert requests.post(f"{sandbox.url}/response/none", json={}, timeout=PATIENCE).status_code == 503


def test_faults_are_steered_over_http(sandbox: Sandbox, hasty: WebClient) -> None:
    control = f"{sandbox.url}/control"
    ask = {"kind": "error", "error": "fatal_error", "channel": "C0DIGITS", "count": 2}
    number = requests.post(f"{control}/faults", json=ask, timeout=PATIENCE).json()["number"]

    with pytest.raises(SlackApiError, match="fatal_error"):
        post(hasty)
    (active,) = requests.get(f"{control}/faults", timeout=PATIENCE).json()["faults"]
    assert (active["kind"], active["channel_id"]) == ("error", "C0DIGITS")
    requests.post(f"{control}/faults/clear", json={"number": number}, timeout=PATIENCE)
    post(hasty)
    assert requests.get(f"{control}/stats", timeout=PATIENCE).json()["posted"] == 1


@pytest.mark.parametrize("ask", [{"kind": "flood"}, {"kind": "down", "mood": "bad"}, {}, []])
def test_a_fault_that_does_not_exist_is_refused(sandbox: Sandbox, ask: Any) -> None:
    answer = requests.post(f"{sandbox.url}/control/faults", json=ask, timeout=PATIENCE)

    assert answer.status_code == 400
    assert sandbox.faults.active() == []


@pytest.mark.parametrize(
    ("name", "kind"), [("lost_answer", "accept_then_drop"), ("rate_limited", "rate_limited")]
)
def test_the_page_has_words_of_its_own_for_faults(sandbox: Sandbox, name: str, kind: str) -> None:
    requests.post(f"{sandbox.url}/control/faults", json={"kind": name}, timeout=PATIENCE)

    assert [fault.kind for fault in sandbox.faults.active()] == [kind]


def test_an_unknown_kind_cannot_be_made() -> None:
    with pytest.raises(UnknownFault, match="take one of"):
        SlackFault("flood")  # type: ignore[arg-type]  # what the test is about


def test_faults_count_down_in_the_order_they_were_added() -> None:
    faults = Faults()
    faults.add(SlackFault("down", count=1))
    faults.add(SlackFault("refused", count=1))

    taken = [faults.take(("refused", "down"), "any") for _ in range(3)]

    assert [fault.kind if fault else None for fault in taken] == ["down", "refused", None]


def test_the_page_goes_on_while_the_api_is_down(sandbox: Sandbox, maya: Page) -> None:
    sandbox.faults.add(SlackFault("down"))

    assert maya.post("message", channel="C0DIGITS", text="hello")["ok"]
    assert maya.get("messages", channel="C0DIGITS")["messages"][0]["text"] == "hello"
