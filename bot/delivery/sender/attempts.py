"""Posting once to the eye: each attempt is recorded before the call, and looked up if its answer is lost."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Generic, Protocol, TypeVar

import structlog

from bot.clock import slack_now
from bot.delivery.sender.durations import Tempo
from bot.delivery.sender.slack_health import SlackHealth
from bot.delivery.sender.verdicts import Verdict, judge
from bot.outages.backoff import JITTER, Jitter
from bot.slack.api.gateway import SlackGateway, SlackPermanent, SlackRetryable, SlackUnknownOutcome
from bot.slack.api.refusals import Breadth
from bot.slack.blocks.message import Message
from bot.usecases.context import Context
from routing.slack_channel import ChannelId
from storage.delivery import holds, outbox, projections, slack_pace
from storage.delivery.outbox import ItemClaim
from storage.delivery.projections import Claim
from storage.delivery.slack_pace import Lane
from storage.engine.database import Transaction

log = structlog.get_logger()

SKEW = timedelta(minutes=5)
"""How far Slack's clock may be from ours when an attempt is looked up."""


class AttemptedRow(Protocol):
    """A claimed row with the attempt that was never answered, if any."""

    @property
    def attempt(self) -> int:
        """How often it had been claimed then."""

    @property
    def previous_attempt_id(self) -> str | None:
        """The id that a message may carry already."""

    @property
    def previous_attempted_at(self) -> datetime | None:
        """When it was sent."""


H = TypeVar("H", bound=AttemptedRow)
R = TypeVar("R")
C = TypeVar("C", contravariant=True)


class Fail(Protocol[C]):
    """Schedules another try of a row."""

    def __call__(
        self, tx: Transaction, held: C, retry_at: datetime, reason: str, *, is_certain: bool = False
    ) -> bool:
        """Schedule it; False when the lease was lost."""


class Wait(Protocol[C]):
    """Lets a row wait for a repair."""

    def __call__(
        self,
        tx: Transaction,
        held: C,
        now: datetime,
        retry_at: datetime,
        reason: str,
        *,
        is_certain: bool = False,
    ) -> bool:
        """Let it wait; False when the lease was lost."""


@dataclass(frozen=True)
class Retries(Generic[R]):
    """What the module of storage that keeps the rows does with a claimed row after a failure."""

    fail: Fail[R]
    bury: Callable[[Transaction, R, str], bool]


@dataclass(frozen=True)
class Ledger(Retries[H]):
    """The same for rows whose call has an effect, so that each attempt is recorded first.

    `has_lanes`: it gives out no rows of a channel that is held, so that no row of it need wait by itself.
    """

    record_attempt: Callable[[Transaction, H, str, datetime], bool]
    hold: Wait[H]
    has_lanes: bool


PROJECTIONS = Ledger[Claim](
    projections.fail, projections.bury, projections.record_attempt, projections.hold, has_lanes=True
)
OUTBOX = Ledger[ItemClaim](outbox.fail, outbox.bury, outbox.record_attempt, outbox.hold, has_lanes=False)


@dataclass(frozen=True, slots=True)
class SentMessage:
    """A message's `ts`; `is_earlier`: an earlier attempt had arrived, and shows what was true then."""

    ts: str
    is_earlier: bool


@dataclass(frozen=True, slots=True)
class Courier:
    """What all senders to Slack share."""

    ctx: Context
    gateway: SlackGateway
    tempo: Tempo
    health: SlackHealth = field(default_factory=SlackHealth)
    jitter: Jitter = JITTER

    def post_once(
        self,
        ledger: Ledger[H],
        held: H,
        channel_id: ChannelId,
        message: Message,
        thread_ts: str | None = None,
    ) -> SentMessage | None:
        """Post unless an earlier attempt has arrived; None when the lease was lost, so another does it."""
        earlier = self._earlier(held, channel_id, thread_ts)
        if earlier is not None:
            self.health.worked()
            return SentMessage(earlier, is_earlier=True)
        attempt_id = self.ctx.new_id("attempt")
        with self.ctx.database.write() as tx:
            # Slack's time, not the application's: the attempt is looked up by the `ts` of messages.
            if not ledger.record_attempt(tx, held, attempt_id, slack_now(self.ctx.clock)):
                return None
        ts = self.gateway.post(channel_id, message.attempted(attempt_id), thread_ts)
        self.health.worked()
        return SentMessage(ts, is_earlier=False)

    def failed(
        self,
        ledger: Retries[R],
        held: R,
        failures: int,
        error: Exception,
        pace: Lane | None,
        place: Lane | None = None,
    ) -> Verdict:
        """Record a failure (the row had `failures` before).

        Slack's wish to wait holds `pace`, a refusal that others would meet `place`; None where it
        is about this row alone.
        """
        self.health.failed(error)
        verdict = judge(error, failures + 1, self.tempo, self.jitter)
        now = self.ctx.clock.now()
        with self.ctx.database.write() as tx:
            if verdict.pause_for is not None and pace is not None:
                slack_pace.pause(tx, pace, now + verdict.pause_for, verdict.reason)
            if verdict.retry_in is None:
                ledger.bury(tx, held, verdict.reason)
            elif verdict.reach is not None and isinstance(ledger, Ledger):
                self._hold(tx, ledger, held, verdict, place)
            elif verdict.reach not in (None, Breadth.WORKSPACE):
                ledger.bury(tx, held, verdict.reason)  # what is only read does not wait for a repair
            else:
                retry_at = now + verdict.retry_in
                ledger.fail(tx, held, retry_at, verdict.reason, is_certain=verdict.is_certain)
        return verdict

    def arrived(self, tx: Transaction, place: Lane) -> None:
        """Slack took a message there: nothing waits for a repair any more."""
        if freed := holds.release(tx, (place, slack_pace.WORKSPACE)):
            log.info("slack.repaired", place=place, holds=freed)

    def _hold(
        self, tx: Transaction, ledger: Ledger[H], held: H, verdict: Verdict, place: Lane | None
    ) -> None:
        now, probe = self.ctx.clock.now(), self.tempo.probe
        until = now + self.tempo.stretched(probe.wait(held.attempt, self.jitter))
        if verdict.reach is not Breadth.MESSAGE:
            where = slack_pace.WORKSPACE if verdict.reach is Breadth.WORKSPACE else place
            if where is not None:
                waits = self.tempo.stretched(probe.first), self.tempo.stretched(probe.longest)
                until = holds.hold(tx, where, now, verdict.reason, *waits)
                # The lane is held already: with a wait of its own each
                # of its messages would come late after the repair.
                until = now if ledger.has_lanes else until
        ledger.hold(tx, held, now, until, verdict.reason, is_certain=verdict.is_certain)

    def _earlier(self, held: AttemptedRow, channel_id: ChannelId, thread_ts: str | None) -> str | None:
        """The message that the unanswered attempt left, if it arrived; an unanswered search keeps it open."""
        attempt_id, sent_at = held.previous_attempt_id, held.previous_attempted_at
        if attempt_id is None or sent_at is None:
            return None
        try:
            ts = self.gateway.find_by_attempt(channel_id, attempt_id, sent_at - SKEW, thread_ts)
        except SlackRetryable as error:
            # A search without an answer proves nothing: called a
            # failure, it would close the attempt and post twice.
            raise SlackUnknownOutcome(error.code) from error
        except SlackPermanent as error:
            if self.health.refused(error):
                raise SlackUnknownOutcome(error.code) from error
            raise
        log.info("attempt.looked_up", attempt=attempt_id, channel=channel_id, is_there=ts is not None)
        return ts
