"""chat.*: posting, updating, deleting, ephemeral messages and permalinks."""

from bot.sandbox.api.call import ApiMethod, Call
from bot.sandbox.block_ids import find_file, images, with_ids
from bot.sandbox.conversations import Conversation
from bot.sandbox.errors import ApiError
from bot.sandbox.files import api_file
from bot.sandbox.json_types import JsonObject
from bot.sandbox.message_changes import UNCHANGED
from bot.sandbox.messages import SlackMessage, api_message
from bot.slack.limits import (
    BLOCKS_TEXT,
    MESSAGE_TEXT,
    POSTED_TEXT,
    blocks_refusals,
    characters_in,
    metadata_violations,
)


def checked_blocks(call: Call) -> list[JsonObject] | None:
    """The call's blocks with ids filled in; ApiError if Slack would refuse them; None without any."""
    blocks = call.json("blocks", "invalid_blocks_format")
    if blocks is None:
        return None
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        raise ApiError("invalid_blocks_format")
    problems = [f"[ERROR] {violation}" for violation in blocks_refusals(blocks, "message")]
    for path, image in images(blocks):
        if find_file(image.get("slack_file", {}), call.workspace.state.files) is None:
            problems.append(f"[ERROR] invalid slack file [json-pointer:{path}/slack_file]")
    if problems:
        raise ApiError("invalid_blocks", problems)
    if characters_in(blocks) > BLOCKS_TEXT:
        raise ApiError("msg_blocks_too_long")
    return with_ids(blocks, call.workspace.state.next_id)


def _metadata(call: Call) -> JsonObject | None:
    metadata: JsonObject | None = call.json("metadata", "invalid_metadata_format")
    violations = metadata_violations(metadata) if metadata is not None else []
    if violations:
        raise ApiError("invalid_metadata_format", map(str, violations))
    return metadata


def _writable(call: Call) -> Conversation:
    conversation = call.conversation()
    if not call.is_bot_in(conversation) and "chat:write.public" not in call.scopes:
        raise ApiError("not_in_channel")
    if conversation.is_archived:
        raise ApiError("is_archived")
    return conversation


def _thread_ts(call: Call, conversation: Conversation) -> str | None:
    thread_ts = call.text("thread_ts")
    if not thread_ts:
        return None
    parent = conversation.messages.get(thread_ts)
    if parent is None or parent.ephemeral_to is not None:
        raise ApiError("thread_not_found")
    return parent.thread_ts or parent.ts


def _draft(call: Call, conversation: Conversation) -> SlackMessage:
    text, blocks = call.text("text") or "", checked_blocks(call)
    attachments = call.json("attachments", "invalid_attachments") or []
    if not isinstance(attachments, list):
        raise ApiError("invalid_attachments")
    if not text and not blocks and not attachments:
        raise ApiError("no_text")
    return SlackMessage(
        conversation.id,
        call.workspace.state.next_ts(),
        call.workspace.config.bot.user_id,
        text[:POSTED_TEXT],  # as Slack does, which refuses a long text only in chat.update
        blocks,
        _thread_ts(call, conversation),
        call.workspace.config.bot.bot_id,
        _metadata(call),
        attachments,
        call.text("username"),
    )


def shown(call: Call, message: SlackMessage) -> JsonObject:
    """The message as an answer shows it, with metadata."""
    config = call.workspace.config
    body = api_message(message, config.team.id, config.bot.app_id)
    files = [call.workspace.state.files[file_id] for file_id in message.file_ids]
    if files:
        body["files"] = [api_file(stored, call.workspace.url) for stored in files]
    return body | ({"metadata": message.metadata} if message.metadata else {})


def post_message(call: Call) -> JsonObject:
    """chat.postMessage."""
    conversation = _writable(call)
    draft = _draft(call, conversation)
    call.workspace.pace.take(conversation.id)
    message = call.workspace.messages.post(draft)
    call.workspace.stats.happened("posted")
    return {"channel": conversation.id, "ts": message.ts, "message": shown(call, message)}


def post_ephemeral(call: Call) -> JsonObject:
    """chat.postEphemeral."""
    conversation = _writable(call)
    user_id = call.required("user", "user_not_in_channel")
    if user_id not in conversation.members:
        raise ApiError("user_not_in_channel")
    draft = _draft(call, conversation)
    draft.ephemeral_to = user_id
    message = call.workspace.messages.post(draft)
    call.workspace.stats.happened("ephemeral")
    return {"message_ts": message.ts}


def _own_message(call: Call, error: str) -> SlackMessage:
    message = call.message(call.conversation())
    if message.bot_id != call.workspace.config.bot.bot_id:
        raise ApiError(error)
    return message


def update(call: Call) -> JsonObject:
    """chat.update: text without blocks removes the blocks; metadata stays unless it is sent."""
    message = _own_message(call, "cant_update_message")
    if call.workspace.state.conversations[message.channel_id].is_archived:
        raise ApiError("is_archived")
    text, blocks = call.text("text"), checked_blocks(call)
    if not text and not blocks:
        raise ApiError("no_text")
    if len(text or "") > MESSAGE_TEXT:
        raise ApiError("msg_too_long")
    metadata = _metadata(call) if "metadata" in call.args else UNCHANGED
    call.workspace.messages.update(message, text, blocks, metadata)
    call.workspace.stats.happened("updated")
    return {
        "channel": message.channel_id,
        "ts": message.ts,
        "text": message.text,
        "message": shown(call, message),
    }


def delete(call: Call) -> JsonObject:
    """chat.delete."""
    message = _own_message(call, "cant_delete_message")
    call.workspace.messages.delete(message)
    call.workspace.stats.happened("deleted")
    return {"channel": message.channel_id, "ts": message.ts}


def get_permalink(call: Call) -> JsonObject:
    """chat.getPermalink."""
    conversation = call.conversation()
    message = call.message(conversation, "message_ts")
    link = f"{call.workspace.url}/permalink/{conversation.id}/{message.ts}"
    if message.is_reply:
        link += f"?thread_ts={message.thread_ts}&cid={conversation.id}"
    return {"channel": conversation.id, "permalink": link}


def validate_blocks(call: Call) -> JsonObject:
    """blocks.validate: the same refusals as chat.postMessage, posting nothing."""
    checked_blocks(call)
    return {}


METHODS = {
    "blocks.validate": ApiMethod(validate_blocks),
    "chat.delete": ApiMethod(delete, ("chat:write",)),
    "chat.getPermalink": ApiMethod(get_permalink),
    "chat.postEphemeral": ApiMethod(post_ephemeral, ("chat:write",)),
    "chat.postMessage": ApiMethod(post_message, ("chat:write",)),
    "chat.update": ApiMethod(update, ("chat:write",)),
}
