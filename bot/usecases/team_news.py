"""Tells the teams of a task what was measured: news to their channels, queued with what it is about."""

from dataclasses import replace
from datetime import datetime

from bot.usecases.context import Context
from bot.usecases.outgoing import NEWS, News
from storage.audit import Entry
from storage.delivery import outbox
from storage.delivery.outbox_item import Item
from storage.engine.database import Transaction
from storage.measured.certificates import Attempt

ACTOR = "measures"


def teams_of(ctx: Context, task: str) -> tuple[str, ...]:
    """The teams that get the digest of this task."""
    return tuple(name for name, team in ctx.policy.teams.items() if task in team.tasks)


def tell(ctx: Context, tx: Transaction, task: str, news: News, key: str, now: datetime) -> None:
    """Queue the news for each team of the task; `key` names it for ever."""
    for team in teams_of(ctx, task):
        tell_team(ctx, tx, replace(news, team=team), key, now)


def tell_team(ctx: Context, tx: Transaction, news: News, key: str, now: datetime) -> None:
    """Queue the news for its team; `key` names it for ever."""
    name = f"news:{key}:{news.team}"
    outbox.add_many(tx, [Item(ctx.new_id("out"), NEWS, name, news.to_payload(), now)])


def entry(now: datetime, action: str, subject: str, **data: object) -> Entry:
    """What goes on record of a measure that acts."""
    return Entry(now, ACTOR, action, subject, data)


def named(attempt: Attempt) -> dict[str, object]:
    """What a certificate is for, as it goes on record."""
    key = attempt.key
    about = {"task": key.task, "tier": key.tier, "model": key.model.name, "version": key.model.version}
    return {**about, "cell": key.cell} if key.cell else {**about}
