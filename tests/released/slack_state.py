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
            "conversations": [_conversation(one) for one in state.conversations.values()],
            "homes": [asdict(one) for one in state.homes.values()],
            "files": [asdict(one) | {"content": None} for one in state.files.values()],
            "numbers": dict(state._numbers),
            "last_microsecond": state._last_microsecond,
        }


def _conversation(one: Conversation) -> JsonObject:
    """The channel with its messages, of which what is empty is left out."""
    messages = [
        {name: value for name, value in asdict(each).items() if value and name not in _UNKEPT}
        for each in one.messages.values()
    ]
    return asdict(one) | {"messages": messages}


def restore(slack: Sandbox, was: JsonObject) -> None:
    """Put it all back; call before anything is connected."""
    with slack.state.reading() as state:
        for one in was["conversations"]:
            messages = {each["ts"]: SlackMessage(**{"text": ""} | each) for each in one["messages"]}
            state.conversations[one["id"]] = Conversation(**one | {"messages": messages})
        for one in was["homes"]:
            show(slack, View(**one))
        state.files.update({one["id"]: StoredFile(**one | {"content": _PICTURE}) for one in was["files"]})
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
