"""What the senders of the outbox to Slack share: claim, a channel's turn, a message's form, log, failure."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import structlog

from bot.delivery.sender import reduced_forms
from bot.delivery.sender.attempts import OUTBOX, SentMessage
from bot.delivery.sender.sender import SlackSender
from bot.delivery.sender.verdicts import Verdict
from bot.slack.api.gateway import OverLimits, SlackPermanent
from bot.slack.blocks.message import Form, Message
from bot.usecases.outgoing import SHAPE
from routing.slack_channel import ChannelId
from storage.delivery import holds, outbox, slack_pace
from storage.delivery.outbox import ItemClaim
from storage.delivery.projection_state import Shape
from storage.engine.database import Transaction

log = structlog.get_logger()


@dataclass(slots=True)
class Errand:
    """A claimed item under way; `channel_id` is where it goes, as soon as that is settled."""

    claim: ItemClaim
    channel_id: ChannelId | None = None


class OutboxSender(SlackSender[Errand]):
    """Delivers the outbox's items of its `kind`; `leases` is how many leases' time an item may take."""

    kind: ClassVar[str]
    leases: ClassVar[int] = 1

    def _claim(self, tx: Transaction) -> Errand | None:
        lease = self._courier.tempo.stretched(self.leases * self._courier.tempo.lease)
        claims = outbox.claim(tx, {self.kind}, self._owner, self._ctx.clock.now(), lease, 1)
        return Errand(claims[0]) if claims else None

    def _takes_turn(self, claim: ItemClaim, channel_id: ChannelId) -> bool:
        """Whether the channel's pace, which all posts share, allows a message now; else the item waits."""
        now, tempo = self._ctx.clock.now(), self._courier.tempo
        with self._ctx.database.write() as tx:
            slack_pace.open_many(tx, [channel_id])
            if slack_pace.take(tx, channel_id, now, tempo.stretched(tempo.post_every)):
                return True
            next_at, reason = holds.wait_of(tx, channel_id)
            retry_at = max(next_at, now + tempo.stretched(tempo.turn_in))
            if reason is None:
                outbox.postpone(tx, claim, retry_at)
            else:
                outbox.hold(tx, claim, now, retry_at, reason)
        return False

    def _post(
        self, claim: ItemClaim, channel_id: ChannelId, message: Message, thread_ts: str | None = None
    ) -> SentMessage | None:
        """Post once, in the form that Slack takes; None when the lease was lost."""
        form = reduced_forms.form_of(_shape(claim.item.payload))
        return self._courier.post_once(OUTBOX, claim, channel_id, message.shown_as(form), thread_ts)

    def _finish(
        self,
        claim: ItemClaim,
        event: str,
        then: Callable[[Transaction], object] | None = None,
        arrived_in: ChannelId | None = None,
    ) -> None:
        """It is done: log it as `event`, and do `then` with it unless the lease was lost."""
        with self._ctx.database.write() as tx:
            # Not after a lost lease: whoever holds the item now
            # does it, and a digest's parts would come twice.
            if outbox.finish(tx, claim, self._ctx.clock.now()) and then is not None:
                then(tx)
            if arrived_in is not None:
                self._courier.arrived(tx, arrived_in)
        log.info(event, **self._named(claim))

    def _failed(self, errand: Errand, error: Exception) -> None:
        claim, channel_id = errand.claim, errand.channel_id
        verdict = self._recast(claim, error) or self._courier.failed(
            OUTBOX, claim, claim.item.failures, error, channel_id, channel_id
        )
        event = "dead" if verdict.retry_in is None else "failed"
        log.warning(f"{self.kind}.{event}", **self._named(claim), reason=verdict.reason)

    def _recast(self, claim: ItemClaim, error: Exception) -> Verdict | None:
        """Another form, if that is what the failure asks for."""
        if not isinstance(error, SlackPermanent | OverLimits):
            return None
        shape, now, tempo = _shape(claim.item.payload), self._ctx.clock.now(), self._courier.tempo
        again = reduced_forms.after(error, reduced_forms.form_of(shape), shape, now, tempo)
        if again is None:
            return None
        wait, kept = tempo.stretched(again.wait), {"form": again.shape.form, "refusals": again.shape.refusals}
        with self._ctx.database.write() as tx:
            item = outbox.get(tx, claim.item.item_id) or claim.item  # this try may have noted more
            outbox.note(tx, claim, {**item.payload, SHAPE: kept})
            # A refusal posts nothing, so nothing is looked up; the next try is of another form.
            outbox.fail(tx, claim, now + wait, str(error), is_certain=True)
        return Verdict(str(error), wait)

    def _named(self, claim: ItemClaim) -> dict[str, object]:
        """What the log calls the item."""
        return {"key": claim.item.key}


def has_picture(claim: ItemClaim) -> bool:
    """Whether the item is to be sent with its picture: an upload that Slack refuses is not tried for ever."""
    return reduced_forms.form_of(_shape(claim.item.payload)) is Form.WHOLE


def whole(payload: dict[str, Any]) -> dict[str, Any]:
    """The payload without what was learned of its form."""
    return {name: value for name, value in payload.items() if name != SHAPE}


def _shape(payload: dict[str, Any]) -> Shape:
    return Shape(**payload.get(SHAPE, {}))
