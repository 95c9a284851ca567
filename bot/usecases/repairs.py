"""Something was repaired in Slack: what waited for that, or was given up for it, is tried at once."""

from collections.abc import Collection
from datetime import timedelta

from bot.usecases.context import Context
from bot.usecases.outgoing import DIGEST, NEWS, NOTICE
from bot.usecases.undelivered import cause
from storage import dead_letters, holds, paces
from storage.dead_letters import DeadMessage

PORTION = 500
WORTH_TELLING_FOR = timedelta(days=7)
"""After that, what was to be told is no news any more; a case that waits is told of anyway."""


def channel_repaired(ctx: Context, channel_id: str, curable: Collection[str]) -> int:
    """The bot was invited, or the channel unarchived or renamed; how many messages come back.

    `curable` are the codes of Slack's refusals that may have been about it.
    """
    return _repair(ctx, (channel_id, paces.updates_of(channel_id)), channel_id, curable)


def all_repaired(ctx: Context, curable: Collection[str]) -> int:
    """The bot has connected: with another token, other scopes or another policy; how many come back."""
    return _repair(ctx, None, None, curable)


def look_again(ctx: Context) -> int:
    """A connection is open anew: what is held may have been repaired unheard; how many places are tried."""
    now = ctx.clock.now()
    with ctx.database.write() as tx:
        holds.hurry(tx, now)
        return holds.look_again(tx, now)


def _repair(
    ctx: Context, places: tuple[str, ...] | None, channel_id: str | None, curable: Collection[str]
) -> int:
    now = ctx.clock.now()
    with ctx.database.write() as tx:
        holds.look_again(tx, now, places)
        holds.hurry(tx, now)
    return _revive_messages(ctx, channel_id, curable) + _revive_items(ctx, curable)


def _revive_messages(ctx: Context, channel_id: str | None, curable: Collection[str]) -> int:
    """In portions. A case that nobody waits for any more is not shown for the first time."""
    revived, after = 0, 0
    while page := _page(ctx, after):
        after = page[-1].row_id
        row_ids = [
            one.row_id
            for one in page
            if cause(one.reason).code in curable
            and channel_id in (None, one.channel_id)
            and (one.is_open or one.is_shown)
        ]
        with ctx.database.write() as tx:
            revived += dead_letters.revive_messages(tx, row_ids, ctx.clock.now()) if row_ids else 0
    return revived


def _page(ctx: Context, after: int) -> list[DeadMessage]:
    with ctx.database.read() as tx:
        return dead_letters.messages(tx, after, PORTION)


def _revive_items(ctx: Context, curable: Collection[str]) -> int:
    now = ctx.clock.now()
    with ctx.database.read() as tx:
        found = dead_letters.items(tx, (NOTICE, NEWS, DIGEST), now - WORTH_TELLING_FOR, PORTION)
    item_ids = [one.item_id for one in found if cause(one.dead_reason or "").code in curable]
    with ctx.database.write() as tx:
        return dead_letters.revive_items(tx, item_ids, now) if item_ids else 0
