"""What of a message Slack interprets, and so who is called by it."""

from typing import Any

import pytest

from bot.sandbox.messages import SlackMessage


def rich(element: dict[str, Any]) -> dict[str, Any]:
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [element]}]}


@pytest.mark.parametrize(
    ("block", "sign"),
    [
        ({"type": "section", "text": {"type": "mrkdwn", "text": "Hello <@U1>"}}, "<@U1>"),
        (rich({"type": "user", "user_id": "U1"}), "<@U1>"),
        (rich({"type": "usergroup", "usergroup_id": "S1"}), "<!subteam^S1>"),
        (rich({"type": "broadcast", "range": "channel"}), "<!channel>"),
    ],
)
def test_a_mention_in_a_block_calls(block: dict[str, Any], sign: str) -> None:
    assert sign in SlackMessage("C1", "1.0", "U0", "text", [block]).words


@pytest.mark.parametrize(
    "block",
    [
        rich({"type": "text", "text": "<@U1>"}),
        {"type": "section", "text": {"type": "plain_text", "text": "<@U1>"}},
        {"type": "header", "text": {"type": "plain_text", "text": "<@U1>"}},
    ],
)
def test_literal_text_calls_nobody(block: dict[str, Any]) -> None:
    assert "<@U1>" not in SlackMessage("C1", "1.0", "U0", "text", [block]).words


def test_the_top_level_text_calls() -> None:
    assert "<@U1>" in SlackMessage("C1", "1.0", "U0", "Hello <@U1>").words
