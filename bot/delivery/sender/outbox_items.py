"""What the senders of the outbox share: their turn in a channel, the form of a message, and its failures."""

from typing import Any

from bot.delivery.sender import shapes
from bot.delivery.sender.attempts import OUTBOX, Courier, Posted
from bot.delivery.sender.verdicts import Verdict
from bot.slack.api.gateway import OverLimits, SlackPermanent
from bot.slack.blocks.message import Form, Message
from bot.usecases.outgoing import SHAPE
from storage.delivery import holds, outbox, paces
from storage.delivery.outbox import ItemClaim
from storage.delivery.projection_state import Shape


def takes_turn(courier: Courier, claim: ItemClaim, channel_id: str) -> bool:
    """Whether the channel's pace, which all posts share, allows a message now; else the item waits."""
    now, tempo = courier.ctx.clock.now(), courier.tempo
    with courier.ctx.database.write() as tx:
        paces.open_many(tx, [channel_id])
        if paces.take(tx, channel_id, now, tempo.stretched(tempo.post_every)):
            return True
        next_at, reason = holds.wait_of(tx, channel_id)
        retry_at = max(next_at, now + tempo.stretched(tempo.turn_in))
        if reason is None:
            outbox.postpone(tx, claim, retry_at)
        else:
            outbox.hold(tx, claim, now, retry_at, reason)
    return False


def post(
    courier: Courier, claim: ItemClaim, channel_id: str, message: Message, thread_ts: str | None = None
) -> Posted | None:
    """Post once, in the form that Slack takes; None when the lease was lost."""
    form = shapes.form_of(_shape(claim.item.payload))
    return courier.post_once(OUTBOX, claim, channel_id, message.shown_as(form), thread_ts)


def has_picture(claim: ItemClaim) -> bool:
    """Whether the item is to be sent with its picture: an upload that Slack refuses is not tried for ever."""
    return shapes.form_of(_shape(claim.item.payload)) is Form.WHOLE


def whole(payload: dict[str, Any]) -> dict[str, Any]:
    """The payload without what is known of its form."""
    return {name: value for name, value in payload.items() if name != SHAPE}


def failed(courier: Courier, claim: ItemClaim, error: Exception, channel_id: str | None) -> Verdict:
    """Record what came of a failure: another form, another time, a repair to wait for, or the end."""
    shape, now = _shape(claim.item.payload), courier.ctx.clock.now()
    if isinstance(error, SlackPermanent | OverLimits):
        again = shapes.after(error, shapes.form_of(shape), shape, now, courier.tempo)
        if again is not None:
            wait = courier.tempo.stretched(again.wait)
            kept = {"form": again.shape.form, "refusals": again.shape.refusals}
            with courier.ctx.database.write() as tx:
                item = outbox.get(tx, claim.item.item_id) or claim.item  # this try may have noted more
                outbox.note(tx, claim, {**item.payload, SHAPE: kept})
                outbox.fail(tx, claim, now + wait, str(error), is_certain=True)
            return Verdict(str(error), wait)
    return courier.failed(OUTBOX, claim, claim.item.failures, error, channel_id, channel_id)


def _shape(payload: dict[str, Any]) -> Shape:
    return Shape(**payload.get(SHAPE, {}))
