"""chat.* as the real WebClient meets it."""

from __future__ import annotations

from typing import Any

import pytest
import requests
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.sandbox import Sandbox
from tests.patience import PATIENCE
from tests.sandbox.conftest import Page
from tests.worlds.clocks import MonotonicClock

BLOCKS: list[dict[str, Any]] = [
    {"type": "section", "text": {"type": "mrkdwn", "text": "*Which digit?*"}},
    {
        "type": "actions",
        "elements": [
            {"type": "button", "action_id": "yes", "text": {"type": "plain_text", "text": "3"}, "value": "3"}
        ],
    },
]
METADATA = {"event_type": "case", "event_payload": {"case_id": "c1"}}


def refusal(error: pytest.ExceptionInfo[SlackApiError]) -> Any:
    return error.value.response["error"]


def test_a_posted_message_is_in_the_history_with_ids_and_metadata(client: WebClient) -> None:
    posted = client.chat_postMessage(channel="C0DIGITS", text="t", blocks=BLOCKS, metadata=METADATA)

    (stored,) = client.conversations_history(channel="C0DIGITS", include_all_metadata=True)["messages"]
    assert stored["ts"] == posted["ts"]
    assert stored["metadata"] == METADATA
    assert all(block["block_id"] for block in stored["blocks"])
    assert "metadata" not in client.conversations_history(channel="C0DIGITS")["messages"][0]


def test_form_arguments_are_understood_as_json_ones(sandbox: Sandbox) -> None:
    fields = {
        "token": sandbox.config.bot_token,
        "channel": "#general",
        "blocks": '[{"type":"divider"}]',
        "metadata": '{"event_type":"a","event_payload":{}}',
    }
    answer = requests.post(f"{sandbox.api_url}chat.postMessage", data=fields, timeout=PATIENCE).json()

    assert answer["ok"]
    assert answer["channel"] == "C0GENERAL"
    assert answer["message"]["blocks"][0]["type"] == "divider"


@pytest.mark.parametrize(
    ("channel", "code"),
    [("C0NOWHERE", "channel_not_found"), ("C0LEADS", "is_archived"), ("C0OUT", "not_in_channel")],
)
def test_a_channel_that_cannot_take_a_message_says_why(
    sandbox: Sandbox, client: WebClient, channel: str, code: str
) -> None:
    state, membership = sandbox.state, sandbox.workspace.membership
    membership.archive(state.conversations["C0LEADS"], "U0SAM", is_archived=True)
    membership.leave(state.conversations["C0ONCOLOGY"], sandbox.config.bot.user_id)
    target = "C0ONCOLOGY" if channel == "C0OUT" else channel

    with pytest.raises(SlackApiError) as error:
        client.chat_postMessage(channel=target, text="t")

    assert refusal(error) == code
    assert sandbox.stats()["rejected"] == {code: 1}


def test_refused_blocks_say_where_and_what(client: WebClient) -> None:
    long = [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}}]

    with pytest.raises(SlackApiError) as error:
        client.chat_postMessage(channel="C0GENERAL", text="t", blocks=long)

    assert refusal(error) == "invalid_blocks"
    assert error.value.response["response_metadata"]["messages"] == [
        "[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]"
    ]


def test_blocks_may_not_be_too_long_together(client: WebClient) -> None:
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 2500}}] * 5

    with pytest.raises(SlackApiError) as error:
        client.chat_postMessage(channel="C0GENERAL", text="t", blocks=blocks)

    assert refusal(error) == "msg_blocks_too_long"


def test_posting_cuts_a_long_text_but_updating_refuses_it(client: WebClient) -> None:
    posted = client.chat_postMessage(channel="C0GENERAL", text="x" * 40_001)
    assert len(posted["message"]["text"]) == 40_000

    with pytest.raises(SlackApiError) as error:
        client.chat_update(channel="C0GENERAL", ts=posted["ts"], text="x" * 4001)

    assert refusal(error) == "msg_too_long"


def test_an_update_without_blocks_removes_them_and_keeps_the_metadata(client: WebClient) -> None:
    posted = client.chat_postMessage(channel="C0DIGITS", text="t", blocks=BLOCKS, metadata=METADATA)

    client.chat_update(channel="C0DIGITS", ts=posted["ts"], text="decided")

    (stored,) = client.conversations_history(channel="C0DIGITS", include_all_metadata=True)["messages"]
    assert stored["text"] == "decided"
    assert "blocks" not in stored
    assert stored["metadata"] == METADATA
    assert stored["edited"]["user"] == "U0SECONDLOOK"


def test_only_own_messages_can_be_updated_or_deleted(client: WebClient, maya: Page) -> None:
    ts = maya.post("message", channel="C0DIGITS", text="mine")["ts"]

    with pytest.raises(SlackApiError) as updating:
        client.chat_update(channel="C0DIGITS", ts=ts, text="yours")
    with pytest.raises(SlackApiError) as deleting:
        client.chat_delete(channel="C0DIGITS", ts=ts)

    assert (refusal(updating), refusal(deleting)) == ("cant_update_message", "cant_delete_message")


def test_a_deleted_message_is_not_found(client: WebClient, maya: Page) -> None:
    posted = client.chat_postMessage(channel="C0DIGITS", text="t")
    maya.post("delete", channel="C0DIGITS", ts=posted["ts"])

    with pytest.raises(SlackApiError) as error:
        client.chat_update(channel="C0DIGITS", ts=posted["ts"], text="again")

    assert refusal(error) == "message_not_found"


def test_an_ephemeral_message_is_seen_by_its_person_only(client: WebClient, maya: Page, jonas: Page) -> None:
    client.chat_postEphemeral(channel="C0DIGITS", user="U0MAYA", text="only you")

    assert [m["text"] for m in maya.get("messages", channel="C0DIGITS")["messages"]] == ["only you"]
    assert jonas.get("messages", channel="C0DIGITS")["messages"] == []
    assert client.conversations_history(channel="C0DIGITS")["messages"] == []
    with pytest.raises(SlackApiError) as error:
        client.chat_postEphemeral(channel="C0DIGITS", user="U0PRIYA", text="not here")
    assert refusal(error) == "user_not_in_channel"


def test_a_person_can_be_posted_to_by_user_id(client: WebClient, maya: Page) -> None:
    posted = client.chat_postMessage(channel="U0MAYA", text="hello")

    assert posted["channel"] == "D0MAYA"
    assert client.conversations_open(users="U0MAYA")["channel"]["id"] == "D0MAYA"
    (im,) = [each for each in maya.get("state")["channels"] if each["is_im"]]
    assert (im["unread"], im["mentions"]) == (1, 1)


def test_a_channel_takes_a_burst_and_then_one_message_a_second(
    client: WebClient, fake_time: MonotonicClock
) -> None:
    for number in range(3):
        client.chat_postMessage(channel="C0DIGITS", text=str(number))
    with pytest.raises(SlackApiError) as error:
        client.chat_postMessage(channel="C0DIGITS", text="too soon")
    client.chat_postMessage(channel="C0GENERAL", text="another channel")
    fake_time.now += 1
    client.chat_postMessage(channel="C0DIGITS", text="a second later")

    assert error.value.response.status_code == 429
    assert error.value.response.headers["retry-after"] == "1"
    assert refusal(error) == "ratelimited"


def test_a_permalink_leads_to_the_page_at_the_message(client: WebClient) -> None:
    posted = client.chat_postMessage(channel="C0DIGITS", text="t")
    link = client.chat_getPermalink(channel="C0DIGITS", message_ts=posted["ts"])["permalink"]

    answer = requests.get(link, allow_redirects=False, timeout=PATIENCE)

    assert answer.headers["location"] == f"/#C0DIGITS/{posted['ts']}"


def test_replies_hang_under_their_parent(client: WebClient, maya: Page) -> None:
    parent = client.chat_postMessage(channel="C0DIGITS", text="case")["ts"]
    reply = maya.post("message", channel="C0DIGITS", text="fraud: odd", thread_ts=parent)["ts"]
    client.chat_postMessage(channel="C0DIGITS", text="noted", thread_ts=parent)

    thread = client.conversations_replies(channel="C0DIGITS", ts=parent)["messages"]
    assert [m["text"] for m in thread] == ["case", "fraud: odd", "noted"]
    assert thread[0]["reply_count"] == 2
    (top,) = client.conversations_history(channel="C0DIGITS")["messages"]
    assert top["latest_reply"] != reply
    assert maya.get("thread", channel="C0DIGITS", ts=parent)["replies"][0]["text"] == "fraud: odd"
    with pytest.raises(SlackApiError) as error:
        client.chat_postMessage(channel="C0DIGITS", text="lost", thread_ts="1.000001")
    assert refusal(error) == "thread_not_found"


def test_a_deleted_parent_stays_as_a_tombstone(client: WebClient, maya: Page) -> None:
    parent = client.chat_postMessage(channel="C0DIGITS", text="case")["ts"]
    maya.post("message", channel="C0DIGITS", text="reply", thread_ts=parent)

    client.chat_delete(channel="C0DIGITS", ts=parent)

    (left,) = maya.get("messages", channel="C0DIGITS")["messages"]
    assert (left["deleted"], left["text"], left["blocks"]) == (True, "This message was deleted.", None)


def test_the_blocks_validator_posts_nothing(client: WebClient, sandbox: Sandbox) -> None:
    assert client.api_call("blocks.validate", json={"blocks": BLOCKS})["ok"]
    with pytest.raises(SlackApiError) as error:
        client.api_call("blocks.validate", json={"blocks": [{"type": "marquee"}]})

    assert refusal(error) == "invalid_blocks"
    assert sandbox.stats()["posted"] == 0


def test_what_is_archived_or_empty_is_not_updated(client: WebClient, sandbox: Sandbox) -> None:
    ts = client.chat_postMessage(channel="C0DIGITS", text="t")["ts"]
    with pytest.raises(SlackApiError, match="no_text"):
        client.api_call("chat.update", json={"channel": "C0DIGITS", "ts": ts})
    digits = sandbox.state.conversations["C0DIGITS"]
    sandbox.workspace.membership.archive(digits, "U0SAM", is_archived=True)
    with pytest.raises(SlackApiError, match="is_archived"):
        client.chat_update(channel="C0DIGITS", ts=ts, text="late")


def test_a_reply_has_a_permalink_with_its_thread(client: WebClient) -> None:
    parent = client.chat_postMessage(channel="C0DIGITS", text="case")["ts"]
    reply = client.chat_postMessage(channel="C0DIGITS", text="r", thread_ts=parent)["ts"]
    link = client.chat_getPermalink(channel="C0DIGITS", message_ts=reply)["permalink"]

    answer = requests.get(link, allow_redirects=False, timeout=PATIENCE)

    assert answer.headers["location"] == f"/#C0DIGITS/{reply}?thread_ts={parent}"


def test_a_deleted_reply_leaves_its_thread(client: WebClient) -> None:
    parent = client.chat_postMessage(channel="C0DIGITS", text="case")["ts"]
    replies = [
        client.chat_postMessage(channel="C0DIGITS", text=f"r{n}", thread_ts=parent)["ts"] for n in range(2)
    ]

    client.chat_delete(channel="C0DIGITS", ts=replies[0])

    (top,) = client.conversations_history(channel="C0DIGITS")["messages"]
    assert (top["reply_count"], top["latest_reply"]) == (1, replies[1])


def test_messages_are_stamped_by_the_clock_and_never_twice(sandbox: Sandbox, client: WebClient) -> None:
    stamps = [sandbox.state.next_ts() for _ in range(1000)]

    assert len(set(stamps)) == 1000
    assert stamps == sorted(stamps)
