"""Where a notice goes, and which message of a case it points to: not before that message is there."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.errors import BotError
from bot.usecases.outgoing import Notice, Occasion, Place
from bot.usecases.repairs.undelivered import cause
from routing.policy import Policy
from routing.slack_channel import ChannelId
from storage.delivery import holds, projections
from storage.delivery.holds import Hold
from storage.delivery.projections import Projection
from storage.engine.database import Transaction


class MessagePending(BotError):
    """The case's message is not posted yet."""

    def __init__(self, hold: Hold | None = None) -> None:
        super().__init__()
        self.hold = hold


@dataclass(frozen=True, slots=True)
class Target:
    """Where a notice goes; `is_unreachable`: nobody would see it there."""

    channel_id: ChannelId
    thread_ts: str | None = None
    is_unreachable: bool = False


@dataclass(frozen=True, slots=True)
class Messages:
    """The messages of a notice's cases, the channel that it names, and the channels that take no messages."""

    rows: Mapping[str, list[Projection]]
    channel_id: ChannelId | None
    holds: Mapping[ChannelId | None, Hold]
    is_for_people: bool

    def message_of(self, case_id: str, target_id: ChannelId) -> tuple[Projection | None, str]:
        """The message to link to from `target_id`, or why there is none; raises MessagePending for now."""
        rows = self._near(case_id)
        for posted in rows:
            if posted.ts:
                return posted, ""
        for row in rows:
            if row.dead_reason is None:
                self._await(row, target_id)
        reasons = [row.dead_reason or self.holds[row.channel_id].reason for row in rows]
        return None, cause(reasons[0]).words if reasons else ""

    def thread_of(self, case_id: str) -> Target | None:
        """The thread under the case's message; its channel where that was given up; None without any.

        Raises MessagePending while the message is to come.
        """
        rows = self._near(case_id)
        for row in rows:
            if row.ts:
                return Target(row.channel_id, row.ts)
        alive = [row for row in rows if row.dead_reason is None]
        for row in alive:
            hold = self.holds.get(row.channel_id)
            if hold is None or not self.is_for_people:
                raise MessagePending(hold)
        channel_id = alive[0].channel_id if alive else self.channel_id
        return Target(channel_id, None, bool(alive)) if channel_id else None

    def _near(self, case_id: str) -> list[Projection]:
        """The messages in the notice's channel, if there are any that were not given up, else all."""
        rows = self.rows.get(case_id, [])
        here = [row for row in rows if row.channel_id == self.channel_id and row.dead_reason is None]
        return here or rows

    def _await(self, row: Projection, target_id: ChannelId) -> None:
        """Wait for a message that is about to come, but not for what is held up in another channel.

        That may take days, in which the notice can be read where it goes to.
        """
        hold = self.holds.get(row.channel_id)
        if hold is None or row.channel_id == target_id:
            raise MessagePending(hold)


def messages_of(tx: Transaction, notice: Notice, policy: Policy) -> Messages:
    """The messages of the notice's cases as they stand."""
    rows = projections.of_cases(tx, notice.case_ids)
    held = {hold.channel_id: hold for hold in holds.all_of(tx) if not hold.is_for_updates}
    channel_id = _channel_id(notice, rows.get(notice.case_ids[0], []), policy)
    return Messages(rows, channel_id, held, bool(notice.people))


def _channel_id(notice: Notice, rows: list[Projection], policy: Policy) -> ChannelId | None:
    """The notice's channel; where the policy has mended its id since, that of the case's message there."""
    if notice.channel_id is None or notice.channel_id in {channel.id for channel in policy.channels.values()}:
        return notice.channel_id
    is_escalated = notice.about is Occasion.ESCALATION and notice.place is Place.CHANNEL
    copies = [row for row in rows if row.channel is not None] if is_escalated else []
    return next((row.channel_id for row in copies or rows), notice.channel_id)
