"""Tells teams what could not be shown or delivered, once a day for each cause and place."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.usecases.context import Context
from bot.usecases.outgoing import CALLBACK, NOTICE, News
from bot.usecases.repairs.undelivered import cause
from bot.usecases.team_news import teams_of, tell_team
from routing.slack_channel import ChannelId
from storage.cases import predictions
from storage.delivery import dead_letters, holds
from storage.delivery.holds import Hold
from storage.delivery.outbox_item import Item
from storage.engine.database import Transaction

DAY = timedelta(days=1)
SETTLED_IN = timedelta(minutes=1)
"""What fails together is announced together."""
MOST = 10_000
_AGAIN = "What waits is sent by itself once that is done."
_RETRY = "`secondlook deliveries list` shows each; mend the reason, then `secondlook deliveries retry --all`."


@dataclass(frozen=True, slots=True)
class _Trouble:
    """What was not delivered for a cause in a place; `channel_id` is where no word of it can be posted."""

    key: str
    noun: str
    fate: str
    advice: str
    channel_id: ChannelId | None = None


def tell_teams(ctx: Context) -> dict[str, int]:
    """Tell each team of what is its; how many were queued, and how many no channel can take."""
    now = ctx.clock.now()
    with ctx.database.read() as tx:
        troubles = [*_held(ctx, tx, now), *_dead_messages(ctx, tx, now), *_dead_items(tx, now)]
    by_team: dict[tuple[str, _Trouble], int] = defaultdict(int)
    for task, trouble, number in troubles:
        for team in teams_of(ctx, task):
            by_team[team, trouble] += number
    return _tell(ctx, by_team, now) if by_team else {}


def _tell(ctx: Context, by_team: dict[tuple[str, _Trouble], int], now: datetime) -> dict[str, int]:
    unreachable = 0
    with ctx.database.write() as tx:
        for (team, trouble), number in by_team.items():
            if trouble.channel_id == ctx.policy.channel_id(ctx.policy.teams[team].channel):
                unreachable += 1  # the log tells it: nothing can be posted there
                continue
            sentence = f"{number} {trouble.noun}{'' if number == 1 else 's'} {trouble.fate}"
            news = News(team=team, sentence=sentence, advice=trouble.advice)
            # With the day: announced once a day while it lasts, by whichever replica looks first.
            tell_team(ctx, tx, news, f"undelivered:{trouble.key}:{now:%Y-%m-%d}", now)
    return {"causes": len(by_team), "unreachable": unreachable}


def _held(ctx: Context, tx: Transaction, now: datetime) -> Iterator[tuple[str, _Trouble, int]]:
    for hold in holds.all_of(tx):
        if hold.since_at <= now - SETTLED_IN and hold.channel_id is not None:
            for task, number in holds.messages_by_task(tx, hold).items():
                yield task, _held_trouble(ctx, hold, hold.channel_id), number


def _held_trouble(ctx: Context, hold: Hold, channel_id: ChannelId) -> _Trouble:
    why, where = cause(hold.reason), _named(ctx, channel_id)
    if hold.is_for_updates:
        fate = f"in {where} could not be brought up to date: {why.words}"
        return _Trouble(f"updates:{channel_id}:{why.code}", "message", fate, _AGAIN)
    fate = f"could not be shown in {where}: {why.words}"
    return _Trouble(f"{channel_id}:{why.code}", "message", fate, _AGAIN, channel_id)


def _dead_messages(ctx: Context, tx: Transaction, now: datetime) -> Iterator[tuple[str, _Trouble, int]]:
    for message in dead_letters.messages_since(tx, now - DAY, MOST):
        if message.died_at > now - SETTLED_IN:
            continue
        why, where = cause(message.reason), _named(ctx, message.channel_id)
        verb = "brought up to date" if message.is_shown else "shown"
        fate = f"could not be {verb} in {where} and will not be tried again: {why.words}"
        yield message.task, _Trouble(f"dead:{message.channel_id}:{why.code}", "message", fate, _RETRY), 1


def _dead_items(tx: Transaction, now: datetime) -> Iterator[tuple[str, _Trouble, int]]:
    names = {CALLBACK: "callback", NOTICE: "notice"}
    for item in dead_letters.items_since(tx, names, now - DAY, MOST):
        why = cause(item.dead_reason or "")
        fate = f"could not be delivered: {why.words}"
        trouble = _Trouble(f"dead:{item.kind}:{why.code}", names[item.kind], fate, _RETRY)
        for task in _tasks_of(tx, item):
            yield task, trouble, 1


def _tasks_of(tx: Transaction, item: Item) -> tuple[str, ...]:
    """The task that a dead item is about."""
    # A callback's payload names its case only within `data`; its order goes by the case.
    case_ids = item.payload.get("case_ids") or [item.ordering_key]
    stored = predictions.get(tx, str(case_ids[0]))
    return (stored.submission.task,) if stored else ()


def _named(ctx: Context, channel_id: ChannelId) -> str:
    """A channel by its name in the policy."""
    names = [name for name, channel in ctx.policy.channels.items() if channel.id == channel_id]
    return f"#{names[0]}" if names else f"the channel {channel_id}"
