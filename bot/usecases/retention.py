"""Forgets what was only kept to notice repeats: claimed events, receipts, deliveries, pauses that ended."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from bot.usecases.context import Context
from storage.cases import thread_replies
from storage.delivery import claimed_events, outbox, thread_readings, webhook_receipts
from storage.engine.database import Transaction
from storage.leads import pauses

Forget = Callable[[Transaction, datetime], int]
KEPT_FOR = timedelta(days=35)
"""Longer than any retry: Slack repeats an event for minutes, services and callbacks for days.

A digest's key has to outlive its week, so that it is never sent twice.
"""


def _forget_items(tx: Transaction, before: datetime) -> int:
    """What was delivered, and up to where threads were read."""
    return outbox.forget_before(tx, before) + thread_readings.forget_before(tx, before)


KINDS: Mapping[str, Forget] = {
    "events": claimed_events.forget_before,
    "receipts": webhook_receipts.forget_before,
    "items": _forget_items,
    "questions": thread_replies.forget_questions,
    "reply_answers": thread_replies.forget_answers,
    "pauses": pauses.forget_before,
}


def forget_due(ctx: Context) -> dict[str, int]:
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
