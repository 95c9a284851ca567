"""files.*, the v2 flow: ask for an address, send the bytes there, complete."""

from bot.sandbox.api.call import ApiMethod, Call
from bot.sandbox.errors import ApiError
from bot.sandbox.files import StoredFile, api_file
from bot.sandbox.json_types import JsonObject
from bot.sandbox.messages import SlackMessage


def get_upload_url(call: Call) -> JsonObject:
    """files.getUploadURLExternal."""
    name, length = call.required("filename"), call.number("length", 0)
    if length <= 0:
        raise ApiError("invalid_arguments", ["[ERROR] must be greater than 0 [json-pointer:/length]"])
    state = call.workspace.state
    stored = StoredFile(
        state.next_id("F"),
        name,
        length,
        state.now_seconds(),
        state.bot.user_id,
        call.text("alt_txt") or call.text("alt_text") or "",
    )
    state.files[stored.id] = stored
    return {"upload_url": f"{call.workspace.url}/upload/{stored.id}", "file_id": stored.id}


def _uploaded(call: Call) -> list[StoredFile]:
    files = call.json("files", "invalid_arguments")
    if not isinstance(files, list) or not files:
        raise ApiError("invalid_arguments", ["[ERROR] missing required field: files"])
    uploads: list[StoredFile] = []
    for entry in files:
        stored = call.workspace.state.files.get(str(entry.get("id")) if isinstance(entry, dict) else "")
        if stored is None or stored.content is None:
            raise ApiError("file_not_found")
        stored.title = str(entry.get("title") or stored.name)
        uploads.append(stored)
    return uploads


def complete_upload(call: Call) -> JsonObject:
    """files.completeUploadExternal: with channels, the files are shared in a message each."""
    listed = call.text("channels") or call.text("channel_id") or ""
    uploaded = _uploaded(call)
    targets = [_target(call, channel_id) for channel_id in filter(None, listed.split(","))]
    for stored in uploaded:
        stored.is_complete = True
        stored.channel_ids += targets
        call.workspace.stats.happened("uploads")
    for channel_id in targets:
        _share(call, channel_id, uploaded)
    return {"files": [api_file(stored, call.workspace.url) for stored in uploaded]}


def _target(call: Call, channel_id: str) -> str:
    conversation = call.workspace.state.conversations.get(channel_id)
    if conversation is None:
        raise ApiError("channel_not_found")
    if not call.is_bot_in(conversation):
        raise ApiError("not_in_channel")
    if conversation.is_archived:
        raise ApiError("is_archived")
    return conversation.id


def _share(call: Call, channel_id: str, uploaded: list[StoredFile]) -> None:
    workspace = call.workspace
    message = SlackMessage(
        channel_id,
        workspace.state.next_ts(),
        workspace.config.bot.user_id,
        call.text("initial_comment") or "",
        thread_ts=call.text("thread_ts"),
        bot_id=workspace.config.bot.bot_id,
        file_ids=[stored.id for stored in uploaded],
    )
    workspace.messages.post(message)


def info(call: Call) -> JsonObject:
    """files.info."""
    stored = call.workspace.state.files.get(call.required("file", "file_not_found"))
    if stored is None or not stored.is_complete:
        raise ApiError("file_not_found")
    return {"file": api_file(stored, call.workspace.url), "comments": []}


METHODS = {
    "files.completeUploadExternal": ApiMethod(complete_upload, ("files:write",)),
    "files.getUploadURLExternal": ApiMethod(get_upload_url, ("files:write",)),
    "files.info": ApiMethod(info, ("files:read",)),
}
