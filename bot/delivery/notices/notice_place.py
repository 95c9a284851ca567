"""Where a notice goes, and which message of a case it points to: not before that message is there."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.errors import BotError
from bot.usecases.outgoing import Notice, Occasion, Place
from bot.usecases.repairs.undelivered import cause
from routing.policy import Policy
from storage.delivery import holds, projections
from storage.delivery.holds import Hold
from storage.delivery.projections import Projection
from storage.engine.database import Transaction


class NotYet(BotError):
    """The case's message is not posted yet."""

    def __init__(self, hold: Hold | None = None) -> None:
        super().__init__()
        self.hold = hold


@dataclass(frozen=True, slots=True)
class Target:
    """Where a notice goes; `is_unreachable`: nobody would see it there."""

    channel_id: str
    thread_ts: str | None = None
    is_unreachable: bool = False


@dataclass(frozen=True, slots=True)
class Messages:
    """The messages of a notice's cases, the channel that it names, and the channels that take no messages."""

    rows: Mapping[str, list[Projection]]
    channel_id: str | None
    holds: Mapping[str, Hold]
    is_for_people: bool

    def message_of(self, case_id: str, target_id: str) -> tuple[Projection | None, str]:
        """The message to link to from `target_id`, or why there is none; raises NotYet if one is to come."""
        rows = self._near(case_id)
        posted = next((one for one in rows if one.ts), None)
        if posted is not None:
            return posted, ""
        for one in rows:
            if one.dead_reason is None:
                self._await(one, target_id)
        reasons = [one.dead_reason or self.holds[one.channel_id].reason for one in rows]
        return None, cause(reasons[0]).words if reasons else ""

    def thread_of(self, case_id: str) -> Target | None:
        """The thread under the case's message; its channel where that was given up; None without any.

        Raises NotYet while the message is to come.
        """
        rows = self._near(case_id)
        for one in rows:
            if one.ts:
                return Target(one.channel_id, one.ts)
        alive = [one for one in rows if one.dead_reason is None]
        for one in alive:
            hold = self.holds.get(one.channel_id)
            if hold is None or not self.is_for_people:
                raise NotYet(hold)
        channel_id = alive[0].channel_id if alive else self.channel_id
        return Target(channel_id, None, bool(alive)) if channel_id else None

    def _near(self, case_id: str) -> list[Projection]:
        """The messages in the notice's channel, if there is one that was not given up, else all."""
        rows = self.rows.get(case_id, [])
        here = [one for one in rows if one.channel_id == self.channel_id and one.dead_reason is None]
        return here or rows

    def _await(self, one: Projection, target_id: str) -> None:
        """Wait for a message that is about to come; one that is held up elsewhere is not waited for."""
        hold = self.holds.get(one.channel_id)
        if hold is None or one.channel_id == target_id:
            raise NotYet(hold)


def messages_of(tx: Transaction, notice: Notice, policy: Policy) -> Messages:
    """The messages of the notice's cases as they stand."""
    rows = projections.of_cases(tx, notice.case_ids)
    held = {one.channel_id: one for one in holds.all_of(tx) if not one.is_for_updates}
    channel_id = _channel_id(notice, rows.get(notice.case_ids[0], []), policy)
    return Messages(rows, channel_id, held, bool(notice.people))


def _channel_id(notice: Notice, rows: list[Projection], policy: Policy) -> str | None:
    """The notice's channel; where the policy has mended its id since, that of the case's message there."""
    if notice.channel_id is None or notice.channel_id in {one.id for one in policy.channels.values()}:
        return notice.channel_id
    is_escalated = notice.about is Occasion.ESCALATION and notice.place is Place.CHANNEL
    copies = [one for one in rows if one.channel is not None] if is_escalated else []
    return next((one.channel_id for one in copies or rows), notice.channel_id)
