"""What the app answers to an interaction: through its response URL, or in a command's acknowledgment."""

from bot.sandbox.api.call import Call
from bot.sandbox.api.chat import checked_blocks
from bot.sandbox.errors import ApiError
from bot.sandbox.json_types import JsonObject
from bot.sandbox.messages import SlackMessage
from bot.sandbox.triggers import ResponseUrl
from bot.sandbox.workspace import Workspace


class Responder:
    """Posts, replaces or deletes what a response says."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def use(self, url_id: str, body: JsonObject) -> None:
        """Carry out what the app sent to a response URL; ApiError if Slack would refuse it."""
        url = self._workspace.response_urls.use(url_id)
        with self._workspace.state.lock:
            self._respond(url, body)

    def _respond(self, url: ResponseUrl, body: JsonObject) -> None:
        conversation = self._workspace.state.conversations.get(url.channel_id)
        if conversation is None:
            raise ApiError("channel_not_found")
        original = conversation.messages.get(url.message_ts or "")
        if body.get("delete_original"):
            if original is None:
                raise ApiError("message_not_found")
            self._workspace.messages.delete(original)
            self._workspace.stats.happened("deleted")
        elif body.get("replace_original"):
            self._replace(original, body)
        else:
            self.say(url.channel_id, url.user_id, body, url.thread_ts)

    def _replace(self, original: SlackMessage | None, body: JsonObject) -> None:
        if original is None:
            raise ApiError("message_not_found")
        text, blocks = self._content(body)
        self._workspace.messages.update(original, text, blocks)
        self._workspace.stats.happened("updated")

    def _content(self, body: JsonObject) -> tuple[str, list[JsonObject] | None]:
        blocks = checked_blocks(Call("response_url", body, frozenset(), self._workspace))
        text = str(body.get("text") or "")
        if not text and not blocks:
            raise ApiError("no_text")
        return text, blocks

    def say(self, channel_id: str, user_id: str, body: JsonObject, thread_ts: str | None = None) -> None:
        """Post a response: to the person alone, or to the channel if it says `in_channel`."""
        text, blocks = self._content(body)
        is_private = body.get("response_type", "ephemeral") != "in_channel"
        bot = self._workspace.config.bot
        message = SlackMessage(
            channel_id,
            self._workspace.state.next_ts(),
            bot.user_id,
            text,
            blocks,
            body.get("thread_ts") or thread_ts,
            bot.bot_id,
            ephemeral_to=user_id if is_private else None,
        )
        self._workspace.messages.post(message)
        self._workspace.stats.happened("ephemeral" if is_private else "posted")
