"""reactions.*."""

from bot.sandbox.api.call import ApiMethod, Call
from bot.sandbox.api.chat import shown
from bot.sandbox.errors import ApiError
from bot.sandbox.json_types import JsonObject
from bot.sandbox.messages import SlackMessage


def _message(call: Call) -> SlackMessage:
    conversation = call.conversation()
    if not call.is_bot_in(conversation):
        raise ApiError("not_in_channel")
    return call.message(conversation, "timestamp")


def _name(call: Call) -> str:
    return call.required("name", "invalid_name").strip(":")


def add(call: Call) -> JsonObject:
    """reactions.add."""
    message = _message(call)
    if not call.workspace.messages.react(message, call.workspace.config.bot.user_id, _name(call)):
        raise ApiError("already_reacted")
    return {}


def remove(call: Call) -> JsonObject:
    """reactions.remove."""
    message = _message(call)
    if not call.workspace.messages.unreact(message, call.workspace.config.bot.user_id, _name(call)):
        raise ApiError("no_reaction")
    return {}


def get(call: Call) -> JsonObject:
    """reactions.get."""
    message = _message(call)
    return {"type": "message", "channel": message.channel_id, "message": shown(call, message)}


METHODS = {
    "reactions.add": ApiMethod(add, ("reactions:write",)),
    "reactions.get": ApiMethod(get, ("reactions:read",)),
    "reactions.remove": ApiMethod(remove, ("reactions:write",)),
}
