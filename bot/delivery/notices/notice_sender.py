"""Delivers the outbox's notices: in a case's thread, in a channel, or as one direct message."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import structlog

from bot.delivery.notices.notice_message import LISTED, Told, notice_message
from bot.delivery.notices.notice_place import Messages, NotYet, Target, messages_of
from bot.delivery.sender import outbox_items
from bot.delivery.sender.attempts import Courier
from bot.errors import BotError
from bot.slack.api.gateway import SlackFailure, SlackPermanent
from bot.slack.api.refusals import Recast
from bot.usecases.case_terms import terms_of
from bot.usecases.outgoing import NOTICE, About, Notice, Place
from routing.case.hours import is_working, next_working
from routing.policy import WorkingHours
from storage.cases import cases
from storage.delivery import outbox
from storage.delivery.outbox import ItemClaim
from storage.delivery.outbox_item import Item
from storage.engine.database import Transaction
from storage.errors import CaseUnknown, StorageError

log = structlog.get_logger()

ASKS = frozenset({About.REMINDER, About.ESCALATION, About.DISPUTE, About.ASSIGNED})
"""Notices that ask for an answer: pointless once nobody has to answer any more."""


BY_HAND = frozenset({About.ESCALATION, About.ASSIGNED})
"""Those of them that somebody who works in quiet hours may want at once."""


class NothingToTell(BotError):
    """None of the notice's cases waits any more."""


class NoticeSender:
    """Delivers notices one by one; any number of threads may call `step`."""

    def __init__(self, courier: Courier, owner: str) -> None:
        self._courier = courier
        self._ctx = courier.ctx
        self._owner = owner
        self._dms: dict[str, str] = {}

    def step(self) -> bool:
        """Deliver the notice that is due longest; False when none is or Slack must be left alone."""
        if self._courier.health.held_for():
            return False
        lease = self._courier.tempo.stretched(self._courier.tempo.lease)
        with self._ctx.database.write() as tx:
            claims = outbox.claim(tx, {NOTICE}, self._owner, self._ctx.clock.now(), lease, 1)
        for claim in claims:
            self._deliver(claim)
        return bool(claims)

    def _deliver(self, claim: ItemClaim) -> None:
        notice = Notice.from_payload(claim.item.payload)
        target: Target | None = None
        try:
            told, total = self._told(notice)
            held_until = self._held_until(claim, notice, told)
            if held_until is not None:
                self._hold(claim, notice, held_until)
                return
            seen = self._messages(notice)
            target = self._target(notice, seen)
            if target.is_unreachable:
                self._tell_each(claim, notice)
                return
            if target.thread_ts is None:
                told = [self._linked(one, target, seen) for one in told]
            self._tell(claim, notice, target, told, total)
        except NothingToTell:
            self._finish(claim, notice, "notice.dropped")
        except NotYet as wait:
            self._wait(claim, wait)
        except StorageError:
            raise  # the lease gives the row back
        except Exception as error:  # noqa: BLE001  a poison row must not stop its neighbors
            self._failed(claim, notice, target, error)

    def _tell(
        self, claim: ItemClaim, notice: Notice, target: Target, told: Sequence[Told], total: int
    ) -> None:
        if not outbox_items.takes_turn(self._courier, claim, target.channel_id):
            return
        # Only in its thread a case need not be named.
        named = notice if target.thread_ts or notice.place is Place.DM else _in_channel(notice, target)
        message = notice_message(named, told, total, self._ctx.clock.now())
        if outbox_items.post(self._courier, claim, target.channel_id, message, target.thread_ts) is not None:
            self._finish(claim, notice, "notice.sent", target.channel_id)

    def _messages(self, notice: Notice) -> Messages:
        with self._ctx.database.read() as tx:
            return messages_of(tx, notice, self._ctx.policy)

    def _told(self, notice: Notice) -> tuple[list[Told], int]:
        """The first cases to name, and how many there are; raises NothingToTell."""
        found: list[Told] = []
        passed = 0
        with self._ctx.database.read() as tx:
            for case_id in notice.case_ids:
                if len(found) == LISTED:
                    break
                one = self._named(tx, case_id)
                if one is None or (notice.about in ASKS and not one.case.is_waiting):
                    passed += 1
                else:
                    found.append(one)
        if not found:
            raise NothingToTell
        return found, len(notice.case_ids) - passed

    def _named(self, tx: Transaction, case_id: str) -> Told | None:
        try:
            case = cases.get(tx, case_id)
        except CaseUnknown:
            return None  # erased
        terms = terms_of(self._ctx, tx, case)
        if terms is None:
            return Told(case, case.submission.task, None)
        return Told(case, terms.task.question, None, terms.task.hours)

    def _held_until(self, claim: ItemClaim, notice: Notice, told: Sequence[Told]) -> datetime | None:
        """When quiet hours are over, if the notice has come into them on its way; None to send it now.

        What was asked for by hand in quiet hours is sent in them. Of cases with different hours the first
        to open count.
        """
        now, hours = self._ctx.clock.now(), [one.hours for one in told]
        if notice.about not in ASKS or any(is_working(one, now) for one in hours):
            return None
        if notice.about in BY_HAND and not _was_working(hours, claim.item.created_at):
            return None
        return min(next_working(one, now) for one in hours)

    def _linked(self, told: Told, target: Target, seen: Messages) -> Told:
        """With the address of its message, or why it has none; raises NotYet if it is about to come."""
        shown, trouble = seen.message_of(told.case.case_id, target.channel_id)
        if shown is None or shown.ts is None:
            return replace(told, trouble=trouble)
        try:
            link = self._courier.gateway.permalink(shown.channel_id, shown.ts)
        except SlackFailure:
            return told
        return replace(told, permalink=link)

    def _target(self, notice: Notice, seen: Messages) -> Target:
        if notice.place is Place.DM:
            user_id = notice.people[0]
            if user_id not in self._dms:
                self._dms[user_id] = self._courier.gateway.dm(user_id)
            return Target(self._dms[user_id])
        if notice.place is Place.CHANNEL and seen.channel_id:
            return Target(seen.channel_id)
        target = seen.thread_of(notice.case_ids[0])
        if target is None:
            raise NothingToTell
        return target

    def _tell_each(self, claim: ItemClaim, notice: Notice) -> None:
        """Call the people by direct message: in the channel, which takes no messages, nobody would see it."""
        now = self._ctx.clock.now()
        queued = []
        for user_id in notice.people:
            one = replace(notice, place=Place.DM, people=(user_id,), channel_id=None)
            key = f"{claim.item.key}:dm:{user_id}"
            queued.append(Item(self._ctx.new_id("out"), NOTICE, key, one.to_payload(), claim.item.created_at))
        with self._ctx.database.write() as tx:
            if outbox.finish(tx, claim, now):
                outbox.add_many(tx, queued)
        log.info("notice.readdressed", **_named(claim, notice))

    def _wait(self, claim: ItemClaim, wait: NotYet) -> None:
        """Look again soon, or when the channel is tried again that holds up the case's message."""
        now = self._ctx.clock.now()
        soon = now + self._courier.tempo.stretched(self._courier.tempo.thread_in)
        with self._ctx.database.write() as tx:
            if wait.hold is None:
                outbox.postpone(tx, claim, soon)
            else:
                outbox.hold(tx, claim, now, max(soon, wait.hold.next_at), wait.hold.reason)

    def _hold(self, claim: ItemClaim, notice: Notice, until: datetime) -> None:
        with self._ctx.database.write() as tx:
            outbox.postpone(tx, claim, until)
        log.info("notice.held", **_named(claim, notice), until=until.isoformat())

    def _finish(self, claim: ItemClaim, notice: Notice, event: str, channel_id: str | None = None) -> None:
        with self._ctx.database.write() as tx:
            outbox.finish(tx, claim, self._ctx.clock.now())
            if channel_id is not None:
                self._courier.arrived(tx, channel_id)
        log.info(event, **_named(claim, notice))

    def _failed(self, claim: ItemClaim, notice: Notice, target: Target | None, error: Exception) -> None:
        if (
            isinstance(error, SlackPermanent)
            and error.refusal.recast is Recast.CHANNEL
            and target is not None
        ):
            with self._ctx.database.write() as tx:
                outbox.note(tx, claim, {**claim.item.payload, **_in_channel(notice, target).to_payload()})
                outbox.fail(tx, claim, self._ctx.clock.now(), str(error), is_certain=True)
            return
        verdict = outbox_items.failed(self._courier, claim, error, target.channel_id if target else None)
        event = "notice.dead" if verdict.retry_in is None else "notice.failed"
        log.warning(event, **_named(claim, notice), reason=verdict.reason)


def _in_channel(notice: Notice, target: Target) -> Notice:
    return replace(notice, place=Place.CHANNEL, channel_id=target.channel_id)


def _was_working(hours: Sequence[WorkingHours | None], moment: datetime) -> bool:
    return any(is_working(one, moment) for one in hours)


def _named(claim: ItemClaim, notice: Notice) -> dict[str, object]:
    return {
        "item": claim.item.item_id,
        "about": notice.about.value,
        "place": notice.place.value,
        "cases": len(notice.case_ids),
    }
