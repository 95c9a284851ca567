"""Certifies thresholds for the tiers that promise an error, as labels arrive; every attempt spends its part.

A looser threshold comes only by a new certificate. A stricter one replaces the one in force when the labels
say that it errs too often; `watching` revokes it when that is sure.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from bot.usecases import label_sets, standing
from bot.usecases.context import Context
from bot.usecases.one_by_one import one_by_one
from bot.usecases.outgoing import News
from bot.usecases.telling import entry, named, tell
from bot.usecases.thresholds import Stream, promise_of, streams, traffic_of
from routing.promise import Certificate, NotYet, Promise, answer_from_json
from storage import audit, calibrators, certificates, evidence, label_counts
from storage.calibrators import StoredCalibrator
from storage.certificates import Attempt
from storage.database import Transaction
from storage.label_counts import Received

if TYPE_CHECKING:
    from routing.measures.risk_coverage import Traffic

SEEN_WITHIN = timedelta(days=28)
"""A model that was silent for longer is not in use."""
EVIDENCE = timedelta(days=90)
SETTLED = timedelta(minutes=1)
"""By then every replica has read what is in force."""
GROWTH = 0.25
FEWEST_NEW = 30
"""So many labels, and so much more of them, have to come before another attempt is worth its part."""


@dataclass(frozen=True, slots=True)
class _Case:
    """What an attempt rests on: what was received from `since` to before `until`, under what was in force."""

    stream: Stream
    promise: Promise
    attempt: int
    last: Attempt | None
    in_force: Attempt | None
    calibrator_version: str | None
    since: datetime
    until: datetime

    def received_before(self, until: datetime) -> Received:
        """The predictions of it received before `until`."""
        stream = self.stream
        return Received(stream.task.name, stream.tier.name, stream.model, self.since, until)


def tick(ctx: Context) -> int:
    """Try to certify what has enough new labels; how many certificates were granted."""
    now = ctx.clock.now()
    tasks = [name for name, task in ctx.policy.tasks.items() if any(tier.promised for tier in task.tiers)]
    if not tasks:
        return 0
    with ctx.database.read() as tx:
        due = list(_due(ctx, tx, tasks, now))
    granted = sum(one_by_one(partial(_try, ctx, now), due))
    if granted:
        standing.tick(ctx)
    return granted


def _due(ctx: Context, tx: Transaction, tasks: Sequence[str], now: datetime) -> Iterator[_Case]:
    labels_since = label_sets.since(tx)
    counts = evidence.strata(tx, tasks, now - SEEN_WITHIN, now)
    for stream in streams(ctx.policy, tasks, counts):
        promise = promise_of(stream.tier)
        if promise is None:
            continue
        fits = calibrators.history(tx, stream.task.name, stream.model)
        if not fits:
            continue  # its first calibrator would make the evidence begin anew
        case = _case(tx, stream, promise, fits, labels_since.get(stream.task.name, now), now)
        if case.since < case.until and _is_worth_it(tx, case, now):
            yield case


def _case(
    tx: Transaction,
    stream: Stream,
    promise: Promise,
    fits: Sequence[StoredCalibrator],
    labels_since: datetime,
    now: datetime,
) -> _Case:
    granted = certificates.last_granted(tx, stream.key)
    begins = [now - EVIDENCE, labels_since]
    if (calibrated_at := in_force_since(fits)) is not None:
        begins.append(calibrated_at + SETTLED)
    if granted is not None:
        # What was accepted under another threshold, or spoke against this one, is no evidence for the next.
        begins.append((granted.revoked_at or granted.attempted_at) + SETTLED)
    return _Case(
        stream=stream,
        promise=promise,
        attempt=certificates.attempts(tx, stream.key) + 1,
        last=certificates.last(tx, stream.key),
        in_force=granted if granted is not None and granted.revoked_at is None else None,
        calibrator_version=_version(fits[-1]),
        since=max(begins),
        until=now - stream.tier.due_in,  # what experts still have time for would look unanswered
    )


def _version(fit: StoredCalibrator) -> str | None:
    return fit.version if fit.is_used else None


def in_force_since(fits: Sequence[StoredCalibrator]) -> datetime | None:
    """Since when the last of a model's fits is in force; None for confidences that were never calibrated.

    A fit that is not used changes nothing if the one before it was not used either.
    """
    since: datetime | None = None
    version: str | None = None
    for fit in fits:
        if fit.is_used or version is not None:
            since = fit.fitted_at
        version = _version(fit)
    return since


def _is_worth_it(tx: Transaction, case: _Case, now: datetime) -> bool:
    """Whether enough labels came since the last attempt for another one to spend its part."""
    known = label_counts.known_at(tx, case.received_before(case.until), now)
    before, missing = 0, 0
    if case.last is not None:
        until = case.last.attempted_at - case.stream.tier.due_in
        before = label_counts.known_at(tx, case.received_before(until), case.last.attempted_at)
        answer = answer_from_json(case.last.answer)
        missing = answer.needed // 2 if isinstance(answer, NotYet) and before else 0
    if known - before < max(FEWEST_NEW, GROWTH * before, missing):
        return False
    from routing.measures.label_needs import zero_error_labels

    return known >= zero_error_labels(case.promise.error, case.promise.spent_by(case.attempt))


def _try(ctx: Context, now: datetime, case: _Case) -> int:
    """1 if a certificate was granted: another replica may have been faster."""
    from routing.measures.guarantee import certify

    stream = case.stream
    with ctx.database.read() as tx:
        scores = evidence.scores(tx, stream.task.name, stream.tier.name, stream.model, case.since, case.until)
    traffic = traffic_of(scores)
    threshold = case.in_force.threshold if case.in_force else None
    found = certify(traffic, case.promise, threshold, case.attempt)
    is_granted = isinstance(found, Certificate) and _is_wanted(found, threshold, traffic)
    attempt = Attempt(
        key=stream.key,
        attempt=case.attempt,
        labels_digest=stream.task.labels_digest,
        calibrator_version=case.calibrator_version,
        answer=found.to_json(),
        attempted_at=now,
        certificate_id=ctx.new_id("cert") if is_granted else None,
        threshold=found.threshold if is_granted and isinstance(found, Certificate) else None,
    )
    return _store(ctx, case, attempt)


def _is_wanted(found: Certificate, threshold: float | None, traffic: "Traffic") -> bool:
    """Whether it is to replace the threshold in force: a looser one is, a stricter one where that errs."""
    if threshold is None or found.threshold < threshold:
        return True
    from routing.measures.estimation import estimate

    known = estimate("accepted", traffic.strata(traffic.score >= threshold)).period
    return found.threshold > threshold and known is not None and known.value > found.promise.error


def _store(ctx: Context, case: _Case, attempt: Attempt) -> int:
    """1 if the attempt was granted and stored; nothing is where the world changed meanwhile."""
    with ctx.database.write() as tx:
        granted = certificates.last_granted(tx, attempt.key)
        in_force = granted if granted is not None and granted.revoked_at is None else None
        if in_force != case.in_force or not certificates.add(tx, attempt) or attempt.threshold is None:
            return 0
        found = Certificate.from_json(attempt.answer)
        certificate_id, task = str(attempt.certificate_id), attempt.key.task
        tell(ctx, tx, task, _news(case, found), f"granted:{certificate_id}", attempt.attempted_at)
        said = named(attempt) | {"calibrator_version": attempt.calibrator_version} | attempt.answer
        audit.append_many(tx, [entry(attempt.attempted_at, "threshold.granted", certificate_id, **said)])
    return 1


def _news(case: _Case, found: Certificate) -> News:
    stream, before = case.stream, case.in_force.threshold if case.in_force else None
    was = f", until now from {before:.3f} on" if before is not None else ""
    return News(
        team="",
        sentence=(
            f"{stream.task.name}, tier {stream.tier.name}: predictions of {stream.model.name} "
            f"{stream.model.version} are accepted from a confidence of {found.threshold:.3f} on{was}."
        ),
        details=(
            f"Promised: {found.promise.words}.",
            f"It rests on {found.labels:,} labels of {found.accepted:,} predictions, {found.errors:,} wrong.",
        ),
        advice="Nothing has to be done: audits go on, and the threshold is revoked if they speak against it.",
    )
