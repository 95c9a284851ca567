"""The calls to Slack over slack_sdk's web client: checked against Slack's limits, each failure of a kind."""

from collections.abc import Callable, Iterator
from datetime import datetime
from http.client import HTTPException
from typing import Any

from slack_sdk import WebClient, WebhookClient
from slack_sdk.web import SlackResponse

from bot.slack.api.failures import (
    MembersUnfinished,
    OverLimits,
    SlackFailure,
    SlackPermanent,
    SlackRetryable,
    SlackUnknownOutcome,
)
from bot.slack.api.history_page import HistoryPage, page_of
from bot.slack.api.refusals import refusal
from bot.slack.api.user_info import UserInfo, user_info_of
from bot.slack.api.web_calls import call, connection_failure, retry_after, slack_client
from bot.slack.blocks.message import JsonObject, Message
from bot.slack.limits import Violation, message_violations, view_violations
from routing.slack_channel import ChannelId

PAGE = 200  # Slack recommends no more than 200 items a page (its documentation of pagination)
PAGES = 50  # a look-up ends, whatever cursors Slack gives
MOST_PERMALINKS = 10_000
MEMBER_PAGE = 999  # the most that Slack gives: whoever is not on a page may not answer, and pages are limited
MEMBER_PAGES = 1_000
WINDOW_SECONDS = 2
"""A click has to be answered within 3 seconds, whether its window opens or not."""


def _refuse(violations: tuple[Violation, ...]) -> None:
    if violations:
        raise OverLimits("; ".join(str(violation) for violation in violations[:5]))


def _checked(message: Message) -> JsonObject:
    payload = message.payload()
    _refuse(message_violations(payload))
    return payload


class WebClientGateway:
    """SlackGateway over a WebClient made by `bot.slack.api.web_calls.slack_client`.

    A window that is not open after `window_seconds` is given up.
    """

    def __init__(self, client: WebClient, window_seconds: int = WINDOW_SECONDS) -> None:
        self._client = client
        # Its own client, as the time-out is the client's: in the usual ten seconds a click would have failed.
        self._quick = slack_client(client.token, client.base_url, min(client.timeout, window_seconds))
        self._permalinks: dict[tuple[ChannelId, str], str] = {}

    def post(self, channel_id: ChannelId, message: Message, thread_ts: str | None = None) -> str:
        """Post and return the message's `ts`; links are not unfurled and nobody is pinged by name."""
        answer = call(
            "chat.postMessage",
            self._client.chat_postMessage,
            channel=channel_id,
            thread_ts=thread_ts,
            unfurl_links=False,
            unfurl_media=False,
            link_names=False,
            **_checked(message),
        )
        return str(answer["ts"])

    def update(self, channel_id: ChannelId, ts: str, message: Message) -> None:
        """Replace a posted message's text, blocks and metadata."""
        # Without blocks Slack would leave the old ones, with their buttons, in place.
        arguments = {"blocks": [], **_checked(message)}
        call(
            "chat.update", self._client.chat_update, channel=channel_id, ts=ts, link_names=False, **arguments
        )

    def ephemeral(
        self, channel_id: ChannelId, user_id: str, message: Message, thread_ts: str | None = None
    ) -> None:
        """Show a message to a single person in a channel, until they reload."""
        # Without metadata: Slack takes none in private messages.
        payload = _checked(Message(message.text, message.blocks))
        call(
            "chat.postEphemeral",
            self._client.chat_postEphemeral,
            channel=channel_id,
            user=user_id,
            thread_ts=thread_ts,
            **payload,
        )

    def react(self, channel_id: ChannelId, ts: str, name: str) -> None:
        """Put the bot's reaction on a message; once more changes nothing."""
        try:
            call("reactions.add", self._client.reactions_add, channel=channel_id, timestamp=ts, name=name)
        except SlackPermanent as refused:
            if refused.code != "already_reacted":
                raise

    def respond(self, response_url: str, message: Message, thread_ts: str | None = None) -> None:
        """Answer an interaction privately through its `response_url`, in the thread it happened in."""
        payload = _checked(Message(message.text, message.blocks))
        if thread_ts:  # without it Slack answers at the foot of the channel
            payload["thread_ts"] = thread_ts
        self._send(response_url, {**payload, "response_type": "ephemeral", "replace_original": False})

    def replace(self, response_url: str, message: Message | None) -> None:
        """Put `message` in the place of the private message that was clicked, or take that away."""
        if message is None:
            self._send(response_url, {"delete_original": True})
            return
        # Without blocks the old ones, with their buttons, would stay.
        payload = {"blocks": [], **_checked(Message(message.text, message.blocks))}
        self._send(response_url, {**payload, "response_type": "ephemeral", "replace_original": True})

    def _send(self, response_url: str, payload: JsonObject) -> None:
        webhook = WebhookClient(response_url, timeout=self._client.timeout, retry_handlers=[])
        try:
            answer = webhook.send_dict(payload)
        except (OSError, HTTPException) as error:
            raise connection_failure(error) from error
        if answer.status_code == 429:
            raise SlackRetryable("ratelimited", retry_after(answer.headers))
        if answer.status_code >= 500:
            raise SlackUnknownOutcome(f"http_{answer.status_code}")
        if answer.status_code != 200:
            code = answer.body[:80]
            raise SlackPermanent(code, refusal(code, "response_url").mend, "response_url")

    def open_view(self, trigger_id: str, view: JsonObject) -> str:
        """Open a modal within 3 seconds of the click and return its view id."""
        _refuse(view_violations(view))
        answer = call("views.open", self._quick.views_open, trigger_id=trigger_id, view=view)
        return str(answer["view"]["id"])

    def update_view(self, view_id: str, view: JsonObject) -> None:
        """Replace an open modal."""
        _refuse(view_violations(view))
        call("views.update", self._quick.views_update, view_id=view_id, view=view)

    def publish_home(self, user_id: str, view: JsonObject) -> None:
        """Show a person their Home tab."""
        _refuse(view_violations(view))
        call("views.publish", self._client.views_publish, user_id=user_id, view=view)

    def find_by_attempt(
        self, channel_id: ChannelId, attempt_id: str, since: datetime, thread_ts: str | None = None
    ) -> str | None:
        """The `ts` of the message that carries `attempt_id` in its metadata, posted since `since`."""
        arguments = {"oldest": f"{since.timestamp():.6f}", "include_all_metadata": True}
        if thread_ts is None:
            # The history does not show replies, and `replies` no other
            # message: an attempt is looked for where it was made.
            method, function = "conversations.history", self._client.conversations_history
            messages = self._entries("messages", method, function, channel=channel_id, **arguments)
        else:
            messages = self._replies(channel_id, thread_ts, **arguments)
        for message in messages:
            event = (message.get("metadata") or {}).get("event_payload") or {}
            if event.get("attempt_id") == attempt_id:
                return str(message["ts"])
        return None

    def history(self, channel_id: ChannelId, before: str | None, since: str) -> HistoryPage:
        """The newest messages outside threads from `since` up to but without `before`."""
        page = call(
            "conversations.history",
            self._client.conversations_history,
            channel=channel_id,
            latest=before,
            oldest=since,
            include_all_metadata=True,
            limit=PAGE,
        )
        return page_of(page)

    def has_message(self, channel_id: ChannelId, ts: str) -> bool:
        """Whether a message outside threads is still there."""
        page = call(
            "conversations.history",
            self._client.conversations_history,
            channel=channel_id,
            latest=ts,
            oldest=ts,
            # Otherwise Slack leaves out the very message that is
            # looked for, and every message would seem deleted.
            inclusive=True,
            limit=1,
        )
        return any(message.ts == ts and not message.is_deleted for message in page_of(page).messages)

    def replies_since(self, channel_id: ChannelId, thread_ts: str, since: datetime) -> tuple[JsonObject, ...]:
        """The replies in a thread since then as Slack gives them, oldest first, without its first message."""
        messages = self._replies(channel_id, thread_ts, oldest=f"{since.timestamp():.6f}")
        return tuple(message for message in messages if message.get("ts") != thread_ts)

    def upload_image(self, data: bytes, name: str, alt_text: str) -> str:
        """Upload a picture for use in blocks and return its file id."""
        return self._upload(content=data, filename=name, title=name, alt_txt=alt_text)

    def share_file(self, channel_id: ChannelId, thread_ts: str, data: bytes, name: str, title: str) -> str:
        """Upload a file into a thread and return its id; sharing again shares it twice."""
        where = {"channel": channel_id, "thread_ts": thread_ts}
        return self._upload(content=data, filename=name, title=title, **where)

    def _upload(self, **arguments: Any) -> str:
        answer = call("files.completeUploadExternal", self._client.files_upload_v2, **arguments)
        return str(answer["files"][0]["id"])

    def has_file(self, channel_id: ChannelId, thread_ts: str, name: str) -> bool:
        """Whether a file of that name is in the thread."""
        replies = self._replies(channel_id, thread_ts)
        return any(file.get("name") == name for reply in replies for file in reply.get("files", []))

    def members(self, channel_id: ChannelId) -> frozenset[str]:
        """The user ids of a channel's members.

        Raises MembersUnfinished with those so far where Slack gives some of them and then refuses more.
        """
        method, function = "conversations.members", self._client.conversations_members
        user_ids: set[str] = set()
        cursor: str | None = None
        try:
            for _ in range(MEMBER_PAGES):
                page = call(method, function, cursor=cursor, limit=MEMBER_PAGE, channel=channel_id)
                user_ids.update(map(str, page.get("members", [])))
                cursor = (page.get("response_metadata") or {}).get("next_cursor")
                if not cursor:
                    return frozenset(user_ids)
        except SlackFailure as failure:
            if not user_ids:
                raise
            raise MembersUnfinished(frozenset(user_ids), str(failure)) from failure
        raise MembersUnfinished(frozenset(user_ids), f"({MEMBER_PAGES} pages, and there are more)")

    def group_members(self, group_id: str) -> frozenset[str]:
        """The user ids of a user group's members."""
        answer = call("usergroups.users.list", self._client.usergroups_users_list, usergroup=group_id)
        return frozenset(str(user) for user in answer.get("users", []))

    def user_info(self, user_id: str) -> UserInfo:
        """Who somebody is."""
        return user_info_of(call("users.info", self._client.users_info, user=user_id)["user"])

    def permalink(self, channel_id: ChannelId, ts: str) -> str:
        """The address of a message; remembered, since it never changes."""
        key = (channel_id, ts)
        url = self._permalinks.get(key)
        if url is None:
            answer = call(
                "chat.getPermalink", self._client.chat_getPermalink, channel=channel_id, message_ts=ts
            )
            url = str(answer["permalink"])
            # To ask again costs little, a process that grows much.
            if len(self._permalinks) >= MOST_PERMALINKS:
                self._permalinks.clear()
            self._permalinks[key] = url
        # Not read back: another thread may have emptied it since.
        return url

    def dm(self, user_id: str) -> ChannelId:
        """The channel of the bot's direct messages with somebody."""
        answer = call("conversations.open", self._client.conversations_open, users=user_id)
        return ChannelId("", str(answer["channel"]["id"]))

    def _replies(self, channel_id: ChannelId, thread_ts: str, **arguments: Any) -> Iterator[JsonObject]:
        """The messages of a thread, its first among them."""
        method, function = "conversations.replies", self._client.conversations_replies
        return self._entries("messages", method, function, channel=channel_id, ts=thread_ts, **arguments)

    def _entries(
        self, name: str, method: str, function: Callable[..., SlackResponse], **arguments: Any
    ) -> Iterator[Any]:
        """What stands under `name` in Slack's answers to `method`, page after page."""
        cursor: str | None = None
        for _ in range(PAGES):
            page = call(method, function, cursor=cursor, limit=PAGE, **arguments)
            yield from page.get(name, [])
            cursor = (page.get("response_metadata") or {}).get("next_cursor")
            if not cursor:  # Slack's last page has an empty string there, or nothing
                return
