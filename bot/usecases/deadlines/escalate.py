"""Moves waiting cases on: takes the escalation steps that are due and tells people of them."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.usecases.case_terms import terms_of
from bot.usecases.context import Context
from bot.usecases.deadlines.reminders import Reminder, bundled, untied
from bot.usecases.outgoing import NOTICE, REMINDER
from bot.usecases.review.announce import show_also
from bot.usecases.review.asked import open_to_all
from routing.case.case import Case
from routing.case.next_step import Step, next_step, reschedule, take
from storage import audit
from storage.audit import Entry
from storage.cases import cases, escalation_steps
from storage.delivery import outbox
from storage.delivery.outbox import Item
from storage.engine.database import Transaction

BATCH = 50
MOST_BUNDLED = 1_000
LEASE = timedelta(minutes=1)
RECHECK = timedelta(hours=1)
"""So often a case is looked at whose task no policy has that is kept."""
ACTOR = "tick"
BUNDLE = "reminders:"


@dataclass(frozen=True, slots=True)
class TickCounts:
    """What a tick did: steps taken, and notices queued to tell of them."""

    steps: int
    notices: int


def escalate_due(ctx: Context) -> TickCounts:
    """Take every step that is due, in transactions of 50 cases, and bundle the reminders.

    Any number of processes may tick at once: a step is taken once. What a crash interrupts, the next tick
    finishes.
    """
    now = ctx.clock.now()
    taken = queued = 0
    while True:
        seen, new = _take_batch(ctx, now)
        taken += new
        if not seen:
            break
    while bundle := _bundle(ctx, now):
        queued += bundle
    return TickCounts(taken, queued)


def _take_batch(ctx: Context, now: datetime) -> tuple[int, int]:
    """How many cases were looked at and how many steps were taken."""
    with ctx.database.write() as tx:
        due = cases.due_steps(tx, now, BATCH)
        items: list[Item] = []
        entries: list[Entry] = []
        for case_id in sorted(due):  # in one order everywhere, so that two ticks never wait for each other
            _move_on(ctx, tx, cases.lock(tx, case_id), now, items, entries)
        outbox.add_many(tx, items)
        if entries:
            audit.append_many(tx, entries)  # last: it locks the head of the chain until the commit
    return len(due), len(items)


def _move_on(
    ctx: Context, tx: Transaction, case: Case, now: datetime, items: list[Item], entries: list[Entry]
) -> None:
    """Take the case's step if it is due, and set the moment of its next."""
    # Asked again under the lock: another tick, or a click, may have moved the case on since it was listed.
    if case.next_step_at is None or case.next_step_at > now:
        return
    terms = terms_of(ctx, tx, case)
    if terms is None:
        cases.save(tx, replace(case, next_step_at=now + RECHECK))  # nobody is named now: it may come back
        return
    tier, hours = terms.tier, terms.task.hours
    step = next_step(case, tier, hours, now)
    if step is None or step.at > now:
        cases.save(tx, reschedule(case, tier, hours, now))
        return
    cases.save(tx, take(case, step, tier, hours, now))
    if escalation_steps.take(tx, case.case_id, step.index, step.to, now):
        to_channel_id = terms.channel_id(step.channel) if step.channel else None
        home_id = terms.home_id(case.channel)
        show_also(tx, case, terms, step.channel, now)
        open_to_all(tx, case, step, now)
        # Its channel has nothing to answer while somebody is asked by name, nor may it hear that they are.
        if case.ask_at is None or step.to != "thread":
            items.append(_item(ctx, Reminder.of(case, tier, step, home_id, to_channel_id), step, now))
        data = {"step": step.index, "to": step.to, "people": list(step.people)}
        entries.append(Entry(now, ACTOR, "case.stepped", case.case_id, data))


def _item(ctx: Context, reminder: Reminder, step: Step, now: datetime) -> Item:
    key = f"step:{reminder.case_id}:{step.index}"
    next_try_at = min(now, reminder.due_at)  # what is most overdue is bundled first
    return Item(ctx.new_id("out"), REMINDER, key, reminder.to_payload(), now, next_try_at=next_try_at)


def _bundle(ctx: Context, now: datetime) -> int:
    """Turn up to a thousand waiting reminders into notices, in one transaction; how many notices.

    Notices of earlier ticks that nobody has begun to send are untied and bundled anew with them.
    """
    with ctx.database.write() as tx:
        claims = outbox.claim(tx, {REMINDER}, ACTOR, now, LEASE, MOST_BUNDLED)
        if not claims:
            return 0
        unsent = outbox.recall(tx, NOTICE, BUNDLE, ACTOR, now, LEASE, MOST_BUNDLED)
        reminders = [reminder for claim in unsent for reminder in untied(claim.item.payload)]
        reminders += [Reminder.from_payload(claim.item.payload) for claim in claims]
        # Of an item that is finished here: no other bundle can ever have the same.
        key = f"{BUNDLE}{claims[0].item.item_id}"
        # The oldest moment: what was asked before quiet hours is
        # not sent in them because it was bundled again.
        since = min(claim.item.created_at for claim in (*unsent, *claims))
        items = [
            Item(ctx.new_id("out"), NOTICE, f"{key}:{number}", bundle.to_payload(), since)
            for number, bundle in enumerate(bundled(reminders))
        ]
        outbox.add_many(tx, items)
        for claim in (*unsent, *claims):
            outbox.finish(tx, claim, now)
    return len(items)
