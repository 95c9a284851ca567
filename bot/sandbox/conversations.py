"""Conversations: channels and direct messages with their messages, members and read marks."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import takewhile

from bot.sandbox.json_types import JsonObject
from bot.sandbox.messages import SlackMessage


@dataclass
class Conversation:
    """A channel, or a person's direct messages with the bot (`im_user_id` is set).

    `messages` is in the order of their `ts`: a new `ts` is always the greatest.
    """

    id: str
    name: str
    members: list[str]
    topic: str = ""
    is_private: bool = False
    im_user_id: str | None = None
    is_archived: bool = False
    created: int = 0
    messages: dict[str, SlackMessage] = field(default_factory=dict)
    read_ts: dict[str, str] = field(default_factory=dict)

    @property
    def is_im(self) -> bool:
        """Whether it is between a person and the bot."""
        return self.im_user_id is not None

    @property
    def kind(self) -> str:
        """Slack's `channel_type`."""
        if self.is_im:
            return "im"
        return "group" if self.is_private else "channel"

    @property
    def payload_name(self) -> str:
        """The name that interaction payloads carry."""
        if self.is_im:
            return "directmessage"
        return "privategroup" if self.is_private else self.name

    def top_level(self, viewer_id: str | None = None) -> list[SlackMessage]:
        """Messages outside threads, oldest first; ephemeral ones only for their person."""
        return [m for m in self.visible(viewer_id) if not m.is_reply]

    def thread(self, ts: str, viewer_id: str | None = None) -> list[SlackMessage]:
        """Replies under the message, oldest first."""
        return [m for m in self.visible(viewer_id) if m.is_reply and m.thread_ts == ts]

    def visible(self, viewer_id: str | None) -> Iterator[SlackMessage]:
        """Everything `viewer_id` may see; None sees what the Web API shows."""
        return (m for m in self.messages.values() if m.ephemeral_to is None or m.ephemeral_to == viewer_id)

    def unread_by(self, user_id: str) -> list[SlackMessage]:
        """Others' top-level messages after the person's read mark; nothing for those outside."""
        if user_id not in self.members:
            return []
        mark = float(self.read_ts.get(user_id, "0"))
        newest_first = takewhile(lambda m: float(m.ts) > mark, reversed(self.messages.values()))
        return [m for m in newest_first if m.user_id != user_id and m.ephemeral_to is None and not m.is_reply]


def api_conversation(conversation: Conversation, bot_user_id: str) -> JsonObject:
    """The conversation as `conversations.info` gives it."""
    if conversation.is_im:
        return {
            "id": conversation.id,
            "created": conversation.created,
            "is_im": True,
            "is_archived": conversation.is_archived,
            "user": conversation.im_user_id,
            "is_user_deleted": False,
        }
    return {
        "id": conversation.id,
        "name": conversation.name,
        "name_normalized": conversation.name,
        "created": conversation.created,
        "creator": conversation.members[0] if conversation.members else bot_user_id,
        "is_channel": not conversation.is_private,
        "is_group": conversation.is_private,
        "is_im": False,
        "is_mpim": False,
        "is_private": conversation.is_private,
        "is_archived": conversation.is_archived,
        "is_general": conversation.name == "general",
        "is_shared": False,
        "is_ext_shared": False,
        "is_org_shared": False,
        "is_member": bot_user_id in conversation.members,
        "topic": {"value": conversation.topic, "creator": "", "last_set": 0},
        "purpose": {"value": "", "creator": "", "last_set": 0},
        "num_members": len(conversation.members),
    }
