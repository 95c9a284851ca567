"""Reads the threads that are wanted, and takes the replies that nobody has heard for what they are."""

from dataclasses import replace
from datetime import timedelta

import structlog

from bot.clock import slack_now
from bot.delivery.history.reading_turn import claim_in_turn
from bot.delivery.sender.attempts import Retries
from bot.delivery.sender.sender import SlackSender
from bot.slack.api.gateway import SlackFailure, SlackPermanent
from bot.slack.hear.payloads import reply_of
from bot.slack.hear.reply_receipts import answer_reply
from bot.usecases import members
from bot.usecases.context import Context
from bot.usecases.review.outcome import RepeatedAct
from bot.usecases.review.thread_reply import ThreadReply, thread_reply
from storage.cases import case_threads
from storage.delivery import slack_pace, thread_readings
from storage.delivery.thread_readings import ThreadClaim
from storage.engine.database import Transaction

log = structlog.get_logger()

THREADS = Retries[ThreadClaim](thread_readings.fail, thread_readings.bury)
LOOK_BACK = timedelta(days=30)
"""Not as long as it is remembered which replies were heard."""


class ThreadReader(SlackSender[ThreadClaim]):
    """Reads threads, the most urgent first."""

    def _may_have_work(self) -> bool:
        with self._ctx.database.read() as tx:
            return bool(thread_readings.waiting(tx))

    def _claim(self, tx: Transaction) -> ThreadClaim | None:
        return claim_in_turn(tx, self._courier, self._owner, slack_pace.READS, thread_readings.claim)

    def _send(self, claim: ThreadClaim) -> None:
        if self._has_message(claim):
            self._finish(claim, self._hear(claim))

    def _has_message(self, claim: ThreadClaim) -> bool:
        """Whether a case's message is there; what may yet turn out to be ours is waited for."""
        with self._ctx.database.write() as tx:
            now = self._ctx.clock.now()
            owner = case_threads.owner_of(tx, claim.channel_id, claim.thread_ts)
            if owner.may_appear:
                # Our own post may be unanswered: finished now, the answers under it would never be read.
                retry_at = now + self._courier.tempo.stretched(self._courier.tempo.thread_in)
                thread_readings.postpone(tx, claim, retry_at)
            elif owner.shown is None:
                thread_readings.finish(tx, claim, None, now)
        return owner.shown is not None

    def _hear(self, claim: ThreadClaim) -> str | None:
        """Take every reply for what it is; the `ts` of the newest."""
        since = slack_now(self._ctx.clock) - LOOK_BACK
        messages = self._courier.gateway.replies_since(claim.channel_id, claim.thread_ts, since)
        self._courier.health.worked()
        ctx = replace(self._ctx, team_id=claim.team_id)
        for message in messages:
            event = {**message, "channel": str(claim.channel_id)}
            reply = reply_of({"event": event}, ctx.home)
            if reply is not None:  # nothing around the message tells where its writer belongs
                self._take(ctx, replace(reply, expert=members.recognized(ctx, reply.expert)))
        # As texts: with the same number of digits, Slack's ids sort as their moments do.
        return max((str(message["ts"]) for message in messages), default=None)

    def _take(self, ctx: Context, reply: ThreadReply) -> None:
        outcome = thread_reply(ctx, reply)
        if isinstance(outcome, RepeatedAct):
            return
        log.info("slack.missed_reply", person=reply.expert.user_id, outcome=type(outcome).__name__)
        try:
            answer_reply(ctx, self._courier.gateway, reply, outcome)
        except SlackFailure as error:
            log.warning("slack.missed_reply_not_answered", person=reply.expert.user_id, reason=str(error))

    def _finish(self, claim: ThreadClaim, read_to: str | None) -> None:
        with self._ctx.database.write() as tx:
            thread_readings.finish(tx, claim, read_to, self._ctx.clock.now())

    def _failed(self, claim: ThreadClaim, error: Exception) -> None:
        if isinstance(error, SlackPermanent) and not self._courier.health.refused(error):
            self._finish(claim, None)  # the message or the channel is gone, and the replies with it
        else:
            self._courier.failed(THREADS, claim, claim.failures, error, slack_pace.READS)
        log.warning("thread.not_read", channel=claim.channel_id, ts=claim.thread_ts, reason=str(error))
