"""Reads what happened in channels while nobody listened, page by page, and sets right what the rows missed.

A look at a channel's history finds the messages that were deleted, the threads in which somebody wrote, and,
when the rows come from a backup, the messages of ours that they lack.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from bot.clock import slack_now
from bot.delivery.history.reading_turn import claim_in_turn
from bot.delivery.sender.attempts import Retries
from bot.delivery.sender.sender import SlackSender
from bot.slack.api.gateway import HistoryPage, SlackPermanent
from bot.slack.api.history_page import ChannelMessage
from bot.usecases.review.catch_up import decided_since, ts_of
from storage.cases import cases
from storage.delivery import channel_readings, posted_messages, projections, slack_pace, thread_readings
from storage.delivery.channel_readings import ChannelClaim
from storage.delivery.posted_messages import Post, Stray
from storage.delivery.thread_readings import Rank, WantedThread
from storage.engine.database import Transaction

log = structlog.get_logger()

CHANNELS = Retries[ChannelClaim](channel_readings.fail, channel_readings.bury)
LOOK_BACK = timedelta(days=90)
"""What is older is not looked for in the history: the threads of what still waits are read singly."""
REPOSTED_FOR = timedelta(days=1)
"""An older message that is not there any more stays away: channels are tidied up, and Slack forgets."""
MOST_ROWS = 1_000
WORTH_A_PAGE = 3
"""To read so few threads costs no more than to go on through the history for them."""
WORTH_MANY_PAGES = 40
"""More than these are never read singly where the history reaches: that would take a minute."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a channel's history to read, and the rows as they were before that."""

    claim: ChannelClaim
    since: str
    rows: tuple[Post, ...]

    def covered(self, page: HistoryPage) -> str:
        """Down to which `ts` both the page and the rows tell everything."""
        oldest = self.since if page.is_last else page.messages[-1].ts
        return max(oldest, self.rows[-1].ts) if len(self.rows) == MOST_ROWS else oldest


@dataclass(slots=True)
class PageFindings:
    """What a page says: threads to read, and in figures what was set right."""

    threads: list[WantedThread] = field(default_factory=list)
    figures: Counter[str] = field(default_factory=Counter)


class HistoryReader(SlackSender[Stretch]):
    """Reads the channels that are wanted, a page of whichever waits longest in each step."""

    def _may_have_work(self) -> bool:
        with self._ctx.database.read() as tx:
            return bool(channel_readings.waiting(tx))

    def _claim(self, tx: Transaction) -> Stretch | None:
        claim = claim_in_turn(tx, self._courier, self._owner, slack_pace.HISTORY, channel_readings.claim)
        if claim is None:
            return None
        since = ts_of(slack_now(self._ctx.clock) - LOOK_BACK)
        since = min(since, claim.held_to) if claim.held_to else since
        # Before Slack is asked: what is posted meanwhile must not seem to be missing there.
        decided = decided_since(self._ctx)
        rows = posted_messages.newest(tx, claim.channel_id, claim.reached, since, decided, MOST_ROWS)
        return Stretch(claim, since, tuple(rows))

    def _send(self, stretch: Stretch) -> None:
        claim = stretch.claim
        page = self._courier.gateway.history(claim.channel_id, claim.reached, stretch.since)
        self._courier.health.worked()
        covered = stretch.covered(page)
        findings = self._compare(stretch, page, covered)
        expected = {row.ts for row in stretch.rows}
        for message in page.messages:
            is_ours = message.user_id in (claim.bot_user_id, "")  # where Slack does not say whose it is
            if is_ours and message.case_id and message.ts not in expected:
                findings.figures[self._adopt(claim, message)] += 1
        if (page.is_last and covered <= stretch.since) or self._is_enough(stretch, page, covered):
            self._want_older(claim, covered)
            with self._ctx.database.write() as tx:
                is_mine = channel_readings.finish(tx, claim, self._ctx.clock.now())
        else:
            with self._ctx.database.write() as tx:
                is_mine = channel_readings.advance(tx, claim, covered, self._ctx.clock.now())
        figures = findings.figures
        tell = log.warning if figures["of_unknown_cases"] else log.info
        tell("history.read", channel=claim.channel_id, back_to=covered, is_mine=is_mine, **figures)

    def _is_enough(self, stretch: Stretch, page: HistoryPage, covered: str) -> bool:
        """Whether to go on would take more calls than to read thread by thread what is left."""
        # What waits to be posted may be there: only the history shows messages that no row names.
        is_holding = stretch.claim.held_to is not None and covered > stretch.claim.held_to
        since = self._reposted_since()
        matters = [row for row in stretch.rows if row.is_open or row.is_recent or row.ts >= since]
        left = [row for row in matters if row.ts < covered]
        if is_holding or len(stretch.rows) == MOST_ROWS:
            return False
        if not left or left[0].ts >= since:  # only the history shows what was deleted
            return not left
        a_page = float(page.messages[0].ts) - float(page.messages[-1].ts)
        pages = (float(covered) - float(left[-1].ts)) / max(a_page, 1.0)
        return len(left) <= max(WORTH_A_PAGE, min(pages, WORTH_MANY_PAGES))

    def _reposted_since(self) -> str:
        return ts_of(slack_now(self._ctx.clock) - REPOSTED_FOR)

    def _compare(self, stretch: Stretch, page: HistoryPage, covered: str) -> PageFindings:
        """Post what is gone anew, want threads read, and show anew what Slack shows as of later."""
        there = {message.ts: message for message in page.messages if not message.is_deleted}
        findings, channel_id = PageFindings(), stretch.claim.channel_id
        now = self._ctx.clock.now()
        with self._ctx.database.write() as tx:
            answered = [ts for ts, message in there.items() if message.is_answered]
            marks = thread_readings.read_to(tx, channel_id, answered)
            for row in stretch.rows:
                message = there.get(row.ts)
                if message is not None:
                    if row.wanted_version < message.version:  # each is a statement under SQLite's lock
                        is_outrun = posted_messages.outrun(tx, row.row_id, message.version, now)
                        findings.figures["outrun"] += is_outrun
                    findings.threads += _wanted(stretch.claim, row, message, marks.get(row.ts))
                # Below `covered` the page tells nothing: what is missing there need not have been deleted.
                elif row.ts >= max(covered, self._reposted_since()):
                    findings.figures["reposted"] += projections.lost(tx, channel_id, row.ts)
            thread_readings.want_many(tx, findings.threads, now)
        findings.figures["threads"] = len(findings.threads)
        return findings

    def _adopt(self, claim: ChannelClaim, message: ChannelMessage) -> str:
        """Let a message that no row has be its case's; what became of it, in a word."""
        with self._ctx.database.read() as tx:
            if posted_messages.is_row(tx, claim.channel_id, message.ts):
                return "known"
            if not cases.due_at_of(tx, [message.case_id]):
                return "of_unknown_cases"
            other = posted_messages.message_of(tx, message.case_id, claim.channel_id)
        # Of two messages of a case the newer counts, once the other is gone.
        has = self._courier.gateway.has_message
        if other is not None and (other > message.ts or has(claim.channel_id, other)):
            return "doubled"
        stray = Stray(message.case_id, claim.channel_id, message.ts, message.version)
        now = self._ctx.clock.now()
        with self._ctx.database.write() as tx:
            if not posted_messages.adopt(tx, stray, other, now):
                return "doubled"
            if message.is_answered:
                thread = WantedThread(claim.channel_id, message.ts, claim.team_id, Rank.CHANGED, 0, now)
                thread_readings.want_many(tx, [thread], now)
        log.info("history.adopted", case=message.case_id, channel=claim.channel_id, ts=message.ts)
        return "adopted"

    def _want_older(self, claim: ChannelClaim, covered: str) -> None:
        """Want every thread read that the history was not read far enough back for."""
        before = covered
        while True:  # in portions, so that no transaction is long
            now, since = self._ctx.clock.now(), decided_since(self._ctx)
            with self._ctx.database.write() as tx:
                rows = posted_messages.older(tx, claim.channel_id, before, since, MOST_ROWS)
                ranks = (Rank.UNSEEN if row.is_open else Rank.DECIDED for row in rows)
                wanted = [_thread(claim, row, rank) for row, rank in zip(rows, ranks, strict=True)]
                thread_readings.want_many(tx, wanted, now)
            if len(rows) < MOST_ROWS:
                return
            before = rows[-1].ts

    def _failed(self, stretch: Stretch, error: Exception) -> None:
        claim = stretch.claim
        if isinstance(error, SlackPermanent) and error.code == "missing_scope":
            with self._ctx.database.write() as tx:  # what can be posted is not held for what cannot be read
                channel_readings.bury(tx, claim, str(error))
        else:
            self._courier.failed(CHANNELS, claim, claim.failures, error, slack_pace.HISTORY)
        log.warning("history.not_read", channel=claim.channel_id, reason=str(error))


def _wanted(
    claim: ChannelClaim, row: Post, message: ChannelMessage, read_to: str | None
) -> Sequence[WantedThread]:
    """The message's thread, if it is to be read: Slack does not tell which of its replies were edited."""
    if not message.is_answered or not (row.is_open or row.is_recent):
        return ()
    is_changed = read_to is None or not message.latest_reply or message.latest_reply > read_to
    rank = (Rank.CHANGED if row.is_open else Rank.DECIDED) if is_changed else Rank.EDITED
    return (_thread(claim, row, rank),)


def _thread(claim: ChannelClaim, row: Post, rank: Rank) -> WantedThread:
    return WantedThread(claim.channel_id, row.ts, claim.team_id, rank, row.priority, row.due_at)
