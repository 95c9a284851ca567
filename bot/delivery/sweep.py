"""Looks, after nobody listened, what happened in Slack: deleted messages, and replies in threads."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.slack.gateway import SlackFailure, SlackGateway
from bot.usecases import listening
from bot.usecases.context import Context
from storage import projections

log = structlog.get_logger()

LOOK_BACK = timedelta(days=1)
MOST_MESSAGES = 2_000


@dataclass(frozen=True, slots=True)
class Sweep:
    """Compares what storage believes to be seen with what the channels hold; a page of history for each."""

    ctx: Context
    gateway: SlackGateway

    def run(self) -> dict[str, int]:
        """Find the messages that were deleted meanwhile and want them again; want the threads to be read."""
        since = min(self.ctx.clock.now(), self.ctx.clock.wall()) - LOOK_BACK
        with self.ctx.database.read() as tx:
            rows = projections.shown_since(tx, f"{since.timestamp():.6f}", MOST_MESSAGES)
        shown: dict[str, set[str]] = defaultdict(set)
        for row in rows:
            shown[row.channel_id].add(str(row.ts))
        reposted = sum(self._repair(channel, known, since) for channel, known in shown.items())
        return {"reposted": reposted, "threads": listening.read_again(self.ctx)}

    def _repair(self, channel_id: str, known: set[str], since: datetime) -> int:
        try:
            there = self.gateway.messages_since(channel_id, since)
        except SlackFailure as error:
            log.warning("sweep.not_read", channel=channel_id, reason=str(error))
            return 0
        gone = sorted(known - there)
        with self.ctx.database.write() as tx:
            return sum(projections.lost(tx, channel_id, ts) for ts in gone)
