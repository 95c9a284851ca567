"""Interaction payloads as Slack sends them: actions, submissions, commands, shortcuts, suggestions."""

from bot.sandbox.config import VERIFICATION_TOKEN
from bot.sandbox.conversations import Conversation
from bot.sandbox.json_types import JsonObject
from bot.sandbox.messages import SlackMessage, api_message
from bot.sandbox.state import State
from bot.sandbox.views import View, api_view

_OWN = ("text", "value", "style", "placeholder")
_CHOSEN = (
    "value",
    "selected_option",
    "selected_options",
    "selected_user",
    "selected_users",
    "selected_conversation",
    "selected_conversations",
    "selected_channel",
    "selected_channels",
    "selected_date",
    "selected_time",
    "selected_date_time",
    "rich_text_value",
)


class Payloads:
    """Words the interactions of a workspace."""

    def __init__(self, state: State) -> None:
        self._state = state

    def _frame(self, kind: str, user_id: str) -> JsonObject:
        team, person = self._state.config.team, self._state.people[user_id]
        return {
            "type": kind,
            "team": {"id": team.id, "domain": team.domain},
            "user": {"id": user_id, "username": person.name, "name": person.name, "team_id": team.id},
            "api_app_id": self._state.bot.app_id,
            "token": VERIFICATION_TOKEN,
            "enterprise": None,
            "is_enterprise_install": False,
        }

    def message(self, message: SlackMessage) -> JsonObject:
        """The message inside a payload."""
        return api_message(message, self._state.config.team.id, self._state.bot.app_id)

    def view(self, view: View) -> JsonObject:
        """The view inside a payload."""
        return api_view(view, self._state.config.team.id, self._state.bot)

    def in_message(
        self, kind: str, user_id: str, conversation: Conversation, message: SlackMessage
    ) -> JsonObject:
        """What a payload says about the message acted on; an ephemeral message comes without its content."""
        is_ephemeral = message.ephemeral_to is not None
        container: JsonObject = {
            "type": "message",
            "message_ts": message.ts,
            "channel_id": conversation.id,
            "is_ephemeral": is_ephemeral,
        }
        if message.thread_ts:
            container["thread_ts"] = message.thread_ts
        payload = self._frame(kind, user_id) | {
            "container": container,
            "channel": {"id": conversation.id, "name": conversation.payload_name},
        }
        return payload if is_ephemeral else payload | {"message": self.message(message)}

    def in_view(self, kind: str, user_id: str, view: View) -> JsonObject:
        """What a payload says about the view acted in."""
        shown = self.view(view)
        return self._frame(kind, user_id) | {
            "container": {"type": "view", "view_id": view.id},
            "view": shown,
        }

    def action(self, element: JsonObject, block_id: str, choice: JsonObject) -> JsonObject:
        """An item of `actions`: the element's own words with what the person chose."""
        kept: JsonObject = {name: element[name] for name in _OWN if name in element}
        chosen = {name: choice[name] for name in _CHOSEN if choice.get(name) is not None}
        return {
            **kept,
            **(chosen if element["type"] != "button" else {}),
            "type": element["type"],
            "action_id": element["action_id"],
            "block_id": block_id,
            "action_ts": self._state.next_ts(),
        }

    def view_submission(self, user_id: str, view: View, trigger_id: str) -> JsonObject:
        """`view_submission`."""
        return self._frame("view_submission", user_id) | {
            "trigger_id": trigger_id,
            "view": self.view(view),
            "response_urls": [],
        }

    def view_closed(self, user_id: str, view: View, *, is_cleared: bool) -> JsonObject:
        """`view_closed`."""
        return self._frame("view_closed", user_id) | {"view": self.view(view), "is_cleared": is_cleared}

    def command(self, user_id: str, conversation: Conversation, command: str, text: str) -> JsonObject:
        """A slash command's form fields, without trigger and response URL."""
        team = self._state.config.team
        return {
            "token": VERIFICATION_TOKEN,
            "team_id": team.id,
            "team_domain": team.domain,
            "channel_id": conversation.id,
            "channel_name": conversation.payload_name,
            "user_id": user_id,
            "user_name": self._state.people[user_id].name,
            "command": command,
            "text": text,
            "api_app_id": self._state.bot.app_id,
            "is_enterprise_install": "false",
        }

    def shortcut(self, user_id: str, callback_id: str) -> JsonObject:
        """A global shortcut."""
        payload = self._frame("shortcut", user_id)
        return payload | {"callback_id": callback_id, "action_ts": self._state.next_ts()}

    def message_shortcut(
        self, user_id: str, callback_id: str, conversation: Conversation, message: SlackMessage
    ) -> JsonObject:
        """A shortcut from a message's menu."""
        return self._frame("message_action", user_id) | {
            "callback_id": callback_id,
            "action_ts": self._state.next_ts(),
            "message_ts": message.ts,
            "message": self.message(message),
            "channel": {"id": conversation.id, "name": conversation.payload_name},
        }
