"""/ui and /control as the page and a test speak them."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests
from slack_sdk import WebClient

from bot.sandbox import Sandbox
from tests.patience import PATIENCE
from tests.sandbox.conftest import Page


def channel(page: Page, channel_id: str) -> dict[str, Any]:
    (state,) = [channel for channel in page.get("state")["channels"] if channel["id"] == channel_id]
    assert isinstance(state, dict)
    return state


def test_the_state_has_everything_but_messages(sandbox: Sandbox, maya: Page) -> None:
    state = maya.get("state")

    assert state["team"] == {"id": "T0ACMEBANK", "name": "Acme Bank"}
    assert state["bot"] == {"user_id": "U0SECONDLOOK", "name": "Second Look", "icon": ":eyes:"}
    assert state["me"]["real_name"] == "Maya Okafor"
    assert len({person["tz"] for person in state["people"]}) >= 6
    assert [each["command"] for each in state["commands"]] == ["/secondlook"]
    assert (state["modals"], state["home"]) == ([], None)


def test_without_a_person_the_first_one_acts(sandbox: Sandbox) -> None:
    state = requests.get(f"{sandbox.url}/ui/state", timeout=PATIENCE).json()

    assert state["me"]["id"] == "U0MAYA"


def test_unread_messages_and_mentions_are_counted_until_read(
    client: WebClient, maya: Page, jonas: Page
) -> None:
    client.chat_postMessage(channel="C0DIGITS", text="plain")
    client.chat_postMessage(channel="C0DIGITS", text="<@U0MAYA> look")
    client.chat_postMessage(channel="C0DIGITS", text="<!subteam^S0DIGITS> look")

    assert (channel(maya, "C0DIGITS")["unread"], channel(maya, "C0DIGITS")["mentions"]) == (3, 2)
    assert channel(jonas, "C0DIGITS")["mentions"] == 1
    maya.post("read", channel="C0DIGITS")
    assert (channel(maya, "C0DIGITS")["unread"], channel(maya, "C0DIGITS")["mentions"]) == (0, 0)
    assert channel(jonas, "C0DIGITS")["unread"] == 3


def test_messages_come_in_pages_from_the_newest(maya: Page) -> None:
    for number in range(5):
        maya.post("message", channel="C0DIGITS", text=str(number))

    newest = maya.get("messages", channel="C0DIGITS", limit=2)
    older = maya.get("messages", channel="C0DIGITS", limit=9, before=newest["messages"][0]["ts"])

    assert [m["text"] for m in newest["messages"]] == ["3", "4"]
    assert newest["has_more"]
    assert ([m["text"] for m in older["messages"]], older["has_more"]) == (["0", "1", "2"], False)


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("message", {"as": "U0NOBODY", "channel": "C0DIGITS", "text": "t"}, 404),
        ("message", {"as": "U0SECONDLOOK", "channel": "C0DIGITS", "text": "t"}, 404),
        ("message", {"as": "U0MAYA", "channel": "C0NOWHERE", "text": "t"}, 404),
        ("message", {"as": "U0MAYA", "channel": "D0JONAS", "text": "t"}, 404),
        ("message", {"as": "U0MAYA", "channel": "C0LEADS", "text": "t"}, 400),
        ("message", {"as": "U0MAYA", "channel": "C0DIGITS", "text": " "}, 400),
        ("delete", {"as": "U0MAYA", "channel": "C0DIGITS", "ts": "1.0"}, 404),
        ("action", {"as": "U0MAYA", "channel": "C0DIGITS"}, 400),
        ("view/submit", {"as": "U0MAYA", "view_id": "V0NONE"}, 404),
        ("message", [], 400),
    ],
)
def test_what_cannot_be_done_is_refused_with_a_reason(
    sandbox: Sandbox, path: str, body: Any, status: int
) -> None:
    answer = requests.post(f"{sandbox.url}/ui/{path}", json=body, timeout=PATIENCE)

    assert answer.status_code == status
    assert answer.json()["message"]


def test_a_body_that_is_no_json_and_a_strange_limit_are_refused(sandbox: Sandbox, maya: Page) -> None:
    assert requests.post(f"{sandbox.url}/ui/message", data=b"{", timeout=PATIENCE).status_code == 400
    assert maya.get("messages", channel="C0DIGITS", limit="0")["error"] == "invalid_limit"
    assert maya.get("messages", channel="C0DIGITS", before="noon")["error"] == "invalid_before"


def test_an_archived_channel_and_a_deactivated_person_write_nothing(
    sandbox: Sandbox, maya: Page, jonas: Page
) -> None:
    sandbox.workspace.membership.deactivate("U0MAYA")
    assert maya.post("message", channel="C0DIGITS", text="t")["error"] == "account_inactive"
    order = {"channel": "C0DIGITS", "archive": True}
    requests.post(f"{sandbox.url}/control/channel", json=order, timeout=PATIENCE)
    assert jonas.post("message", channel="C0DIGITS", text="t")["error"] == "is_archived"


def test_the_stream_tells_each_person_what_concerns_them(
    sandbox: Sandbox, client: WebClient, maya: Page
) -> None:
    with (
        requests.get(f"{sandbox.url}/ui/stream?as=U0MAYA", stream=True, timeout=PATIENCE) as mine,
        requests.get(f"{sandbox.url}/ui/stream?as=U0JONAS", stream=True, timeout=PATIENCE) as other,
    ):
        mine_lines, other_lines = mine.iter_lines(), other.iter_lines()
        assert (next(mine_lines), next(other_lines)) == (b": connected", b": connected")
        client.chat_postEphemeral(channel="C0DIGITS", user="U0MAYA", text="psst")
        assert news_of(mine_lines)["kind"] == "ephemeral"
        posted = client.chat_postMessage(channel="C0DIGITS", text="all")
        for lines in (mine_lines, other_lines):
            news = news_of(lines)
            assert (news["kind"], news["channel"], news["ts"]) == ("message", "C0DIGITS", posted["ts"])


def news_of(lines: Any) -> dict[str, Any]:
    data = next(line for line in lines if line.startswith(b"data: "))
    news = json.loads(data.removeprefix(b"data: "))
    assert isinstance(news, dict)
    return news


def test_stopping_ends_open_streams(sandbox: Sandbox) -> None:
    with requests.get(f"{sandbox.url}/ui/stream?as=U0MAYA", stream=True, timeout=PATIENCE) as stream:
        lines = stream.iter_lines()
        next(lines)
        sandbox.stop()
        assert [line for line in lines if line] == []


@pytest.mark.parametrize("order", ["rename", "archive", "unarchive", "delete", "remove_bot", "add_bot"])
def test_channels_are_steered_over_http(sandbox: Sandbox, order: str) -> None:
    before = sandbox.state.conversations["C0DIGITS"]
    body = {"channel": "C0DIGITS", order: "readers" if order == "rename" else True}
    assert requests.post(f"{sandbox.url}/control/channel", json=body, timeout=PATIENCE).json() == {"ok": True}

    after = sandbox.state.conversations.get("C0DIGITS")
    observed = {
        "rename": before.name == "readers",
        "archive": before.is_archived,
        "unarchive": not before.is_archived,
        "delete": after is None,
        "remove_bot": "U0SECONDLOOK" not in before.members,
        "add_bot": "U0SECONDLOOK" in before.members,
    }
    assert observed[order]


def test_people_are_steered_over_http(sandbox: Sandbox) -> None:
    def order(**body: Any) -> int:
        answer = requests.post(
            f"{sandbox.url}/control/person", json={"user": "U0MAYA", **body}, timeout=PATIENCE
        )
        return answer.status_code

    assert order(leave="C0DIGITS") == 200
    assert "U0MAYA" not in sandbox.state.conversations["C0DIGITS"].members
    assert order(join="C0DIGITS") == 200
    assert order(snooze=True) == 200
    assert sandbox.state.people["U0MAYA"].is_snoozing
    assert order(wake=True) == 200
    assert order(deactivate=True) == 200
    assert sandbox.state.people["U0MAYA"].deleted
    assert order(activate=True) == 200
    assert order() == 400
    assert order(leave="C0NOWHERE") == 400
    assert order(user="U0NOBODY", deactivate=True) == 400


def test_sockets_and_the_request_url_are_steered_over_http(sandbox: Sandbox) -> None:
    control = f"{sandbox.url}/control"
    assert requests.post(f"{control}/socket", json={"disconnect": True}, timeout=PATIENCE).json() == {
        "ok": True
    }
    assert requests.post(f"{control}/socket", json={"drop": True}, timeout=PATIENCE).json() == {"ok": True}
    assert requests.post(f"{control}/socket", json={}, timeout=PATIENCE).status_code == 400
    dead = requests.post(f"{control}/request_url", json={"url": "http://127.0.0.1:9/x"}, timeout=PATIENCE)
    assert (dead.status_code, dead.json()["error"]) == (400, "UrlNotVerified")
    assert requests.post(f"{control}/request_url", json={"url": None}, timeout=PATIENCE).json() == {
        "ok": True
    }


def test_the_page_and_its_files_are_served(sandbox: Sandbox) -> None:
    assert "<html" in requests.get(f"{sandbox.url}/", timeout=PATIENCE).text
    assert requests.get(f"{sandbox.url}/page/app.js", timeout=PATIENCE).status_code == 200
    assert requests.get(f"{sandbox.url}/page/none.js", timeout=PATIENCE).status_code == 404
    assert requests.get(f"{sandbox.url}/files/F1/none.png", timeout=PATIENCE).status_code == 404
