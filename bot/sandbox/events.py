"""Events as Slack's Events API wraps and words them."""

import re
from collections.abc import Callable
from typing import Any

from bot.sandbox.config import VERIFICATION_TOKEN
from bot.sandbox.conversations import Conversation
from bot.sandbox.json_types import JsonObject
from bot.sandbox.messages import SlackMessage, api_message
from bot.sandbox.state import State

_TOKEN = re.compile(r"(<@[UW][A-Z0-9]+>)")


def rich_text(text: str) -> list[JsonObject]:
    """What Slack's own client sends beside a typed text: one rich text block."""
    elements: list[JsonObject] = []
    for part in filter(None, _TOKEN.split(text)):
        is_mention = _TOKEN.fullmatch(part) is not None
        elements.append(
            {"type": "user", "user_id": part[2:-1]} if is_mention else {"type": "text", "text": part}
        )
    section = {"type": "rich_text_section", "elements": elements}
    return [{"type": "rich_text", "block_id": "typed", "elements": [section]}]


class Events:
    """Words each event and hands it, wrapped, to `send`."""

    def __init__(self, state: State, send: Callable[[JsonObject], None]) -> None:
        self._state = state
        self._send = send
        self._team_id = state.config.team.id
        self._bot = state.config.bot

    def emit(self, event: JsonObject) -> None:
        """Wrap an event with its id and time and send it."""
        self._send(
            {
                "token": VERIFICATION_TOKEN,
                "team_id": self._team_id,
                "context_team_id": self._team_id,
                "context_enterprise_id": None,
                "api_app_id": self._bot.app_id,
                "event": {**event, "event_ts": event.get("event_ts", self._state.next_ts())},
                "type": "event_callback",
                "event_id": self._state.next_id("Ev"),
                "event_time": self._state.now_seconds(),
                "authorizations": [self._authorization()],
                "is_ext_shared_channel": False,
                "event_context": self._state.next_id("4-local-"),
            }
        )

    def _authorization(self) -> JsonObject:
        return {
            "enterprise_id": None,
            "team_id": self._team_id,
            "user_id": self._bot.user_id,
            "is_bot": True,
            "is_enterprise_install": False,
        }

    def _is_heard(self, conversation: Conversation) -> bool:
        return self._bot.user_id in conversation.members

    def body_of(self, message: SlackMessage) -> JsonObject:
        """The message as events give it: what a person typed has the blocks of Slack's own client."""
        body = api_message(message, self._team_id, self._bot.app_id)
        if message.bot_id is None:
            body |= {"client_msg_id": f"local-{message.ts}", "blocks": rich_text(message.text)}
        return body

    def posted(self, conversation: Conversation, message: SlackMessage, parent: SlackMessage | None) -> None:
        """`message`, and `app_mention` when the bot is named outside its direct messages."""
        if not self._is_heard(conversation):
            return
        body = self.body_of(message) | {"channel": conversation.id, "event_ts": message.ts}
        if parent is not None:
            body["parent_user_id"] = parent.user_id
        self.emit(body | {"channel_type": conversation.kind})
        if f"<@{self._bot.user_id}>" in message.text and not conversation.is_im and message.bot_id is None:
            self.emit(body | {"type": "app_mention"})

    def changed(self, conversation: Conversation, message: SlackMessage, before: JsonObject) -> None:
        """`message_changed`."""
        self._message_event(conversation, "message_changed", message=self.body_of(message), before=before)

    def deleted(self, conversation: Conversation, message: SlackMessage) -> None:
        """`message_deleted`."""
        before = self.body_of(message)
        self._message_event(conversation, "message_deleted", deleted_ts=message.ts, before=before)

    def _message_event(
        self, conversation: Conversation, subtype: str, before: JsonObject, **more: Any
    ) -> None:
        if not self._is_heard(conversation):
            return
        ts = self._state.next_ts()
        self.emit(
            {
                "type": "message",
                "subtype": subtype,
                "hidden": True,
                "channel": conversation.id,
                "channel_type": conversation.kind,
                "ts": ts,
                "event_ts": ts,
                "previous_message": before,
                **more,
            }
        )

    def reacted(self, message: SlackMessage, user_id: str, name: str, *, is_added: bool) -> None:
        """`reaction_added` or `reaction_removed`."""
        if not self._is_heard(self._state.conversations[message.channel_id]):
            return
        self.emit(
            {
                "type": "reaction_added" if is_added else "reaction_removed",
                "user": user_id,
                "reaction": name,
                "item": {"type": "message", "channel": message.channel_id, "ts": message.ts},
                "item_user": message.user_id,
            }
        )

    def membership(self, conversation: Conversation, user_id: str, *, has_joined: bool) -> None:
        """`member_joined_channel` or `member_left_channel`."""
        if not self._is_heard(conversation) and user_id != self._bot.user_id:
            return
        self.emit(
            {
                "type": "member_joined_channel" if has_joined else "member_left_channel",
                "user": user_id,
                "channel": conversation.id,
                "channel_type": "G" if conversation.is_private else "C",
                "team": self._team_id,
            }
        )

    def channel(self, conversation: Conversation, kind: str, **more: Any) -> None:
        """`channel_archive`, `channel_unarchive`, `channel_rename` or `channel_deleted`."""
        if self._is_heard(conversation):
            self.emit({"type": kind, "channel": conversation.id, **more})
