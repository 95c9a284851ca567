"""Forgets what was only kept to notice repeats: claimed events, webhook receipts, delivered items."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from bot.usecases.context import Context
from storage import events, outbox, receipts, replies
from storage.database import Transaction

Forget = Callable[[Transaction, datetime], int]
KEPT_FOR = timedelta(days=35)
"""Longer than any retry: Slack repeats an event for minutes, services and callbacks for days.

A digest's key has to outlive its week, so that it is never sent twice.
"""
KINDS: Mapping[str, Forget] = {
    "events": events.forget_before,
    "receipts": receipts.forget_before,
    "items": outbox.forget_before,
    "questions": replies.forget_questions,
    "reply_answers": replies.forget_answers,
}


def tick(ctx: Context) -> dict[str, int]:
    """Drop what is older, a portion in each transaction; how many of each."""
    before = ctx.clock.now() - KEPT_FOR
    return {name: _forget_all(ctx, forget, before) for name, forget in KINDS.items()}


def _forget_all(ctx: Context, forget: Forget, before: datetime) -> int:
    forgotten = 0
    while True:
        with ctx.database.write() as tx:
            portion = forget(tx, before)
        if not portion:
            return forgotten
        forgotten += portion
