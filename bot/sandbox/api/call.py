"""A call of a Web API method: its arguments, read as leniently as Slack reads them."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bot.sandbox.conversations import Conversation
from bot.sandbox.errors import ApiError
from bot.sandbox.json_types import JsonObject
from bot.sandbox.messages import SlackMessage
from bot.sandbox.workspace import Workspace

PAGE = 100
LARGEST_PAGE = 1000


@dataclass(frozen=True)
class Call:
    """A method called with `args`, by a token that has `scopes`."""

    method: str
    args: JsonObject
    scopes: frozenset[str]
    workspace: Workspace

    def text(self, name: str) -> str | None:
        """A string argument, or None."""
        value = self.args.get(name)
        return None if value is None else str(value)

    def required(self, name: str, error: str = "invalid_arguments") -> str:
        """A string argument; ApiError `error` without it."""
        value = self.text(name)
        if not value:
            raise ApiError(error, [f"[ERROR] missing required field: {name}"])
        return value

    def flag(self, name: str, default: bool = False) -> bool:
        """A boolean argument, as JSON or as a form's word."""
        value = self.args.get(name, default)
        return value if isinstance(value, bool) else str(value).lower() in {"1", "true"}

    def number(self, name: str, default: int) -> int:
        """A whole number; ApiError `invalid_arguments` for anything else."""
        value = self.args.get(name)
        if value in (None, ""):
            return default
        try:
            return int(str(value))
        except ValueError:
            raise ApiError("invalid_arguments", [f"[ERROR] must be an integer: {name}"]) from None

    def json(self, name: str, error: str = "invalid_json") -> Any:
        """A structured argument, as JSON or as JSON in a string; None without it."""
        value = self.args.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except ValueError:
            raise ApiError(error) from None

    def need_scope(self, *any_of: str) -> None:
        """ApiError `missing_scope` unless any of the scopes was granted."""
        if any_of and not self.scopes.intersection(any_of):
            provided = ",".join(sorted(self.scopes))
            raise ApiError("missing_scope", needed=",".join(any_of), provided=provided)

    def is_bot_in(self, conversation: Conversation) -> bool:
        """Whether the app is a member."""
        return self.workspace.config.bot.user_id in conversation.members

    def conversation(self, argument: str = "channel") -> Conversation:
        """The conversation an id, a `#name` or a person's id names; ApiError `channel_not_found`."""
        wanted = self.required(argument, "channel_not_found")
        state = self.workspace.state
        try:
            conversation = state.conversations.get(wanted) or self._by_name(wanted)
        except KeyError:
            raise ApiError("channel_not_found") from None
        if conversation.is_private and not self.is_bot_in(conversation):
            raise ApiError("channel_not_found")  # not "not_in_channel": Slack hides that the channel exists
        return conversation

    def _by_name(self, wanted: str) -> Conversation:
        state = self.workspace.state
        if wanted in state.people and wanted != state.bot.user_id:
            return state.im_of(wanted)
        return state.conversation_named(wanted)

    def message(self, conversation: Conversation, argument: str = "ts") -> SlackMessage:
        """The message with this ts; ApiError `message_not_found`."""
        message = conversation.messages.get(self.required(argument, "message_not_found"))
        if message is None or message.is_tombstone or message.ephemeral_to is not None:
            raise ApiError("message_not_found")
        return message

    def page(self, items: Sequence[Any], default: int = PAGE) -> tuple[list[Any], str]:
        """The items at the cursor and the next cursor (empty at the end); ApiError `invalid_cursor`."""
        limit = min(self.number("limit", default) or default, LARGEST_PAGE)
        start = _position(self.text("cursor"))
        end = start + max(limit, 1)
        next_cursor = base64.b64encode(f"next:{end}".encode()).decode()
        return list(items[start:end]), next_cursor if end < len(items) else ""


def _position(cursor: str | None) -> int:
    if not cursor:
        return 0
    try:
        kind, _, position = base64.b64decode(cursor, validate=True).decode().partition(":")
        return {"next": int}[kind](position)
    except (binascii.Error, UnicodeDecodeError, KeyError, ValueError):
        raise ApiError("invalid_cursor") from None


@dataclass(frozen=True)
class ApiMethod:
    """A method: what it does, any of which scopes it needs, and whose token (`bot` or `app`)."""

    handle: Callable[[Call], JsonObject]
    scopes: tuple[str, ...] = ()
    token: str = "bot"  # noqa: S105


def paged(name: str, items: list[Any], cursor: str) -> JsonObject:
    """The answer of a list method."""
    return {name: items, "response_metadata": {"next_cursor": cursor}}
