"""Sends what the rows of `projections` want: claim, render the present state, post or update, record."""

import threading
import time
from dataclasses import dataclass

import structlog

from bot.delivery.messages.pictures import Pictures
from bot.delivery.sender import reduced_forms
from bot.delivery.sender.attempts import PROJECTIONS, Courier
from bot.delivery.sender.picture_conversion import PictureUnreadable
from bot.delivery.sender.repeating_threads import Wake
from bot.delivery.sender.sender import SlackSender
from bot.slack.api.gateway import OverLimits, SlackPermanent
from bot.slack.api.refusals import Breadth, Consequence, Recast
from bot.slack.blocks.message import Form
from bot.slack.show.ask_message import ask_message
from bot.slack.show.case_message import Message, message_of
from bot.slack.show.scene import Scene
from bot.usecases.case_terms import terms_of
from bot.usecases.repairs import message_homes
from bot.usecases.review.announce import people_of
from bot.usecases.review.asked import ask_shown_in
from routing.case.case import Case
from routing.errors import UnknownTask
from storage import experts
from storage.cases import cases
from storage.delivery import message_queue, projections, slack_pace
from storage.delivery.projections import ASK_KIND, Claim
from storage.delivery.slack_pace import Lane
from storage.engine.database import Transaction
from storage.errors import CaseUnknown

log = structlog.get_logger()

MOST_REPOSTS = 5
BACKLOG_POLL = 0.02
IDLE_POLL = 0.25


@dataclass(frozen=True, slots=True)
class Showing:
    """A claimed message and the form to send it in."""

    claim: Claim
    form: Form


class ProjectionSender(SlackSender[Showing]):
    """Shows cases; of those who wait for work in `wait_and_step` one at a time looks for it, all send."""

    def __init__(self, courier: Courier, wake: Wake, owner: str) -> None:
        super().__init__(courier, owner)
        self._pictures = Pictures(courier.ctx, courier.gateway)
        self._wake = wake
        self._looking = threading.Lock()

    def wait_and_step(self) -> bool:
        """Wait a moment for work and do it."""
        # Each look takes the turn to write: four threads that poll would queue before the clicks.
        if not self._looking.acquire(timeout=IDLE_POLL):
            return True
        try:
            showing = None if self._wake.is_over else self._next()
        finally:
            self._looking.release()
        if showing is not None:
            self._attempt(showing)
        return True

    def _next(self) -> Showing | None:
        """The next message, or None after a short wait."""
        seen = self._wake.count
        held = self._health.held_for()
        showing = None
        if not held:
            with self._ctx.database.write() as tx:
                showing = self._claim(tx)
        if showing is None:
            self._wake.wait(seen, min(held, IDLE_POLL) or self._poll_in())
        return showing

    def _poll_in(self) -> float:
        with self._ctx.database.read() as tx:
            return BACKLOG_POLL if message_queue.is_waiting(tx) else IDLE_POLL

    def _claim(self, tx: Transaction) -> Showing | None:
        now, tempo = self._ctx.clock.now(), self._courier.tempo
        paces_for = tempo.stretched(tempo.post_every), tempo.stretched(tempo.update_every)
        claim = projections.claim(tx, self._owner, now, tempo.stretched(tempo.lease), *paces_for)
        if claim is None:
            return None
        return Showing(claim, reduced_forms.next_form(claim.projection.shape, now, tempo))

    def _send(self, showing: Showing) -> None:
        try:
            self._show(showing.claim, showing.form)
        except CaseUnknown as error:
            self._bury(showing.claim, str(error))

    def _failed(self, showing: Showing, error: Exception) -> None:
        claim, form = showing.claim, showing.form
        if isinstance(error, SlackPermanent):
            self._refused(claim, form, error)
        elif isinstance(error, OverLimits | PictureUnreadable):
            self._recast(claim, form, error)
        else:
            self._judge(claim, error)

    def _show(self, claim: Claim, form: Form) -> None:
        row = claim.projection
        # Somebody, or another app, deletes it each time: without an end the two would go on for ever.
        if row.ts is None and row.times_lost > MOST_REPOSTS:
            self._bury(claim, f"The message was deleted {row.times_lost} times; retry it to post it again.")
            return
        started = time.monotonic()
        case, message = self._rendered(claim, form)
        if row.ts is not None:
            self._update(claim, form, case, message, row.ts)
        elif time.monotonic() - started > self._courier.tempo.lease.total_seconds() / 2:
            with self._ctx.database.write() as tx:  # the upload took long, and the lease must outlast a post
                projections.postpone(tx, claim, self._ctx.clock.now())
        else:
            self._post(claim, form, case, message)

    def _update(self, claim: Claim, form: Form, case: Case, message: Message, ts: str) -> None:
        row = claim.projection
        try:
            self._courier.gateway.update(row.channel_id, ts, message)
        except SlackPermanent as error:
            if error.refusal.recast is not Recast.REPLY:
                raise
            # What may not be edited any more must not look undecided: the news stands in its thread.
            if self._courier.post_once(PROJECTIONS, claim, row.channel_id, message, ts) is None:
                return
        self._courier.health.worked()
        self._finish(claim, form, case, ts, row.wanted_version, "projection.updated")

    def _post(self, claim: Claim, form: Form, case: Case, message: Message) -> None:
        row = claim.projection
        posted = self._courier.post_once(PROJECTIONS, claim, row.channel_id, message)
        if posted is not None:
            shown = 0 if posted.is_earlier else row.wanted_version  # version 0 makes the next turn update it
            self._finish(claim, form, case, posted.ts, shown, "projection.posted")

    def _finish(self, claim: Claim, form: Form, case: Case, ts: str, version: int, event: str) -> None:
        row = claim.projection
        shape = projections.Shape() if form is Form.WHOLE else row.shape
        with self._ctx.database.write() as tx:
            is_mine = projections.finish(tx, claim, ts, version, shape)
            # At version 0 the channel shows an earlier attempt,
            # perhaps without the file: the bytes are still needed.
            if version:
                self._pictures.let_go(tx, case)
            self._courier.arrived(tx, self._place(claim))
        log.info(event, case=row.case_id, channel=row.channel_id, ts=ts, version=version, is_mine=is_mine)

    def _rendered(self, claim: Claim, form: Form) -> tuple[Case, Message]:
        now = self._ctx.clock.now()
        with self._ctx.database.read() as tx:
            case = cases.get(tx, claim.projection.case_id)
            people = experts.get_many(tx, people_of(case))
            terms = terms_of(self._ctx, tx, case)
            is_ask, place = claim.projection.kind == ASK_KIND, claim.projection.channel_id
            ask = ask_shown_in(tx, case.case_id, place) if is_ask else None
        if terms is None:
            raise UnknownTask(case.submission.task)
        scene = Scene(
            case,
            terms.task,
            terms.tier,
            now,
            {expert: person.name for expert, person in people.items()},
            # As claimed, not as it is by now: a change while it is
            # rendered leaves the row due, and is shown next.
            claim.projection.wanted_version,
            self._ctx.policy.undo_for,
            self._pictures.file_of(case) if form is Form.WHOLE else None,
            form is Form.WHOLE,
            self._ctx.policy.contest_for,
        )
        message = ask_message(scene, ask) if ask else message_of(scene)
        return case, message.shown_as(form)

    def _refused(self, claim: Claim, form: Form, error: SlackPermanent) -> None:
        row, refusal = claim.projection, error.refusal
        if refusal.recast is Recast.ANEW and row.ts is not None:
            with self._ctx.database.write() as tx:
                projections.lost(tx, row.channel_id, row.ts)
            log.warning("projection.lost", case=row.case_id, channel=row.channel_id, code=error.code)
        elif refusal.outcome is Consequence.MEND:
            self._recast(claim, form, error)
        elif refusal.reach is Breadth.CHANNEL and row.ts is None and message_homes.rehome(self._ctx, row):
            log.info("projection.moved", case=row.case_id, channel=row.channel_id, code=error.code)
        else:
            self._judge(claim, error)

    def _recast(self, claim: Claim, form: Form, error: reduced_forms.Untaken) -> None:
        """Try it in a form that asks less of Slack; give it up where none is left."""
        row, now, tempo = claim.projection, self._ctx.clock.now(), self._courier.tempo
        again = reduced_forms.after(error, form, row.shape, now, tempo)
        if again is None:
            self._judge(claim, error)
            return
        with self._ctx.database.write() as tx:
            projections.recast(tx, claim, again.shape, now + tempo.stretched(again.wait), str(error))
        log.warning("projection.recast", case=row.case_id, form=again.shape.form, reason=str(error))

    def _judge(self, claim: Claim, error: Exception) -> None:
        row = claim.projection
        # Slack counts posts by channel and updates by workspace:
        # its 429 means that of the two which was called.
        pace: Lane = row.channel_id if row.ts is None else slack_pace.UPDATES
        verdict = self._courier.failed(PROJECTIONS, claim, row.failures, error, pace, self._place(claim))
        event = "projection.dead" if verdict.retry_in is None else "projection.failed"
        log.warning(event, case=row.case_id, channel=row.channel_id, reason=verdict.reason)

    def _place(self, claim: Claim) -> Lane:
        """What a refusal holds: the channel's new messages, or the changes of those that are there."""
        row = claim.projection
        return row.channel_id if row.ts is None else slack_pace.updates_of(row.channel_id)

    def _bury(self, claim: Claim, reason: str) -> None:
        with self._ctx.database.write() as tx:
            projections.bury(tx, claim, reason)
        row = claim.projection
        log.warning("projection.dead", case=row.case_id, channel=row.channel_id, reason=reason)
