"""Lets a channel know once that some of its cases are checks, before the first of them comes."""

from datetime import datetime

from bot.usecases.context import Context
from bot.usecases.outgoing import NEWS, News
from routing.prediction import Origin
from routing.slack_channel import ChannelName
from storage.delivery import outbox
from storage.delivery.outbox_item import Item
from storage.trials import draws

SENTENCE = "From now on some of the cases here are checks."
ABOUT = (
    "They look like any other and show how well we look. What is answered in them is carried out nowhere, "
    "and no service hears of it."
)
PLANTED = (
    "In some of them the model's answer was made wrong on purpose: "
    "who answered learns of it right after, in private."
)


def announce(ctx: Context) -> int:
    """Queue the notice for each channel where checks were switched on; how many."""
    now, wanted = ctx.clock.now(), _wanted(ctx)
    return sum(_announce(ctx, channel, origins, now) for channel, origins in wanted.items())


def _wanted(ctx: Context) -> dict[ChannelName, set[Origin]]:
    wanted: dict[ChannelName, set[Origin]] = {}
    for task in ctx.policy.tasks.values():
        for tier in task.tiers:
            if tier.trials:
                wanted.setdefault(tier.channel, set()).update(tier.trials)
    return wanted


def _announce(ctx: Context, channel: ChannelName, origins: set[Origin], now: datetime) -> bool:
    channel_id = ctx.policy.channel_id(channel)
    with ctx.database.read() as tx:
        if origins <= draws.noticed(tx, channel_id):
            return False
    with ctx.database.write() as tx:
        new = [origin for origin in sorted(origins) if draws.queue_notice(tx, channel_id, origin, now)]
        if not new:
            return False
        details = (ABOUT, PLANTED) if Origin.PLANTED in new else (ABOUT,)
        news = News("", SENTENCE, details, channel=channel)
        key = f"trials:{channel_id}:{','.join(new)}"
        outbox.add_many(tx, [Item(ctx.new_id("out"), NEWS, key, news.to_payload(), now)])
    return True
