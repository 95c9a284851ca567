"""What comes of a thread reply is shown where it was typed: a reaction, or a private line in the thread."""

import structlog

from bot.slack.api.failures import SlackFailure, SlackPermanent
from bot.slack.api.gateway import SlackGateway
from bot.slack.blocks.message import Message
from bot.slack.hear.private_messages import tell_privately
from bot.slack.show.private_answers import typed_receipt, words
from bot.usecases.context import Context
from bot.usecases.review.outcome import InDoubt, MeaningQuestion, Outcome, RecordedAct
from bot.usecases.review.reply_questions import withdraw_question
from bot.usecases.review.thread_reply import ThreadReply
from routing.label import ExpertId
from routing.slack_channel import ChannelId

RECEIPT = "white_check_mark"
GONE = frozenset({"message_not_found", "channel_not_found", "thread_not_found"})
"""Slack's codes where nobody is left to tell: the reply or its place is gone."""
log = structlog.get_logger()


def says_something(ctx: Context, outcome: Outcome) -> bool:
    """Whether the writer of a reply is to see what came of it."""
    return _is_news(outcome) or words(ctx, outcome) is not None


def answer_reply(ctx: Context, gateway: SlackGateway, reply: ThreadReply, outcome: Outcome) -> None:
    """Tell the writer of a reply what came of it; call it outside of transactions. Raises a SlackFailure."""
    message = words(ctx, outcome)
    if isinstance(outcome, RecordedAct) and _is_news(outcome) and not _react(gateway, reply):
        message = message or typed_receipt(ctx, outcome)
    if message is None:
        return
    try:
        _tell(gateway, reply.expert, reply.channel_id, reply.thread_ts, message)
    except SlackFailure:
        _ask_again(ctx, outcome, reply.expert)
        raise


def ask_privately(ctx: Context, gateway: SlackGateway, outcome: InDoubt) -> None:
    """Ask the writer of a deleted reply. Raises a SlackFailure."""
    message, place = words(ctx, outcome), outcome.reply
    if message is not None:
        _tell(gateway, outcome.expert, place.channel_id, place.thread_ts, message)


def _tell(
    gateway: SlackGateway, expert: ExpertId, channel_id: ChannelId, thread_ts: str, message: Message
) -> None:
    tell_privately(gateway.ephemeral, channel_id, expert.user_id, message, thread_ts)


def _is_news(outcome: Outcome) -> bool:
    return isinstance(outcome, RecordedAct) and outcome.is_news


def _react(gateway: SlackGateway, reply: ThreadReply) -> bool:
    """Mark the reply as taken; False if it takes words: the app may lack `reactions:write`."""
    try:
        tell_privately(gateway.react, reply.channel_id, reply.ts, RECEIPT)
    except SlackFailure as error:
        log.warning("slack.reply_not_marked", reason=str(error))
        return isinstance(error, SlackPermanent) and error.code in GONE
    return True


def _ask_again(ctx: Context, outcome: Outcome, expert: ExpertId) -> None:
    """A question that nobody saw does not keep the next question back."""
    if isinstance(outcome, MeaningQuestion | InDoubt) and outcome.reply is not None:
        withdraw_question(ctx, outcome.case.case_id, expert, outcome.reply.ts)
