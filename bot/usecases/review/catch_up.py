"""What is to be looked at in Slack after nobody listened: every channel's history, and then threads.

A gap ends when a process starts and whenever a socket is opened. Each is looked at, and none twice: a reading
that has not begun when a gap ends serves that gap, too.
"""

from datetime import UTC, datetime, timedelta

from bot.clock import slack_now
from bot.usecases.context import Context
from routing.slack_channel import ChannelId
from storage.delivery import channel_readings, outbox, posted_messages, slack_pace, thread_readings
from storage.delivery.channel_readings import WantedChannel
from storage.delivery.thread_readings import Rank, WantedThread
from storage.engine.database import Transaction

THREAD = "thread"
"""The kind of outbox items that earlier versions kept for threads to read."""
PORTION = 200
DECIDED_FOR = timedelta(days=14)
"""So long after its decision the thread of a case is read for what was written while nobody listened."""
SKEW = timedelta(minutes=5)
"""How far Slack's clock may be from ours."""
TAKING_OVER = timedelta(seconds=30)


def look_again(ctx: Context) -> int:
    """Want the history of every channel with cases read; how many. For the end of each gap in listening.

    So is a channel that a start wanted and all cases have left since: only a named reader ends its wait.
    """
    with ctx.database.write() as tx:
        channels = _channels(ctx, tx) | channel_readings.nameless(tx)
        wanted = [_wanted(ctx, channel_id) for channel_id in channels]
        slack_pace.open_many(tx, [slack_pace.HISTORY, slack_pace.READS])
        channel_readings.want_many(tx, wanted, ctx.clock.now())
    while _take_over(ctx):
        pass
    return len(wanted)


def look_back(ctx: Context, channel_id: ChannelId) -> None:
    """Want the history of a channel read, if cases are there; for the end of a time without the bot in it.

    Slack sent nothing of what was written there meanwhile, and what was to be read then has been dropped.
    """
    with ctx.database.write() as tx:
        if channel_id in _channels(ctx, tx):
            slack_pace.open_many(tx, [slack_pace.HISTORY, slack_pace.READS])
            channel_readings.want_many(tx, [_wanted(ctx, channel_id)], ctx.clock.now())


def begin(ctx: Context) -> None:
    """Hold what waits to be posted until its channel's history was read; for the start of each process.

    The rows may come from a backup that is older than the channel: then the messages are there already.
    """
    with ctx.database.write() as tx:
        newest = posted_messages.newest_row_id(tx)
        wanted = [
            # Without a reader: when a process starts nobody knows yet who the bot is; `look_again` names it.
            WantedChannel(channel_id, "", "", newest, _held_to(tx, channel_id, slack_now(ctx.clock)))
            for channel_id in (_channels(ctx, tx) if newest else ())
        ]
        slack_pace.open_many(tx, [slack_pace.HISTORY])
        channel_readings.want_many(tx, wanted, ctx.clock.now())


def read_later(ctx: Context, tx: Transaction, channel_id: ChannelId, ts: str) -> None:
    """Want a thread read that may belong to a message of ours whose post is not answered yet."""
    now = ctx.clock.now()
    slack_pace.open_many(tx, [slack_pace.READS])
    thread = WantedThread(channel_id, ts, ctx.team_id, Rank.CHANGED, 0, now)
    thread_readings.want_many(tx, [thread], now)


def decided_since(ctx: Context) -> datetime:
    """The decisions since then are recent."""
    return ctx.clock.now() - DECIDED_FOR


def ts_of(moment: datetime) -> str:
    """A moment as Slack writes the `ts` of messages; they are in the order of their text."""
    return f"{max(0.0, moment.timestamp()):017.6f}"


def _wanted(ctx: Context, channel_id: ChannelId) -> WantedChannel:
    """The channel, to be read by the bot as its workspace knows it."""
    bot = ctx.home.bot
    return WantedChannel(channel_id, bot.team_id, bot.user_id)


def _channels(ctx: Context, tx: Transaction) -> set[ChannelId]:
    """Where cases are, and where they may have been shown after a backup was taken."""
    named = {channel.id for channel in ctx.policy.channels.values()}
    return named | posted_messages.channels(tx, decided_since(ctx))


def _held_to(tx: Transaction, channel_id: ChannelId, now: datetime) -> str:
    """How far back to look before anything is posted.

    What is missing here came after the newest message that is stored, and after it was wanted first.
    """
    unposted_at = posted_messages.oldest_unposted_at(tx, channel_id) or now
    newest_ts = posted_messages.newest_ts(tx, channel_id)
    newest_at = datetime.fromtimestamp(float(newest_ts), UTC) if newest_ts else unposted_at
    return ts_of(min(now, max(unposted_at, newest_at)) - SKEW)


def _take_over(ctx: Context) -> bool:
    """Want a portion of the threads read that an earlier version has left in the outbox; False: none."""
    now = ctx.clock.now()
    with ctx.database.write() as tx:
        # Version 0.1 may run beside this and claims the same items: each is taken by one of the two.
        claims = outbox.claim(tx, {THREAD}, f"listening:{ctx.new_id('p')}", now, TAKING_OVER, PORTION)
        wanted = [
            WantedThread(
                ChannelId.parse(claim.item.payload["channel_id"]),
                str(claim.item.payload["ts"]),
                ctx.team_id,
                Rank.UNSEEN,
                0,
                claim.item.created_at,
            )
            for claim in claims
        ]
        thread_readings.want_many(tx, wanted, now)
        for claim in claims:
            outbox.finish(tx, claim, now)
    return bool(claims)
