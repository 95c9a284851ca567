"""Sends what the rows of `projections` want: claim, render the present state, post or update, record."""

import threading
import time

import structlog

from bot.delivery.attempts import PROJECTIONS, Courier
from bot.delivery.loop import Wake
from bot.delivery.pictures import Pictures
from bot.slack.gateway import SlackPermanent
from bot.slack.messages import Message, case_message
from bot.usecases.showing import people_of
from bot.usecases.terms import terms_of
from routing.case import Case
from routing.errors import UnknownTask
from storage import cases, experts, paces, projections
from storage.errors import CaseUnknown, StorageError
from storage.projections import Claim

log = structlog.get_logger()

GONE = frozenset({"message_not_found", "cant_update_message"})
"""The message to update is not there any more: it is posted anew."""
MOST_REPOSTS = 5
BACKLOG_POLL = 0.02
IDLE_POLL = 0.25


class ProjectionSender:
    """Any number of threads may call `step`; one at a time looks for work, all send."""

    def __init__(self, courier: Courier, wake: Wake, owner: str) -> None:
        self._courier = courier
        self._ctx = courier.ctx
        self._pictures = Pictures(courier.ctx, courier.gateway)
        self._wake = wake
        self._owner = owner
        self._looking = threading.Lock()

    def step(self) -> bool:
        """Wait a moment for work and do it."""
        if not self._looking.acquire(timeout=IDLE_POLL):
            return True
        try:
            claim = None if self._wake.is_over else self._next()
        finally:
            self._looking.release()
        if claim is not None:
            self._send(claim)
        return True

    def send_next(self) -> bool:
        """Send the message that is most urgent now; False when none may be sent."""
        claim = self._claim()
        if claim is None:
            return False
        self._send(claim)
        return True

    def _next(self) -> Claim | None:
        """The next claim, or None after a short wait for one."""
        seen = self._wake.count
        held = self._courier.health.held_for()
        claim = self._claim() if not held else None
        if claim is None:
            self._wake.wait(seen, min(held, IDLE_POLL) or self._poll_in())
        return claim

    def _poll_in(self) -> float:
        with self._ctx.database.read() as tx:
            waits = projections.oldest_waiting_at(tx) is not None
        return BACKLOG_POLL if waits else IDLE_POLL

    def _claim(self) -> Claim | None:
        tempo = self._courier.tempo
        with self._ctx.database.write() as tx:
            return projections.claim(
                tx,
                self._owner,
                self._ctx.clock.now(),
                tempo.stretched(tempo.lease),
                tempo.stretched(tempo.post_every),
                tempo.stretched(tempo.update_every),
            )

    def _send(self, claim: Claim) -> None:
        """Show the case; whatever goes wrong is this row's own trouble, except with the database."""
        try:
            self._show(claim)
        except CaseUnknown as error:
            self._bury(claim, str(error))
        except StorageError:
            raise  # the lease gives the row back
        except SlackPermanent as error:
            self._refused(claim, error)
        except Exception as error:  # noqa: BLE001  a poison row must not stop its neighbors
            self._failed(claim, error)

    def _show(self, claim: Claim) -> None:
        row = claim.projection
        if row.ts is None and row.times_lost > MOST_REPOSTS:
            self._bury(claim, f"The message was deleted {row.times_lost} times; retry it to post it again.")
            return
        started = time.monotonic()
        case, message = self._rendered(claim)
        if row.ts is not None:
            self._courier.gateway.update(row.channel_id, row.ts, message)
            self._courier.health.worked()
            self._finish(claim, case, row.ts, row.wanted_version, "projection.updated")
        elif time.monotonic() - started > self._courier.tempo.lease.total_seconds() / 2:
            with self._ctx.database.write() as tx:  # the upload took long, and the lease must outlast a post
                projections.postpone(tx, claim, self._ctx.clock.now())
        else:
            self._post(claim, case, message)

    def _post(self, claim: Claim, case: Case, message: Message) -> None:
        row = claim.projection
        posted = self._courier.post_once(PROJECTIONS, claim, row.channel_id, message)
        if posted is not None:
            shown = 0 if posted.is_found else row.wanted_version
            self._finish(claim, case, posted.ts, shown, "projection.posted")

    def _finish(self, claim: Claim, case: Case, ts: str, version: int, event: str) -> None:
        with self._ctx.database.write() as tx:
            is_mine = projections.finish(tx, claim, ts, version)
            if version:
                self._pictures.let_go(tx, case)
        row = claim.projection
        log.info(event, case=row.case_id, channel=row.channel_id, ts=ts, version=version, is_mine=is_mine)

    def _rendered(self, claim: Claim) -> tuple[Case, Message]:
        now = self._ctx.clock.now()
        with self._ctx.database.read() as tx:
            case = cases.get(tx, claim.projection.case_id)
            people = experts.get_many(tx, people_of(case))
            terms = terms_of(self._ctx, tx, case)
        if terms is None:
            raise UnknownTask(case.submission.task)
        return case, case_message(
            case,
            terms.task,
            terms.tier,
            now,
            {expert: known.name for expert, known in people.items()},
            version=claim.projection.wanted_version,
            image_file_id=self._pictures.file_of(case),
            undo_for=self._ctx.policy.undo_for,
        )

    def _refused(self, claim: Claim, error: SlackPermanent) -> None:
        row = claim.projection
        if row.ts is None or error.code not in GONE:
            self._failed(claim, error)
            return
        with self._ctx.database.write() as tx:
            projections.lost(tx, row.channel_id, row.ts)
        log.warning("projection.lost", case=row.case_id, channel=row.channel_id, ts=row.ts, code=error.code)

    def _failed(self, claim: Claim, error: Exception) -> None:
        row = claim.projection
        pace = row.channel_id if row.ts is None else paces.UPDATES
        verdict = self._courier.failed(PROJECTIONS, claim, row.failures, error, pace)
        event = "projection.dead" if verdict.retry_in is None else "projection.failed"
        log.warning(event, case=row.case_id, channel=row.channel_id, reason=verdict.reason)

    def _bury(self, claim: Claim, reason: str) -> None:
        with self._ctx.database.write() as tx:
            projections.bury(tx, claim, reason)
        row = claim.projection
        log.warning("projection.dead", case=row.case_id, channel=row.channel_id, reason=reason)
