"""Reads the threads that are wanted, and takes the replies that nobody has heard for what they are."""

from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from bot.delivery.attempts import OUTBOX, Courier
from bot.slack.gateway import SlackFailure, SlackPermanent
from bot.slack.payloads import reply_of
from bot.slack.receipts import answer_reply
from bot.usecases import members, review
from bot.usecases.context import Context
from bot.usecases.listening import THREAD, Thread
from bot.usecases.outcome import Repeated
from bot.usecases.review import ThreadReply
from storage import outbox, paces, projections, threads
from storage.errors import StorageError
from storage.outbox import ItemClaim

log = structlog.get_logger()

LOOK_BACK = timedelta(days=30)
"""Not as long as it is remembered which replies were heard."""


class ThreadReader:
    """Reads threads one by one; any number of threads of the program may call `step`."""

    def __init__(self, courier: Courier, owner: str) -> None:
        self._courier = courier
        self._ctx = courier.ctx
        self._owner = owner

    def step(self) -> bool:
        """Read the thread that is wanted longest; False when none is or Slack must be left alone."""
        if self._courier.health.held_for():
            return False
        now, tempo = self._ctx.clock.now(), self._courier.tempo
        with self._ctx.database.write() as tx:
            if not paces.take(tx, paces.READS, now, tempo.stretched(tempo.read_every)):
                return False
            claims = outbox.claim(tx, {THREAD}, self._owner, now, tempo.stretched(tempo.lease), 1)
            if not claims:
                paces.give_back(tx, paces.READS, now)
        for claim in claims:
            self._read(claim)
        return bool(claims)

    def _read(self, claim: ItemClaim) -> None:
        thread = Thread.from_payload(claim.item.payload)
        try:
            if self._is_known(claim, thread):
                self._hear(replace(self._ctx, team_id=thread.team_id), thread)
                self._finish(claim)
        except StorageError:
            raise  # the lease gives the row back
        except Exception as error:  # noqa: BLE001  a poison row must not stop its neighbors
            self._failed(claim, thread, error)

    def _is_known(self, claim: ItemClaim, thread: Thread) -> bool:
        """Whether a case's message is there; one that may yet turn out to be ours is waited for."""
        with self._ctx.database.write() as tx:
            if projections.by_message(tx, thread.channel_id, thread.ts) is not None:
                return True
            now = self._ctx.clock.now()
            if threads.may_appear(tx, thread.channel_id):
                outbox.postpone(tx, claim, now + self._courier.tempo.stretched(self._courier.tempo.thread_in))
            else:
                outbox.finish(tx, claim, now)
        return False

    def _hear(self, ctx: Context, thread: Thread) -> None:
        since = self._slack_now() - LOOK_BACK
        messages = self._courier.gateway.replies_since(thread.channel_id, thread.ts, since)
        self._courier.health.worked()
        for message in messages:
            event = {**message, "channel": thread.channel_id}
            reply = reply_of({"event": event}, ctx.home)
            if reply is not None:  # nothing around the message tells where its writer belongs
                self._take(ctx, replace(reply, expert=members.recognized(ctx, reply.expert)))

    def _take(self, ctx: Context, reply: ThreadReply) -> None:
        outcome = review.thread_reply(ctx, reply)
        if isinstance(outcome, Repeated):
            return
        log.info("slack.missed_reply", person=reply.expert.user_id, outcome=type(outcome).__name__)
        try:
            answer_reply(ctx, self._courier.gateway, reply, outcome)
        except SlackFailure as error:
            log.warning("slack.missed_reply_not_answered", person=reply.expert.user_id, reason=str(error))

    def _finish(self, claim: ItemClaim) -> None:
        with self._ctx.database.write() as tx:
            outbox.finish(tx, claim, self._ctx.clock.now())

    def _failed(self, claim: ItemClaim, thread: Thread, error: Exception) -> None:
        if isinstance(error, SlackPermanent) and not self._courier.health.refused(error):
            self._finish(claim)  # the message or the channel is gone, and with it what was said there
        else:
            self._courier.failed(OUTBOX, claim, claim.item.failures, error, paces.READS)
        log.warning("thread.not_read", channel=thread.channel_id, ts=thread.ts, reason=str(error))

    def _slack_now(self) -> datetime:
        return min(self._ctx.clock.now(), self._ctx.clock.wall())
