"""Delivers the outbox's notices: in a case's thread, in a channel, or as one direct message."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from bot.delivery.attempts import OUTBOX, Courier
from bot.delivery.notice_messages import LISTED, Told, notice_message
from bot.errors import BotError
from bot.slack.gateway import SlackFailure
from bot.slack.message import Message
from bot.usecases.outgoing import NOTICE, About, Notice, Place
from bot.usecases.terms import terms_of
from routing.hours import is_working, next_working
from routing.policy import WorkingHours
from storage import cases, outbox, projections
from storage.database import Transaction
from storage.errors import CaseUnknown, StorageError
from storage.outbox import ItemClaim
from storage.projections import Projection

log = structlog.get_logger()

ASKS = frozenset({About.REMINDER, About.ESCALATION, About.DISPUTE, About.ASSIGNED})
"""Notices that ask for an answer: pointless once nobody has to answer any more."""


BY_HAND = frozenset({About.ESCALATION, About.ASSIGNED})
"""Those of them that somebody who works in quiet hours may want at once."""


class NothingToTell(BotError):
    """None of the notice's cases waits any more."""


class NotYet(BotError):
    """The case's message is not posted yet."""


@dataclass(frozen=True, slots=True)
class _Target:
    """Where a notice goes."""

    channel_id: str
    thread_ts: str | None = None


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
        target: _Target | None = None
        try:
            told, total = self._told(notice)
            held_until = self._held_until(claim, notice, told)
            if held_until is not None:
                self._hold(claim, notice, held_until)
                return
            target = self._target(notice)
            message = notice_message(notice, told, total, self._ctx.clock.now())
            self._post(claim, target, message)
        except NothingToTell:
            self._finish(claim, notice, "notice.dropped")
        except NotYet:
            self._postpone(claim, self._courier.tempo.thread_in)
        except StorageError:
            raise  # the lease gives the row back
        except Exception as error:  # noqa: BLE001  a poison row must not stop its neighbors
            self._failed(claim, notice, target, error)

    def _post(self, claim: ItemClaim, target: _Target, message: Message) -> None:
        if not self._courier.takes_turn(target.channel_id):
            self._postpone(claim, self._courier.tempo.turn_in)
            return
        posted = self._courier.post_once(OUTBOX, claim, target.channel_id, message, target.thread_ts)
        if posted is not None:
            self._finish(claim, Notice.from_payload(claim.item.payload), "notice.sent")

    def _told(self, notice: Notice) -> tuple[list[Told], int]:
        """The first cases to name, and how many there are; raises NothingToTell."""
        asks = notice.about in ASKS
        found: list[tuple[Told, Projection | None]] = []
        passed = 0
        with self._ctx.database.read() as tx:
            for case_id in notice.case_ids:
                if len(found) == LISTED:
                    break
                one = self._named(tx, case_id, notice)
                if one is None or (asks and not one[0].case.is_waiting):
                    passed += 1
                else:
                    found.append(one)
        if not found:
            raise NothingToTell
        told = [self._linked(one, shown, notice) for one, shown in found]
        return told, len(notice.case_ids) - passed

    def _named(self, tx: Transaction, case_id: str, notice: Notice) -> tuple[Told, Projection | None] | None:
        try:
            case = cases.get(tx, case_id)
        except CaseUnknown:
            return None  # erased
        terms = terms_of(self._ctx, tx, case)
        shown = _shown(projections.of_case(tx, case_id), notice)
        if terms is None:
            return Told(case, case.submission.task, None), shown
        return Told(case, terms.task.question, None, terms.task.hours), shown

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

    def _linked(self, told: Told, shown: Projection | None, notice: Notice) -> Told:
        """With the address of its message, which only notices outside its thread need."""
        if shown is None or shown.ts is None or notice.place is Place.THREAD:
            return told
        try:
            link = self._courier.gateway.permalink(shown.channel_id, shown.ts)
        except SlackFailure:
            return told
        return replace(told, permalink=link)

    def _target(self, notice: Notice) -> _Target:
        if notice.place is Place.DM:
            user_id = notice.people[0]
            if user_id not in self._dms:
                self._dms[user_id] = self._courier.gateway.dm(user_id)
            return _Target(self._dms[user_id])
        if notice.place is Place.CHANNEL and notice.channel_id:
            return _Target(notice.channel_id)
        return self._thread(notice)

    def _thread(self, notice: Notice) -> _Target:
        """The thread under the case's message; raises NotYet while there is none."""
        with self._ctx.database.read() as tx:
            rows = projections.of_case(tx, notice.case_ids[0])
        for row in rows:
            if row.ts and notice.channel_id in (None, row.channel_id):
                return _Target(row.channel_id, row.ts)
        if any(row.dead_reason is None for row in rows):
            raise NotYet
        if notice.channel_id is None:
            raise NothingToTell
        return _Target(notice.channel_id)  # the message was given up: better in the channel than not at all

    def _hold(self, claim: ItemClaim, notice: Notice, until: datetime) -> None:
        with self._ctx.database.write() as tx:
            outbox.postpone(tx, claim, until)
        log.info("notice.held", **_named(claim, notice), until=until.isoformat())

    def _finish(self, claim: ItemClaim, notice: Notice, event: str) -> None:
        with self._ctx.database.write() as tx:
            outbox.finish(tx, claim, self._ctx.clock.now())
        log.info(event, **_named(claim, notice))

    def _postpone(self, claim: ItemClaim, real: timedelta) -> None:
        retry_at = self._ctx.clock.now() + self._courier.tempo.stretched(real)
        with self._ctx.database.write() as tx:
            outbox.postpone(tx, claim, retry_at)

    def _failed(self, claim: ItemClaim, notice: Notice, target: _Target | None, error: Exception) -> None:
        pace = target.channel_id if target else None
        verdict = self._courier.failed(OUTBOX, claim, claim.item.failures, error, pace)
        event = "notice.dead" if verdict.retry_in is None else "notice.failed"
        log.warning(event, **_named(claim, notice), reason=verdict.reason)


def _was_working(hours: Sequence[WorkingHours | None], moment: datetime) -> bool:
    return any(is_working(one, moment) for one in hours)


def _shown(rows: Sequence[Projection], notice: Notice) -> Projection | None:
    """The message to link to: the one in the notice's channel, which may be about to come, else the first."""
    here = [one for one in rows if one.channel_id == notice.channel_id and one.dead_reason is None]
    return next((one for one in here or rows if one.ts), None)


def _named(claim: ItemClaim, notice: Notice) -> dict[str, object]:
    return {
        "item": claim.item.item_id,
        "about": notice.about.value,
        "place": notice.place.value,
        "cases": len(notice.case_ids),
    }
