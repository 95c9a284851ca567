"""Certifies thresholds for the tiers that promise an error, as labels arrive; every attempt spends its part.

A looser threshold comes only by a new certificate. A stricter threshold replaces what is in force when the
labels say that it errs too often; `watch` revokes it when that is sure.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from bot.usecases.context import Context
from bot.usecases.separate_acts import act_on_each
from bot.usecases.team_news import entry, named, tell
from bot.usecases.thresholds import cell_sets, check_regions, in_force, label_sets
from bot.usecases.thresholds.attempt import Basis, basis_of, is_worth_it
from bot.usecases.thresholds.evidence_arrays import checks_of, traffic_of
from bot.usecases.thresholds.grant import CellTest, cell_test, to_grant
from bot.usecases.thresholds.grant_news import granted_news
from bot.usecases.thresholds.threshold_table import streams
from routing.evidence.promise import NotYet
from routing.evidence.truth import TruthCount, task_truths
from storage import audit
from storage.audit import Entry
from storage.engine.database import Transaction
from storage.evidence import decision_methods, model_evidence
from storage.measured import certificates
from storage.measured.certificates import Attempt

SEEN_WITHIN = timedelta(days=28)
"""A model that was silent for longer is not in use."""


def certify_due(ctx: Context) -> int:
    """Try to certify what has enough new labels; how many certificates were granted."""
    now = ctx.clock.now()
    tasks = [name for name, task in ctx.policy.tasks.items() if any(tier.promise for tier in task.tiers)]
    if not tasks:
        return 0
    with ctx.database.read() as tx:
        due = list(_due(ctx, tx, tasks, now))
    granted = sum(act_on_each(partial(_try, ctx, now), due))
    # After the attempts: what was checked at random so far may be enough, and counts no more with a region.
    if check_regions.note_new(ctx) or granted:
        in_force.refresh(ctx)
    return granted


def _due(ctx: Context, tx: Transaction, tasks: Sequence[str], now: datetime) -> Iterator[Basis]:
    labels_since, cells_since = label_sets.since(tx), cell_sets.since(tx)
    counts = model_evidence.strata(tx, tasks, now - SEEN_WITHIN, now)
    for stream in streams(ctx.policy, tasks, counts):
        basis = basis_of(tx, stream, labels_since, cells_since, now)
        if basis is not None and is_worth_it(tx, basis, now):
            yield basis


def _try(ctx: Context, now: datetime, basis: Basis) -> int:
    """How many certificates were granted: another replica may have been faster."""
    windows = [basis.received(cell) for cell in basis.cells]
    # Reading and testing take seconds, so not in the
    # transaction that stores: `_store` asks again what changed.
    with ctx.database.read() as tx:
        checked = basis.stream.tier.checks_labels
        scores = model_evidence.scores_of_each(tx, windows, basis.calibrate, with_checks=checked)
    pairs = zip(windows, scores, strict=True)
    group_for = basis.stream.task.group_for
    tests = [
        cell_test(basis, window, traffic_of(columns, group_for), checks_of(columns))
        for window, columns in pairs
    ]
    granted = {test.cell for test in to_grant(basis, tests)}
    attempts = [_attempt(ctx, basis, test, now, test.cell in granted) for test in tests]
    return _store(ctx, basis, [*_untested(basis, now), *attempts])


def _untested(basis: Basis, now: datetime) -> Iterator[Attempt]:
    """Every attempt begins with everything: two replicas meet there, whatever cells their policies have."""
    if basis.is_divided:
        answer = NotYet(0, "Its parts have limits of their own.").to_json()
        digest = basis.stream.task.labels_digest
        yield Attempt(basis.stream.key, basis.attempt, digest, basis.calibrator_version, answer, now)


def _attempt(ctx: Context, basis: Basis, test: CellTest, now: datetime, is_granted: bool) -> Attempt:
    certificate = test.granted if is_granted else None
    return Attempt(
        key=replace(basis.stream.key, cell=test.cell.key),
        attempt=basis.attempt,
        labels_digest=basis.stream.task.labels_digest,
        calibrator_version=basis.calibrator_version,
        answer=test.conclusion.to_json(),
        attempted_at=now,
        certificate_id=ctx.new_id("cert") if certificate else None,
        threshold=certificate.threshold if certificate else None,
    )


def _store(ctx: Context, basis: Basis, attempts: Sequence[Attempt]) -> int:
    """How many of the attempts' certificates were granted and stored; none where the world changed."""
    granted = [attempt for attempt in attempts if attempt.certificate_id is not None]
    first, *others = attempts
    with ctx.database.write() as tx:
        if certificates.held(tx, basis.stream.key) != basis.in_force:
            return 0  # a revocation since then makes the tests those of another world
        if not certificates.add(tx, first):
            return 0  # the first row of every attempt has the same key, so here every other replica stops
        for attempt in others:
            certificates.add(tx, attempt)
        if granted:
            truths = task_truths(_decided(tx, basis, granted[0].attempted_at))
            news, key = granted_news(basis, attempts, truths), f"granted:{granted[0].certificate_id}"
            tell(ctx, tx, basis.stream.task.name, news, key, granted[0].attempted_at)
            audit.append_many(tx, [_entry(certificate) for certificate in granted])
    return len(granted)


def _decided(tx: Transaction, basis: Basis, now: datetime) -> tuple[TruthCount, ...]:
    return decision_methods.counts(tx, [basis.stream.task.name], now - SEEN_WITHIN, now)


def _entry(certificate: Attempt) -> Entry:
    data = named(certificate) | {"calibrator_version": certificate.calibrator_version} | certificate.answer
    return entry(certificate.attempted_at, "threshold.granted", str(certificate.certificate_id), **data)
