"""Direct messages to the bot: each is answered once."""

from bot.usecases.context import Context
from routing.slack_channel import ChannelId
from storage.delivery import claimed_events


def is_new(ctx: Context, channel_id: ChannelId, ts: str) -> bool:
    """Whether nobody has come with this message before; Slack may tell of it several times."""
    with ctx.database.write() as tx:
        return claimed_events.claim(tx, f"direct:{channel_id}:{ts}", ctx.clock.now())
