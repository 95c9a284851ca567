"""A person edits a message: what the app hears of it, what the page shows, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from slack_bolt import App
from slack_sdk import WebClient

from bot.sandbox import Sandbox
from bot.sandbox.messages import SlackMessage
from tests.patience import PATIENCE
from tests.sandbox.conftest import Heard, Json, Page
from tests.sandbox.test_bolt_http import BoltServer

DIGITS = "C0DIGITS"


@pytest.fixture
def edits(sandbox: Sandbox, client: WebClient, heard: Heard) -> Iterator[Heard]:
    """The `message_changed` events that a Bolt app over signed HTTP receives."""
    app = App(client=client, signing_secret=sandbox.config.signing_secret, process_before_response=True)

    @app.event("message")
    def on_message(event: Json) -> None:
        if event.get("subtype") == "message_changed":
            heard.add(event)

    server = BoltServer(app)
    sandbox.connect_url(server.url)
    yield heard
    server.stop()


def typed(text: str) -> list[Json]:
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
    return [{"type": "rich_text", "block_id": "typed", "elements": [section]}]


def test_an_edited_reply_is_told_with_its_old_and_its_new_words(
    edits: Heard, client: WebClient, maya: Page
) -> None:
    parent = client.chat_postMessage(channel=DIGITS, text="Which digit?")["ts"]
    ts = maya.post("message", channel=DIGITS, text="seven", thread_ts=parent)["ts"]

    assert maya.post("edit", channel=DIGITS, ts=ts, text="nine") == {"ok": True}

    (event,) = edits.wait_for(1)
    common = {
        "type": "message",
        "user": "U0MAYA",
        "team": "T0ACMEBANK",
        "ts": ts,
        "thread_ts": parent,
        "client_msg_id": f"local-{ts}",
    }
    edited_ts = event["message"]["edited"]["ts"]
    assert float(ts) < float(edited_ts) < float(event["ts"])
    assert event == {
        "type": "message",
        "subtype": "message_changed",
        "hidden": True,
        "channel": DIGITS,
        "channel_type": "channel",
        "ts": event["ts"],
        "event_ts": event["ts"],
        "message": {
            **common,
            "text": "nine",
            "blocks": typed("nine"),
            "edited": {"user": "U0MAYA", "ts": edited_ts},
        },
        "previous_message": {**common, "text": "seven", "blocks": typed("seven")},
    }


def test_a_second_edit_is_later_and_keeps_the_first_as_what_was(edits: Heard, maya: Page) -> None:
    ts = maya.post("message", channel=DIGITS, text="seven")["ts"]

    maya.post("edit", channel=DIGITS, ts=ts, text="nine")
    maya.post("edit", channel=DIGITS, ts=ts, text="four")

    first, second = edits.wait_for(2)
    assert float(second["message"]["edited"]["ts"]) > float(first["message"]["edited"]["ts"])
    assert second["previous_message"] == first["message"]
    assert second["message"]["text"] == "four"


def test_the_same_words_again_change_nothing(sandbox: Sandbox, edits: Heard, maya: Page) -> None:
    ts = maya.post("message", channel=DIGITS, text="seven")["ts"]

    assert maya.post("edit", channel=DIGITS, ts=ts, text="seven") == {"ok": True}

    assert sandbox.wait_idle()
    assert edits.items == []
    assert not maya.get("messages", channel=DIGITS)["messages"][-1]["edited"]


def test_an_edit_is_seen_by_everybody_with_its_mark(maya: Page, jonas: Page) -> None:
    ts = maya.post("message", channel=DIGITS, text="seven")["ts"]

    maya.post("edit", channel=DIGITS, ts=ts, text="nine")

    seen = jonas.get("messages", channel=DIGITS)["messages"][-1]
    assert (seen["ts"], seen["text"], seen["edited"]) == (ts, "nine", True)


@pytest.mark.parametrize(
    "of_another_kind",
    [
        {"user_id": "U0JONAS"},
        {"bot_id": "B0SECONDLOOK"},
        {"ephemeral_to": "U0MAYA"},
        {"is_tombstone": True},
    ],
)
def test_only_ones_own_standing_message_can_be_edited(
    sandbox: Sandbox, maya: Page, of_another_kind: dict[str, Any]
) -> None:
    content = {"user_id": "U0MAYA", "text": "seven", **of_another_kind}
    message = sandbox.workspace.messages.post(SlackMessage(DIGITS, sandbox.state.next_ts(), **content))

    answer = maya.post("edit", channel=DIGITS, ts=message.ts, text="nine")

    assert answer["error"] == "cant_update_message"
    assert message.text == "seven"


def test_an_edit_without_words_is_refused(maya: Page) -> None:
    ts = maya.post("message", channel=DIGITS, text="seven")["ts"]

    assert maya.post("edit", channel=DIGITS, ts=ts, text=" \n")["error"] == "no_text"

    assert maya.get("messages", channel=DIGITS)["messages"][-1]["text"] == "seven"


def test_nobody_edits_in_an_archived_channel_nor_after_leaving(
    sandbox: Sandbox, maya: Page, jonas: Page
) -> None:
    hers, his = (person.post("message", channel=DIGITS, text="seven")["ts"] for person in (maya, jonas))
    sandbox.workspace.membership.leave(sandbox.state.conversations[DIGITS], "U0MAYA")
    assert maya.post("edit", channel=DIGITS, ts=hers, text="nine")["error"] == "not_in_channel"

    order = {"channel": DIGITS, "archive": True}
    requests.post(f"{sandbox.url}/control/channel", json=order, timeout=PATIENCE).raise_for_status()

    assert jonas.post("edit", channel=DIGITS, ts=his, text="nine")["error"] == "is_archived"


def test_a_message_that_is_gone_cannot_be_edited(sandbox: Sandbox) -> None:
    body = {"as": "U0MAYA", "channel": DIGITS, "ts": "1.0", "text": "nine"}

    answer = requests.post(f"{sandbox.url}/ui/edit", json=body, timeout=PATIENCE)

    assert (answer.status_code, answer.json()["error"]) == (404, "message_not_found")
