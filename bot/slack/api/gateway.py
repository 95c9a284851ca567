"""What the bot asks of Slack: a protocol, and the values it answers with."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from bot.slack.api.failures import (
    OverLimits,
    SlackFailure,
    SlackPermanent,
    SlackRetryable,
    SlackUnknownOutcome,
)
from bot.slack.api.history_page import HistoryPage
from bot.slack.api.user_info import UserInfo
from bot.slack.api.web_gateway import WebClientGateway
from bot.slack.blocks.message import JsonObject, Message
from routing.slack_channel import ChannelId

__all__ = [
    "SCOPES",
    "HistoryPage",
    "OverLimits",
    "SlackFailure",
    "SlackGateway",
    "SlackPermanent",
    "SlackRetryable",
    "SlackUnknownOutcome",
    "UserInfo",
    "WebClientGateway",
]

SCOPES: Mapping[str, frozenset[str]] = {
    "chat.postMessage": frozenset({"chat:write"}),
    "chat.update": frozenset({"chat:write"}),
    "chat.postEphemeral": frozenset({"chat:write"}),
    "chat.getPermalink": frozenset(),
    "views.open": frozenset(),
    "views.update": frozenset(),
    "views.publish": frozenset(),
    "conversations.history": frozenset({"channels:history", "groups:history", "im:history"}),
    "conversations.replies": frozenset({"channels:history", "groups:history", "im:history"}),
    "conversations.members": frozenset({"channels:read", "groups:read"}),
    "conversations.open": frozenset({"im:write"}),
    "usergroups.users.list": frozenset({"usergroups:read"}),
    "users.info": frozenset({"users:read"}),
    "reactions.add": frozenset({"reactions:write"}),
    "files.getUploadURLExternal": frozenset({"files:write"}),
    "files.completeUploadExternal": frozenset({"files:write"}),
}
"""The scopes each method needs, from Slack's reference; the manifest asks for their union."""


class SlackGateway(Protocol):
    """The calls to Slack. Each raises SlackRetryable, SlackPermanent or SlackUnknownOutcome.

    Sending first checks Slack's limits and raises OverLimits, naming the path, without calling. What is in
    a channel of another workspace is refused with SlackPermanent, without calling too.
    """

    def post(self, channel_id: ChannelId, message: Message, thread_ts: str | None = None) -> str:
        """Post and return the message's `ts`."""

    def update(self, channel_id: ChannelId, ts: str, message: Message) -> None:
        """Replace a posted message's text, blocks and metadata."""

    def ephemeral(
        self, channel_id: ChannelId, user_id: str, message: Message, thread_ts: str | None = None
    ) -> None:
        """Show a message to a single person in a channel, until they reload."""

    def react(self, channel_id: ChannelId, ts: str, name: str) -> None:
        """Put the bot's reaction on a message; once more changes nothing."""

    def respond(self, response_url: str, message: Message, thread_ts: str | None = None) -> None:
        """Answer an interaction privately, in its thread; works five times within 30 minutes."""

    def replace(self, response_url: str, message: Message | None) -> None:
        """Put `message` in the place of the private message that was clicked, or take that away."""

    def open_view(self, trigger_id: str, view: JsonObject) -> str:
        """Open a modal within 3 seconds of the click and return its view id."""

    def update_view(self, view_id: str, view: JsonObject) -> None:
        """Replace an open modal."""

    def publish_home(self, user_id: str, view: JsonObject) -> None:
        """Show a person their Home tab."""

    def find_by_attempt(
        self, channel_id: ChannelId, attempt_id: str, since: datetime, thread_ts: str | None = None
    ) -> str | None:
        """The `ts` of the message that carries `attempt_id` in its metadata, if Slack has it."""

    def history(self, channel_id: ChannelId, before: str | None, since: str) -> HistoryPage:
        """The newest messages outside threads from `since` up to but without `before`."""

    def has_message(self, channel_id: ChannelId, ts: str) -> bool:
        """Whether a message outside threads is still there."""

    def replies_since(self, channel_id: ChannelId, thread_ts: str, since: datetime) -> tuple[JsonObject, ...]:
        """The replies in a thread since then as Slack gives them, oldest first, without its first message."""

    def upload_image(self, data: bytes, name: str, alt_text: str) -> str:
        """Upload a picture for use in blocks and return its file id."""

    def share_file(self, channel_id: ChannelId, thread_ts: str, data: bytes, name: str, title: str) -> str:
        """Upload a file into a thread and return its id; sharing again shares it twice."""

    def has_file(self, channel_id: ChannelId, thread_ts: str, name: str) -> bool:
        """Whether a file of that name is in the thread."""

    def members(self, channel_id: ChannelId) -> frozenset[str]:
        """The user ids of a channel's members."""

    def group_members(self, group_id: str) -> frozenset[str]:
        """The user ids of a user group's members."""

    def user_info(self, user_id: str) -> UserInfo:
        """Who somebody is."""

    def permalink(self, channel_id: ChannelId, ts: str) -> str:
        """The address of a message."""

    def dm(self, user_id: str) -> ChannelId:
        """The channel of the bot's direct messages with somebody."""
