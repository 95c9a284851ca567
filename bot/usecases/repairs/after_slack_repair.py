"""Something was repaired in Slack: what waited for that, or died of it, is tried at once.

`Curable` are the codes of Slack's refusals that are worth another try, each with whether a repair may end it.
What died of another code is tried again only if it died under an earlier version: this mends it by itself,
and has tried everything before it lets anything die.
"""

from collections.abc import Mapping
from datetime import timedelta

from bot.usecases.context import Context
from bot.usecases.outgoing import DIGEST, NEWS, NOTICE, SHAPE
from bot.usecases.repairs.undelivered import cause
from routing.slack_channel import ChannelId
from storage.delivery import dead_letters, holds, outbox, projections, slack_pace
from storage.delivery.dead_letters import DeadMessage
from storage.delivery.slack_pace import Lane

Curable = Mapping[str, bool]
PORTION = 500
WORTH_TELLING_FOR = timedelta(days=7)
"""After that, what was to be announced is no news any more; a case that waits is shown anyway."""


def channel_repaired(ctx: Context, channel_id: ChannelId, curable: Curable) -> int:
    """The bot was invited, or the channel unarchived or renamed; how many messages come back."""
    return _repair(ctx, (channel_id, slack_pace.updates_of(channel_id)), channel_id, curable)


def all_repaired(ctx: Context, curable: Curable) -> int:
    """The bot has connected: with another token, other scopes or another policy; how many come back."""
    return _repair(ctx, None, None, curable)


def look_again(ctx: Context) -> int:
    """A connection is open anew: what is held may have been repaired unheard; how many places are tried."""
    now = ctx.clock.now()
    with ctx.database.write() as tx:
        holds.hurry(tx, now)
        return holds.look_again(tx, now)


def _repair(
    ctx: Context, places: tuple[Lane, ...] | None, channel_id: ChannelId | None, curable: Curable
) -> int:
    now = ctx.clock.now()
    with ctx.database.write() as tx:
        # Not released: a message is tried first, and frees the others when Slack takes it.
        holds.look_again(tx, now, places)
        holds.hurry(tx, now)
    return _revive_messages(ctx, channel_id, curable) + _revive_items(ctx, curable)


def _revive_messages(ctx: Context, channel_id: ChannelId | None, curable: Curable) -> int:
    """In portions. A case that nobody waits for any more is not shown for the first time."""
    revived, after = 0, 0
    while page := _page(ctx, after):
        after = page[-1].row_id
        projection_ids = [
            message.projection_id
            for message in page
            if _is_curable(message.reason, curable, is_spent=message.is_recast)
            and channel_id in (None, message.channel_id)
            and (message.is_open or message.is_shown)
        ]
        with ctx.database.write() as tx:
            revived += projections.revive(tx, projection_ids, ctx.clock.now()) if projection_ids else 0
    return revived


def _page(ctx: Context, after: int) -> list[DeadMessage]:
    with ctx.database.read() as tx:
        return dead_letters.messages(tx, after, PORTION)


def _revive_items(ctx: Context, curable: Curable) -> int:
    now = ctx.clock.now()
    with ctx.database.read() as tx:
        items = dead_letters.items(tx, (NOTICE, NEWS, DIGEST), now - WORTH_TELLING_FOR, PORTION)
    item_ids = [
        item.item_id
        for item in items
        if _is_curable(item.dead_reason or "", curable, is_spent=item.failures > 0 or SHAPE in item.payload)
    ]
    with ctx.database.write() as tx:
        return outbox.revive(tx, item_ids, now) if item_ids else 0


def _is_curable(reason: str, curable: Curable, *, is_spent: bool) -> bool:
    """`is_spent`: other forms or other times were tried before it died."""
    code = cause(reason).code
    return code in curable and (curable[code] or not is_spent)
