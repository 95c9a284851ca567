"""conversations.*: lists, members, history and replies."""

from math import inf

from bot.sandbox.api.call import ApiMethod, Call, paged
from bot.sandbox.api.chat import shown
from bot.sandbox.conversations import Conversation, api_conversation
from bot.sandbox.errors import ApiError
from bot.sandbox.json_types import JsonObject
from bot.sandbox.messages import SlackMessage

_TYPES = {"public_channel": "channel", "private_channel": "group", "im": "im"}
_FAMILY = {"channel": "channels", "group": "groups", "im": "im"}
READ = ("channels:read", "groups:read", "im:read")
HISTORY = ("channels:history", "groups:history", "im:history")


def _api(call: Call, conversation: Conversation) -> JsonObject:
    return api_conversation(conversation, call.workspace.config.bot.user_id)


def _need(call: Call, conversation: Conversation, right: str) -> None:
    call.need_scope(f"{_FAMILY[conversation.kind]}:{right}")


def list_conversations(call: Call) -> JsonObject:
    """conversations.list."""
    wanted = (call.text("types") or "public_channel").replace(" ", "").split(",")
    if not {*_TYPES, "mpim"}.issuperset(wanted):
        raise ApiError("invalid_types")
    kinds = {_TYPES[name] for name in wanted if name in _TYPES}
    for kind in sorted(kinds):
        call.need_scope(f"{_FAMILY[kind]}:read")
    hide_archived = call.flag("exclude_archived")
    visible = [
        _api(call, conversation)
        for conversation in call.workspace.state.conversations.values()
        if conversation.kind in kinds
        and (not conversation.is_private or call.is_bot_in(conversation))
        and not (hide_archived and conversation.is_archived)
    ]
    items, cursor = call.page(visible)
    return paged("channels", items, cursor)


def info(call: Call) -> JsonObject:
    """conversations.info."""
    conversation = call.conversation()
    _need(call, conversation, "read")
    return {"channel": _api(call, conversation)}


def open_im(call: Call) -> JsonObject:
    """conversations.open: the direct messages with a person."""
    if call.text("channel"):
        return {"channel": {"id": call.conversation().id}}
    users = (call.required("users", "users_list_not_supplied")).split(",")
    if len(users) > 1:
        raise ApiError("not_enough_users")  # group messages are not played here
    person = call.workspace.state.people.get(users[0])
    if person is None or person.is_bot:
        raise ApiError("user_not_found")
    if person.deleted:
        raise ApiError("user_disabled")
    conversation = call.workspace.state.im_of(person.id)
    full = _api(call, conversation) if call.flag("return_im") else {"id": conversation.id}
    return {"no_op": True, "already_open": True, "channel": full}


def join(call: Call) -> JsonObject:
    """conversations.join: public channels only."""
    conversation = call.conversation()
    if conversation.is_im or conversation.is_private:
        raise ApiError("method_not_supported_for_channel_type")
    if conversation.is_archived:
        raise ApiError("is_archived")
    is_new = call.workspace.membership.join(conversation, call.workspace.config.bot.user_id)
    answer: JsonObject = {"channel": _api(call, conversation)}
    return answer if is_new else {**answer, "warning": "already_in_channel"}


def members(call: Call) -> JsonObject:
    """conversations.members."""
    conversation = call.conversation()
    _need(call, conversation, "read")
    items, cursor = call.page(conversation.members)
    return paged("members", items, cursor)


def _readable(call: Call) -> Conversation:
    conversation = call.conversation()
    _need(call, conversation, "history")
    if not call.is_bot_in(conversation):
        raise ApiError("not_in_channel")
    return conversation


def _moment(call: Call, name: str, default: float) -> float:
    try:
        return float(call.text(name) or default)
    except ValueError:
        raise ApiError(f"invalid_ts_{name}") from None


def _between(call: Call, messages: list[SlackMessage]) -> list[SlackMessage]:
    inclusive = call.flag("inclusive")
    oldest, latest = _moment(call, "oldest", 0), _moment(call, "latest", inf)
    return [
        message
        for message in messages
        if oldest < float(message.ts) < latest or (inclusive and float(message.ts) in (oldest, latest))
    ]


def _listed(call: Call, message: SlackMessage) -> JsonObject:
    body = shown(call, message)
    if not call.flag("include_all_metadata"):
        body.pop("metadata", None)
    return body


def history(call: Call) -> JsonObject:
    """conversations.history: newest first, without replies."""
    conversation = _readable(call)
    newest_first = list(reversed(_between(call, conversation.top_level())))
    items, cursor = call.page(newest_first)
    answer: JsonObject = {"messages": [_listed(call, message) for message in items], "has_more": bool(cursor)}
    return answer | {"pin_count": 0, "response_metadata": {"next_cursor": cursor}}


def replies(call: Call) -> JsonObject:
    """conversations.replies: the parent, then its replies, oldest first."""
    conversation = _readable(call)
    message = conversation.messages.get(call.required("ts", "thread_not_found"))
    parent = conversation.messages.get(message.thread_ts or message.ts) if message is not None else None
    if parent is None:
        raise ApiError("thread_not_found")
    thread = [parent, *_between(call, conversation.thread(parent.ts))]
    items, cursor = call.page(thread, 1000)
    answer: JsonObject = {"messages": [_listed(call, message) for message in items], "has_more": bool(cursor)}
    return answer | {"response_metadata": {"next_cursor": cursor}}


METHODS = {
    "conversations.history": ApiMethod(history, HISTORY),
    "conversations.info": ApiMethod(info, READ),
    "conversations.join": ApiMethod(join, ("channels:join",)),
    "conversations.list": ApiMethod(list_conversations, READ),
    "conversations.members": ApiMethod(members, READ),
    "conversations.open": ApiMethod(open_im, ("im:write",)),
    "conversations.replies": ApiMethod(replies, HISTORY),
}
