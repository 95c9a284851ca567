"""A message of a conversation, and how it looks to the Web API, to events and to the page."""

import copy
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.json_types import JsonObject

Blocks = list[JsonObject]
_SIGNS = {
    "mrkdwn": ("text", "{}"),
    "user": ("user_id", "<@{}>"),
    "usergroup": ("usergroup_id", "<!subteam^{}>"),
    "broadcast": ("range", "<!{}>"),
}
"""What of a block Slack interprets, by its type: the key of its words, and how mrkdwn writes it."""


@dataclass
class SlackMessage:
    """A posted message; `earlier_blocks` keeps what a slow client may still be showing."""

    channel_id: str
    ts: str
    user_id: str
    text: str
    blocks: Blocks | None = None
    thread_ts: str | None = None
    bot_id: str | None = None
    metadata: JsonObject | None = None
    attachments: list[JsonObject] = field(default_factory=list)
    username: str | None = None
    file_ids: list[str] = field(default_factory=list)
    reactions: dict[str, list[str]] = field(default_factory=dict)
    edited_ts: str | None = None
    ephemeral_to: str | None = None
    is_tombstone: bool = False
    reply_ts: list[str] = field(default_factory=list)
    reply_users: list[str] = field(default_factory=list)
    earlier_blocks: list[Blocks] = field(default_factory=list)
    _words: str | None = None

    @property
    def words(self) -> str:
        """Everything in it that Slack interprets, to look for mentions in; worked out once a version."""
        if self._words is None:
            self._words = " ".join([self.text, *_interpreted(self.blocks or [])])
        return self._words

    @property
    def is_reply(self) -> bool:
        """Whether it hangs under another message."""
        return self.thread_ts is not None and self.thread_ts != self.ts

    def replace_content(self, text: str | None, blocks: Blocks | None) -> None:
        """Change what it says, remembering the blocks that people may still see."""
        if self.blocks:
            self.earlier_blocks.append(self.blocks)
        if text is not None:
            self.text = text
        self.blocks = blocks
        self._words = None

    def find_control(self, block_id: str, action_id: str) -> JsonObject | None:
        """The element of the current or an earlier version, or None."""
        for version in [self.blocks or [], *reversed(self.earlier_blocks)]:
            element = find_element(version, block_id, action_id)
            if element is not None:
                return element
        return None


def _interpreted(part: Any) -> Iterator[str]:
    """Mrkdwn and the mentions of rich text as mrkdwn writes them; plain and rich text are literal."""
    if isinstance(part, list):
        for child in part:
            yield from _interpreted(child)
    elif isinstance(part, dict):
        name, sign = _SIGNS.get(str(part.get("type")), ("", ""))
        if sign:
            yield sign.format(part.get(name, ""))
        else:
            yield from _interpreted(list(part.values()))


def find_element(blocks: Blocks, block_id: str, action_id: str) -> JsonObject | None:
    """The interactive element with these ids, or None."""
    for block in blocks:
        if block.get("block_id") != block_id:
            continue
        for element in interactive_elements(block):
            if element.get("action_id") == action_id:
                return element
    return None


def interactive_elements(block: JsonObject) -> list[JsonObject]:
    """The elements of a block that can be acted on."""
    elements = list(block.get("elements", [])) if block.get("type") == "actions" else []
    return elements + [block[name] for name in ("accessory", "element") if block.get(name)]


def api_message(message: SlackMessage, team_id: str, app_id: str) -> JsonObject:
    """The message as the Web API and events give it, without metadata."""
    body: JsonObject = {
        "type": "message",
        "user": message.user_id,
        "text": message.text,
        "ts": message.ts,
        "team": team_id,
    }
    if message.bot_id is not None:
        body |= {"bot_id": message.bot_id, "app_id": app_id}
    if message.blocks:
        body["blocks"] = copy.deepcopy(message.blocks)
    optional = {
        "username": message.username,
        "attachments": message.attachments or None,
        "thread_ts": message.thread_ts,
        "edited": {"user": message.user_id, "ts": message.edited_ts} if message.edited_ts else None,
        "subtype": "tombstone" if message.is_tombstone else None,
        "reactions": reactions_of(message, with_count=True) or None,
    }
    body |= {name: value for name, value in optional.items() if value is not None}
    return body | _thread_summary(message)


def reactions_of(message: SlackMessage, *, with_count: bool) -> list[JsonObject]:
    """Each emoji with the people who used it."""
    return [
        {"name": name, "users": list(users), **({"count": len(users)} if with_count else {})}
        for name, users in message.reactions.items()
    ]


def _thread_summary(message: SlackMessage) -> JsonObject:
    if not message.reply_ts:
        return {}
    return {
        "reply_count": len(message.reply_ts),
        "reply_users": list(message.reply_users),
        "reply_users_count": len(message.reply_users),
        "latest_reply": message.reply_ts[-1],
    }
