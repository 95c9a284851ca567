"""Tells teams what could not be shown or delivered, once a day for each cause and place."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.usecases.context import Context
from bot.usecases.outgoing import CALLBACK, NOTICE, News
from bot.usecases.repairs.undelivered import cause
from bot.usecases.team_news import teams_of, tell_team
from storage.cases import predictions
from storage.delivery import dead_letters, holds, paces
from storage.delivery.holds import Hold
from storage.delivery.outbox_item import Item
from storage.engine.database import Transaction

DAY = timedelta(days=1)
SETTLED_IN = timedelta(minutes=1)
"""What fails together is told together."""
MOST = 10_000
_AGAIN = "What waits is sent by itself once that is done."
_RETRY = "`secondlook deliveries list` shows each; mend the reason, then `secondlook deliveries retry --all`."


@dataclass(frozen=True, slots=True)
class _Trouble:
    """What was not delivered for one cause in one place; `channel_id` is where nothing can be told of it."""

    key: str
    noun: str
    fate: str
    advice: str
    channel_id: str = ""


def tell_teams(ctx: Context) -> dict[str, int]:
    """Tell each team of what is its; how many were queued to be told, and how many no channel can be told."""
    now = ctx.clock.now()
    with ctx.database.read() as tx:
        found = [*_held(ctx, tx, now), *_dead_messages(ctx, tx, now), *_dead_items(tx, now)]
    by_team: dict[tuple[str, _Trouble], int] = defaultdict(int)
    for task, trouble, number in found:
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
            tell_team(ctx, tx, news, f"undelivered:{trouble.key}:{now:%Y-%m-%d}", now)
    return {"causes": len(by_team), "unreachable": unreachable}


def _held(ctx: Context, tx: Transaction, now: datetime) -> Iterator[tuple[str, _Trouble, int]]:
    for one in holds.all_of(tx):
        if one.since_at <= now - SETTLED_IN and one.channel_id != paces.WORKSPACE:
            for task, number in holds.messages_by_task(tx, one).items():
                yield task, _held_trouble(ctx, one), number


def _held_trouble(ctx: Context, one: Hold) -> _Trouble:
    why, where = cause(one.reason), _named(ctx, one.channel_id)
    if one.is_for_updates:
        fate = f"in {where} could not be brought up to date: {why.words}"
        return _Trouble(f"updates:{one.channel_id}:{why.code}", "message", fate, _AGAIN)
    fate = f"could not be shown in {where}: {why.words}"
    return _Trouble(f"{one.channel_id}:{why.code}", "message", fate, _AGAIN, one.channel_id)


def _dead_messages(ctx: Context, tx: Transaction, now: datetime) -> Iterator[tuple[str, _Trouble, int]]:
    for one in dead_letters.messages_since(tx, now - DAY, MOST):
        if one.died_at > now - SETTLED_IN:
            continue
        why, where = cause(one.reason), _named(ctx, one.channel_id)
        verb = "brought up to date" if one.is_shown else "shown"
        fate = f"could not be {verb} in {where} and will not be tried again: {why.words}"
        yield one.task, _Trouble(f"dead:{one.channel_id}:{why.code}", "message", fate, _RETRY), 1


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
    case_ids = item.payload.get("case_ids") or [item.ordering_key]
    stored = predictions.get(tx, str(case_ids[0]))
    return (stored.submission.task,) if stored else ()


def _named(ctx: Context, channel_id: str) -> str:
    """A channel by its name in the policy."""
    names = [name for name, channel in ctx.policy.channels.items() if channel.id == channel_id]
    return f"#{names[0]}" if names else f"the channel {channel_id}"
