"""Delivers the outbox's notices: in a case's thread, in a channel, or as a direct message."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

import structlog

from bot.delivery.notices.notice_message import LISTED, NamedCase, StatedAnswer, notice_message
from bot.delivery.notices.notice_place import MessagePending, Messages, Target, messages_of
from bot.delivery.sender.attempts import Courier
from bot.delivery.sender.outbox_sender import Errand, OutboxSender
from bot.errors import BotError
from bot.slack.api.gateway import SlackPermanent
from bot.slack.api.permalinks import address_of
from bot.slack.api.refusals import Recast
from bot.slack.show.case_words import rationale_of, sureness
from bot.usecases.case_terms import terms_of
from bot.usecases.outgoing import NOTICE, Notice, Occasion, Place
from routing.case.case import Case
from routing.case.hours import is_working, next_working
from routing.case.second_opinion import veiled
from routing.case.trial import without_own_id
from routing.policy import Task
from routing.slack_channel import ChannelId
from storage.cases import cases
from storage.delivery import outbox
from storage.delivery.outbox import ItemClaim
from storage.delivery.outbox_item import Item
from storage.engine.database import Transaction
from storage.errors import CaseUnknown

log = structlog.get_logger()

ASKS = frozenset({Occasion.REMINDER, Occasion.ESCALATION, Occasion.DISPUTE, Occasion.ASSIGNED})
"""Notices that ask for an answer: pointless once nobody has to answer any more."""
BY_HAND = frozenset({Occasion.ESCALATION, Occasion.ASSIGNED})
"""Those of them that somebody who works in quiet hours may want at once."""


class NothingToTell(BotError):
    """None of the notice's cases waits any more."""


class NoticeSender(OutboxSender):
    """Delivers notices."""

    kind = NOTICE

    def __init__(self, courier: Courier, owner: str) -> None:
        super().__init__(courier, owner)
        self._dms: dict[str, ChannelId] = {}

    def _send(self, errand: Errand) -> None:
        claim, notice = errand.claim, Notice.from_payload(errand.claim.item.payload)
        try:
            self._deliver(errand, notice)
        except NothingToTell:
            self._finish(claim, "notice.dropped")
        except MessagePending as wait:
            self._wait(claim, wait)

    def _deliver(self, errand: Errand, notice: Notice) -> None:
        """Raises NothingToTell, or MessagePending where a message has to come first."""
        claim, (named, total) = errand.claim, self._named_cases(notice)
        held_until = self._held_until(claim, notice, named)
        if held_until is not None:
            with self._ctx.database.write() as tx:
                outbox.postpone(tx, claim, held_until)
            log.info("notice.held", **self._named(claim), until=held_until.isoformat())
            return
        with self._ctx.database.read() as tx:
            messages = messages_of(tx, notice, self._ctx.policy)
        target = self._target(notice, messages)
        errand.channel_id = target.channel_id
        if target.is_unreachable:
            self._tell_each(claim, notice)
            return
        if target.thread_ts is None:
            named = [self._linked(case, target, messages) for case in named]
        self._tell(claim, notice, target, named, total)

    def _tell(
        self, claim: ItemClaim, notice: Notice, target: Target, named: Sequence[NamedCase], total: int
    ) -> None:
        # Last before the call: a turn that is used for nothing costs the channel a second.
        if not self._takes_turn(claim, target.channel_id):
            return
        # Only in its thread a case need not be named.
        is_plain = target.thread_ts or notice.place is Place.DM
        addressed = notice if is_plain else _in_channel(notice, target.channel_id)
        message = notice_message(addressed, named, total, self._ctx.clock.now())
        if self._post(claim, target.channel_id, message, target.thread_ts) is not None:
            self._finish(claim, "notice.sent", arrived_in=target.channel_id)

    def _named_cases(self, notice: Notice) -> tuple[list[NamedCase], int]:
        """The first cases to name, and how many there are; raises NothingToTell."""
        named: list[NamedCase] = []
        passed = 0
        with self._ctx.database.read() as tx:
            for case_id in notice.case_ids:
                if len(named) == LISTED:
                    break
                case = self._case(tx, notice, case_id)
                if case is None or (notice.about in ASKS and not case.case.is_waiting):
                    passed += 1
                else:
                    named.append(case)
        if not named:
            raise NothingToTell
        return named, len(notice.case_ids) - passed

    def _case(self, tx: Transaction, notice: Notice, case_id: str) -> NamedCase | None:
        try:
            case = cases.get(tx, case_id)
        except CaseUnknown:
            return None  # erased
        terms = terms_of(self._ctx, tx, case)
        if terms is None:
            return NamedCase(without_own_id(case, None), case.submission.task, None)
        shown = without_own_id(case, terms.tier)
        named = NamedCase(shown, terms.task.question, None, terms.task.hours)
        is_private = notice.about is Occasion.DISPUTE and notice.place is Place.DM
        return replace(named, statements=tuple(_statements(case, terms.task))) if is_private else named

    def _held_until(self, claim: ItemClaim, notice: Notice, named: Sequence[NamedCase]) -> datetime | None:
        """When quiet hours are over, if the notice has come into them on its way; None to send it now.

        What was asked for by hand in quiet hours is sent in them. Of cases with different hours the first
        to open count.
        """
        now, hours = self._ctx.clock.now(), [case.hours for case in named]
        if notice.about not in ASKS or any(is_working(week, now) for week in hours):
            return None
        asked_at = claim.item.created_at
        if notice.about in BY_HAND and not any(is_working(week, asked_at) for week in hours):
            return None
        return min(next_working(week, now) for week in hours)

    def _linked(self, named: NamedCase, target: Target, messages: Messages) -> NamedCase:
        """With the address of its message, or why it has none; raises MessagePending if it is to come."""
        shown, trouble = messages.message_of(named.case.case_id, target.channel_id)
        if shown is None or shown.ts is None:
            return replace(named, trouble=trouble)
        url = address_of(self._courier.gateway, shown.channel_id, shown.ts)
        return replace(named, permalink=url)

    def _target(self, notice: Notice, messages: Messages) -> Target:
        if notice.place is Place.DM:
            user_id = notice.people[0]
            if user_id not in self._dms:
                self._dms[user_id] = self._courier.gateway.dm(user_id)
            return Target(self._dms[user_id])
        if notice.place is Place.CHANNEL and messages.channel_id:
            return Target(messages.channel_id)
        target = messages.thread_of(notice.case_ids[0])
        if target is None:
            raise NothingToTell
        return target

    def _tell_each(self, claim: ItemClaim, notice: Notice) -> None:
        """Call the people by direct message: in the channel, which takes no messages, nobody would see it."""
        queued, item = [], claim.item
        for user_id in notice.people:
            message = replace(notice, place=Place.DM, people=(user_id,), channel_id=None)
            key = f"{item.key}:dm:{user_id}"
            queued.append(Item(self._ctx.new_id("out"), NOTICE, key, message.to_payload(), item.created_at))
        self._finish(claim, "notice.readdressed", lambda tx: outbox.add_many(tx, queued))

    def _wait(self, claim: ItemClaim, wait: MessagePending) -> None:
        """Look again soon, or when the channel is tried again that holds up the case's message."""
        now = self._ctx.clock.now()
        soon = now + self._courier.tempo.stretched(self._courier.tempo.thread_in)
        with self._ctx.database.write() as tx:
            if wait.hold is None:
                outbox.postpone(tx, claim, soon)
            else:
                outbox.hold(tx, claim, now, max(soon, wait.hold.next_at), wait.hold.reason)

    def _failed(self, errand: Errand, error: Exception) -> None:
        claim, channel_id = errand.claim, errand.channel_id
        is_for_channel = isinstance(error, SlackPermanent) and error.refusal.recast is Recast.CHANNEL
        if not is_for_channel or channel_id is None:
            super()._failed(errand, error)
            return
        elsewhere = _in_channel(Notice.from_payload(claim.item.payload), channel_id)
        with self._ctx.database.write() as tx:
            outbox.note(tx, claim, {**claim.item.payload, **elsewhere.to_payload()})
            # The thread refused it, so it is nowhere; now it goes to the channel.
            outbox.fail(tx, claim, self._ctx.clock.now(), str(error), is_certain=True)

    def _named(self, claim: ItemClaim) -> dict[str, object]:
        payload = claim.item.payload
        about, place, case_ids = (payload[name] for name in ("about", "place", "case_ids"))
        return {"item": claim.item.item_id, "about": about, "place": place, "cases": len(case_ids)}


def _statements(case: Case, task: Task) -> Iterator[StatedAnswer]:
    """What somebody objects to and why, what everybody answered and why, the model last."""
    contest, contested = case.contest, case.contested_decision
    if contest is not None and contested is not None:
        title = task.title(contested.label)
        yield StatedAnswer(contest.expert.user_id, title, contest.reason, is_objection=True)
    for label in case.current_labels:
        why = rationale_of(label) or ""
        is_repeated = (
            contest is not None and label in case.labels[contest.answers :] and why == contest.reason
        )
        yield StatedAnswer(label.expert.user_id, task.title(label.label), "" if is_repeated else why)
    prediction = veiled(case).submission.prediction
    if prediction.label:  # where chance hides it, it is hidden from whoever settles the case, too
        yield StatedAnswer(None, task.title(prediction.label), sureness(case))


def _in_channel(notice: Notice, channel_id: ChannelId) -> Notice:
    return replace(notice, place=Place.CHANNEL, channel_id=channel_id)
