"""Events in the workspace: thread replies, deleted messages, people and channels that come and go."""

from collections.abc import Callable, Mapping

from bot.slack.api.refusals import CURABLE
from bot.slack.blocks.message import TOMBSTONE, JsonObject
from bot.slack.blocks.text import text_in
from bot.slack.hear.interactions import Desk, log
from bot.slack.hear.list_clicks import next_case, publish_home
from bot.slack.hear.payloads import DirectMessage, direct_message_of, reply_of
from bot.slack.hear.private_messages import tell_privately
from bot.slack.hear.reply_receipts import answer_reply, ask_privately, says_something
from bot.slack.hear.workspace_claims import channel_in, message_claim, object_in
from bot.slack.show.private_answers import direct_answer
from bot.usecases import direct_messages, members
from bot.usecases.repairs import after_slack_repair
from bot.usecases.review import catch_up
from bot.usecases.review.outcome import InDoubt, Outcome
from bot.usecases.review.reply_questions import reply_deleted
from bot.usecases.review.thread_reply import ThreadReply, message_deleted, thread_reply
from routing.label import ExpertId
from routing.slack_channel import ChannelId


def _event(body: JsonObject) -> JsonObject:
    return object_in(body.get("event"))


def _person(desk: Desk, body: JsonObject) -> ExpertId:
    return desk.ctx.home.person(message_claim(body, _event(body)))


def on_message(desk: Desk, body: JsonObject) -> None:
    """A thread reply, new or edited, may be an answer; a deleted message of ours is posted anew.

    A direct message is no answer to a case, and is told so.
    """
    event, channel_id = _event(body), _channel_id(desk, body)
    deleted_ts = _deleted(event)
    if event.get("channel_type") == "im":
        _direct(desk, direct_message_of(body, desk.ctx.home))
    elif deleted_ts and channel_id is not None:
        message_deleted(desk.ctx, channel_id, deleted_ts)
        desk.wake()
        # Of the same event: a `ts` does not say whether it was a case's message or an expert's reply.
        _deletion(desk, reply_deleted(desk.ctx, channel_id, deleted_ts))
    else:
        _reply(desk, reply_of(body, desk.ctx.home))


def _direct(desk: Desk, message: DirectMessage | None) -> None:
    """A direct message gets a single answer, however often Slack tells of it."""
    if message is not None and direct_messages.is_new(desk.ctx, message.channel_id, message.ts):
        log.info("slack.direct_message", person=message.expert.user_id)
        desk.later(_answer_directly, desk, message)


def _answer_directly(desk: Desk, message: DirectMessage) -> None:
    answer = direct_answer(next_case(desk, message.expert))
    tell_privately(desk.gateway.post, message.channel_id, answer, message.thread_ts or None)


def _deleted(event: JsonObject) -> str:
    """The `ts` of the message whose deletion this tells; a message with replies changes into a tombstone."""
    changed = event.get("message")
    if event.get("subtype") == "message_changed" and isinstance(changed, dict):
        # A message with replies is not deleted but changed:
        # without this, nobody would notice that it is gone.
        return text_in(changed.get("ts")) if changed.get("subtype") == TOMBSTONE else ""
    return text_in(event.get("deleted_ts")) if event.get("subtype") == "message_deleted" else ""


def _reply(desk: Desk, reply: ThreadReply | None) -> None:
    if reply is None:
        return
    outcome = thread_reply(desk.ctx, reply)
    log.info("slack.reply", person=reply.expert.user_id, outcome=type(outcome).__name__)
    desk.wake()
    if says_something(desk.ctx, outcome):
        desk.later(answer_reply, desk.ctx, desk.gateway, reply, outcome)


def _deletion(desk: Desk, outcome: Outcome) -> None:
    """Ask the writer of a deleted reply whether the answer that it gave stands."""
    if isinstance(outcome, InDoubt):
        log.info("slack.reply_deleted", person=outcome.expert.user_id, case=outcome.case.case_id)
        desk.later(ask_privately, desk.ctx, desk.gateway, outcome)


def on_home_opened(desk: Desk, body: JsonObject) -> None:
    """Somebody opened the Home tab: show what waits for them, after the ack."""
    event = _event(body)
    if event.get("tab", "home") == "home":
        desk.later(publish_home, desk, _person(desk, body))


def on_joined(desk: Desk, body: JsonObject) -> None:
    """Somebody joined a channel; if it was the bot, its messages can be posted now."""
    channel_id, person = _channel_id(desk, body), _person(desk, body)
    if channel_id is None:
        return
    members.joined(desk.ctx, channel_id, person)
    # Our own invitation: what the channel refused need not wait until it is probed again.
    if person.user_id == desk.ctx.home.bot.user_id:
        _repaired(desk, channel_id)


def _repaired(desk: Desk, channel_id: ChannelId) -> None:
    revived = after_slack_repair.channel_repaired(desk.ctx, channel_id, CURABLE)
    catch_up.look_back(desk.ctx, channel_id)
    log.info("slack.channel_repaired", channel=channel_id, revived=revived)
    desk.wake()


def on_left(desk: Desk, body: JsonObject) -> None:
    """Somebody left a channel."""
    channel_id = _channel_id(desk, body)
    if channel_id is not None:
        members.left(desk.ctx, channel_id, _person(desk, body))


def _channel_id(desk: Desk, body: JsonObject) -> ChannelId | None:
    channel = _event(body).get("channel")
    return channel_in(body, channel.get("id") if isinstance(channel, dict) else channel, desk.ctx.home)


def _on_channel(what: str) -> Callable[[Desk, JsonObject], None]:
    def take(desk: Desk, body: JsonObject) -> None:
        """A channel changed: on record, so that dead letters explain themselves."""
        channel_id = _channel_id(desk, body)
        if channel_id is None:
            return
        log.warning("slack.channel_changed", channel=channel_id, what=what)
        members.channel_changed(desk.ctx, channel_id, what)
        if what in REPAIRS:
            _repaired(desk, channel_id)

    return take


REPAIRS = frozenset({"renamed", "unarchived"})
"""What may let messages in again that were refused."""
HAPPENINGS: Mapping[str, Callable[[Desk, JsonObject], None]] = {
    "message": on_message,
    "app_home_opened": on_home_opened,
    "member_joined_channel": on_joined,
    "member_left_channel": on_left,
    "channel_archive": _on_channel("archived"),
    "channel_deleted": _on_channel("deleted"),
    "channel_rename": _on_channel("renamed"),
    "channel_unarchive": _on_channel("unarchived"),
    "group_archive": _on_channel("archived"),
    "group_deleted": _on_channel("deleted"),
    "group_rename": _on_channel("renamed"),
    "group_unarchive": _on_channel("unarchived"),
}
"""What each event does, by its type."""

SUBSCRIPTIONS = tuple(
    sorted((set(HAPPENINGS) - {"message"}) | {"message.channels", "message.groups", "message.im"})
)
"""The bot events the manifest subscribes to."""

EVENT_SCOPES = frozenset({"channels:history", "groups:history", "im:history", "channels:read", "groups:read"})
"""The scopes these events need, from Slack's reference."""
