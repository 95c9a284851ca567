"""Watches the certificates in force: revokes each at once when audits, labels or the policy speak against it.

Nearly free while nothing happens: numpy is imported only when there are decisions to look at.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property, partial

from bot.usecases.context import Context
from bot.usecases.separate_acts import act_on_each
from bot.usecases.thresholds import in_force
from bot.usecases.thresholds.revoke import ADVICE, revoke
from bot.usecases.thresholds.terms import Versions, terms_of
from bot.words.limit_words import tier_place
from bot.words.threshold_words import lapse_words, silence_words
from routing.cell import Cell
from routing.evidence.alarm import WHOLE, Alarm
from routing.evidence.grant import GrantTerms, lapse_of
from routing.evidence.odds import allowed
from routing.evidence.promise import MonitorReport, Promise
from routing.policy import Task
from storage.cases import cases, decisions, follow_ups
from storage.evidence import labels_in_order
from storage.evidence.labels_in_order import AuditInOrder
from storage.measured import calibrators, certificates
from storage.measured.certificates import Attempt

LATEST_ASKED, LEAST_ASKED = 100, 20
"""Of the latest audits whose time is over so many say whether anybody answers; of fewer a few would."""
SILENCE_ADVICE = (
    "Experts look at all of it until answers show again what may go through. Name more people who may "
    "answer, or give them more time."
)
LATEST = 50
"""So many of the latest audits are counted apart where there are at least twice as many."""


@dataclass(frozen=True, slots=True)
class _Objection:
    """Why a certificate has to be revoked."""

    reason: str
    alarm: Alarm | None = None
    advice: str = ADVICE


class Watch:
    """Looks at the certificates in force again whenever decisions came, or certificates or policy changed.

    What was looked at is noted after the look only: a look that fails is had again at the next tick.
    """

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._seen: tuple[object, ...] = ()

    def revoke_due(self) -> dict[str, int]:
        """How many certificates were revoked."""
        with self._ctx.database.read() as tx:
            granted = certificates.standing(tx)
            if not granted:
                return {"revoked": 0}
            versions = calibrators.versions_in_force(tx)
            ids = (certificate.certificate_id for certificate in granted)
            # An audit whose time ends unanswered holds those after it back no longer, with no decision made.
            ended = cases.latest_overdue(tx, self._ctx.clock.now())
            policy = self._ctx.policy.version
            # The feed's cursor grows with every decision, Undo and
            # amendment: a number instead of a read of all audits.
            turns = follow_ups.mark(tx, self._ctx.clock.now())
            present = (decisions.changes(tx), policy, ended, *turns, *ids, *versions.values())
        if present == self._seen:
            return {"revoked": 0}
        revoked = self._look(granted, versions)
        self._seen = present
        return {"revoked": revoked}

    def _look(self, granted: Sequence[Attempt], versions: Versions) -> int:
        ctx = self._ctx.snapshot()
        now = ctx.clock.now()
        try:
            return sum(act_on_each(partial(_watch, ctx, versions, now), certificates.by_stream(granted)))
        finally:
            in_force.refresh(self._ctx)  # also after a failure: what other streams had revoked counts at once


def _watch(ctx: Context, versions: Versions, now: datetime, granted: Sequence[Attempt]) -> int:
    """How many of a stream's certificates were revoked; those with the same reason share their news."""
    key = granted[0].key
    if key.task not in ctx.policy.tasks:
        return 0
    objections = _Objections(ctx, granted, terms_of(ctx.policy, key, versions), now)
    against: dict[_Objection, list[Attempt]] = {}
    for certificate in granted:
        if (objection := objections.against(certificate)) is not None:
            against.setdefault(objection, []).append(certificate)
    if not against:
        return 0  # a transaction that writes is not begun for nothing every few seconds
    with ctx.database.write() as tx:
        return sum(
            revoke(ctx, tx, revoked, objection.reason, now, objection.alarm, objection.advice)
            for objection, revoked in against.items()
        )


class _Objections:
    """What speaks against the certificates of a stream; its audits are read once, if at all."""

    def __init__(self, ctx: Context, granted: Sequence[Attempt], terms: GrantTerms, now: datetime) -> None:
        self._ctx = ctx
        self._granted = granted
        self._terms = terms
        self._now = now

    def against(self, attempt: Attempt) -> _Objection | None:
        """What speaks against a certificate: that it is not for what is there now, or its audits."""
        promise, lapse = self._terms.promise, lapse_of(attempt.grant, self._terms)
        if lapse is not None:
            return _Objection(lapse_words(lapse, promise))
        assert promise is not None  # noqa: S101  without a promise it lapsed
        task = self._ctx.policy.task(attempt.key.task)
        place = tier_place(task, attempt.key.tier, attempt.key.cell)
        accepted = self._accepted(attempt)
        by_audits = _by_audits(attempt, place, promise, task, _counting(accepted))
        return by_audits or _by_silence(task.tier(attempt.key.tier).max_silence, accepted)

    def _accepted(self, granted: Attempt) -> list[AuditInOrder]:
        """The audits since then of its cell that it accepts."""
        threshold, cell = granted.threshold or 0.0, Cell.of(granted.key.cell)
        # What came in before is what the certificate was tested
        # on: it would be held against it a second time.
        since = (audit for audit in self._audits if audit.received_at >= granted.attempted_at)
        return [audit for audit in since if audit.calibrated >= threshold and cell.holds(audit.slices)]

    @cached_property
    def _audits(self) -> tuple[AuditInOrder, ...]:
        key, since = self._granted[0].key, min(certificate.attempted_at for certificate in self._granted)
        with self._ctx.database.read() as tx:
            return labels_in_order.audits(tx, key.task, key.tier, key.model, since, self._now)


def _counting(audits: Sequence[AuditInOrder]) -> list[AuditInOrder]:
    """What the test goes by: the labeled, and what was drawn for to be asked again and stays silent."""
    ended = labels_in_order.ended(audits)
    return [audit for audit in ended if audit.is_labeled or _stays_silent(audit)]


def _stays_silent(audit: AuditInOrder) -> bool:
    # What nobody was asked about again is passed over: of it
    # nothing is known, and all of it would count as wrong.
    return audit.is_silent and audit.again_chance is not None


def _by_audits(
    granted: Attempt, place: str, promise: Promise, task: Task, audits: Sequence[AuditInOrder]
) -> _Objection | None:
    """What the audits say against it; None if they do not."""
    if not any(audit.is_error for audit in audits):
        return None
    from routing.measures.certification.group_sizes import groups_in_order
    from routing.measures.certification.monitor import monitor
    from routing.measures.certification.silence import imputed

    weights = [1 / audit.inclusion_probability for audit in audits]
    # A loss may stand for several: of the least chance of a check, which outcomes do not
    # change, all are a part, and so is the error that is promised.
    part = min(audit.check_chance for audit in audits)
    # In the order they came in: the test holds at every look only
    # if an early answer does not put an audit before older ones.
    report = monitor(
        part
        * imputed(
            [audit.loss if audit.is_labeled else None for audit in audits],
            [audit.is_late for audit in audits],
        ),
        weights,
        alpha=part * promise.error,
        delta=promise.delta,
        # A policy that asked for fewer audits may have come before.
        largest_weight=max(1 / task.tier(granted.key.tier).audit, *weights),
        group=groups_in_order(audits, task.group_for),
    )
    if not report.is_revoked:
        return None
    answered = [audit for audit in audits if audit.is_labeled]
    silent = len(audits) - len(answered)
    # What stands for the silent is no error that anybody saw.
    report = replace(report, n=len(answered), errors=sum(audit.is_error for audit in answered))
    rest = f", {silent} stayed unanswered" if silent else ""
    of = f"{report.errors} of {report.n} checked at random were wrong{_lately(answered)}{rest}"
    reason = f"{of}, too many for “at most {allowed(promise.error)}”"
    return _Objection(reason, _alarm(granted, promise, report, audits, f"{place}: {reason}."))


def _by_silence(limit: float, audits: Sequence[AuditInOrder]) -> _Objection | None:
    """That nobody answers: what is wrong among those that pass is not seen any more."""
    over = [audit for audit in audits if audit.is_labeled or audit.is_silent][-LATEST_ASKED:]
    # Those asked again speak for all that could have been.
    asked = round(sum(audit.stands_for for audit in over))
    silent = round(sum(audit.stands_for for audit in over if audit.is_silent))
    if len(over) < LEAST_ASKED or silent <= limit * asked:
        return None
    return _Objection(silence_words(silent, asked), advice=SILENCE_ADVICE)


def _lately(audits: Sequence[AuditInOrder]) -> str:
    """How it went at last, which says more than all the time since the grant where the model changed."""
    if len(audits) < 2 * LATEST:
        return ""
    wrong = sum(audit.is_error for audit in audits[-LATEST:])
    return f" ({wrong} of the last {LATEST})"


def _alarm(
    granted: Attempt,
    promise: Promise,
    report: MonitorReport,
    audits: Sequence[AuditInOrder],
    sentence: str,
) -> Alarm:
    """With the latest wrong cases as examples."""
    wrong = [audit.case_id for audit in audits if audit.is_error]
    cell = Cell.of(granted.key.cell).words or WHOLE
    return Alarm.of_errors(granted.key.task, cell, None, report, promise.error, wrong, sentence)
