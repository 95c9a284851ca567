"""What the local Slack knew when a version was recorded, as JSON and back: Slack outlives an upgrade."""

from dataclasses import asdict
from typing import Any

from bot.sandbox import Sandbox
from bot.sandbox.conversations import Conversation
from bot.sandbox.files import StoredFile
from bot.sandbox.messages import SlackMessage
from bot.sandbox.views import View

JsonObject = dict[str, Any]
_UNKEPT = ("earlier_blocks", "_words")
_PICTURE = b"\x89PNG\r\n\x1a\n"
"""Instead of the pictures' contents, which nobody looks at again."""


def kept(slack: Sandbox) -> JsonObject:
    """Conversations with their messages, Home tabs, files and how far the counters came."""
    with slack.state.reading() as state:
        return {
            "conversations": [_conversation(item) for item in state.conversations.values()],
            "homes": [asdict(item) for item in state.homes.values()],
            "files": [asdict(item) | {"content": None} for item in state.files.values()],
            "numbers": dict(state._numbers),
            "last_microsecond": state._last_microsecond,
        }


def _conversation(conversation: Conversation) -> JsonObject:
    """The channel with its messages, of which what is empty is left out."""
    messages = [
        {name: value for name, value in asdict(message).items() if value and name not in _UNKEPT}
        for message in conversation.messages.values()
    ]
    return asdict(conversation) | {"messages": messages}


def restore(slack: Sandbox, was: JsonObject) -> None:
    """Put it all back; call before anything is connected."""
    with slack.state.reading() as state:
        for item in was["conversations"]:
            messages = {message["ts"]: SlackMessage(**{"text": ""} | message) for message in item["messages"]}
            state.conversations[item["id"]] = Conversation(**item | {"messages": messages})
        for item in was["homes"]:
            show(slack, View(**item))
        state.files.update({item["id"]: StoredFile(**item | {"content": _PICTURE}) for item in was["files"]})
        state._numbers.update(was["numbers"])
        state._last_microsecond = was["last_microsecond"]


def show(slack: Sandbox, view: View) -> None:
    """Put a view on its person's screen."""
    state = slack.state
    state.views[view.id] = view
    if view.content["type"] == "home":
        state.homes[view.user_id] = view
    else:
        state.modals[view.user_id] = [view]
