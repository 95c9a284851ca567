"""Certifies thresholds for the tiers that promise an error, as labels arrive; every attempt spends its part.

A looser threshold comes only by a new certificate. A stricter one replaces the one in force when the labels
say that it errs too often; `watching` revokes it when that is sure.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from bot.usecases.context import Context
from bot.usecases.separate_acts import act_on_each
from bot.usecases.team_news import entry, named, tell
from bot.usecases.thresholds import cell_sets, in_force, label_sets
from bot.usecases.thresholds.attempt import Case, case_of, is_worth_it
from bot.usecases.thresholds.grant import Trial, to_grant, trial_of
from bot.usecases.thresholds.grant_news import granted_news
from bot.usecases.thresholds.threshold_table import streams, traffic_of
from routing.evidence.promise import NotYet
from storage import audit
from storage.audit import Entry
from storage.engine.database import Transaction
from storage.evidence import model_evidence
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
    if granted:
        in_force.refresh(ctx)
    return granted


def _due(ctx: Context, tx: Transaction, tasks: Sequence[str], now: datetime) -> Iterator[Case]:
    labels_since, cells_since = label_sets.since(tx), cell_sets.since(tx)
    counts = model_evidence.strata(tx, tasks, now - SEEN_WITHIN, now)
    for stream in streams(ctx.policy, tasks, counts):
        case = case_of(tx, stream, labels_since, cells_since, now)
        if case is not None and is_worth_it(tx, case, now):
            yield case


def _try(ctx: Context, now: datetime, case: Case) -> int:
    """How many certificates were granted: another replica may have been faster."""
    windows = [case.received(cell) for cell in case.cells]
    with ctx.database.read() as tx:
        scores = model_evidence.scores_of_each(tx, windows)
    tests = [trial_of(case, received, traffic_of(one)) for received, one in zip(windows, scores, strict=True)]
    granted = {one.cell for one in to_grant(case, tests)}
    attempts = [_attempt(ctx, case, one, now, one.cell in granted) for one in tests]
    return _store(ctx, case, [*_untested(case, now), *attempts])


def _untested(case: Case, now: datetime) -> Iterator[Attempt]:
    """Every attempt begins with everything: two replicas meet there, whatever cells their policies have."""
    if case.is_divided:
        answer = NotYet(0, "Not tested: slices have thresholds of their own.").to_json()
        digest = case.stream.task.labels_digest
        yield Attempt(case.stream.key, case.attempt, digest, case.calibrator_version, answer, now)


def _attempt(ctx: Context, case: Case, test: Trial, now: datetime, is_granted: bool) -> Attempt:
    found = test.granted if is_granted else None
    return Attempt(
        key=replace(case.stream.key, cell=test.cell.key),
        attempt=case.attempt,
        labels_digest=case.stream.task.labels_digest,
        calibrator_version=case.calibrator_version,
        answer=test.found.to_json(),
        attempted_at=now,
        certificate_id=ctx.new_id("cert") if found else None,
        threshold=found.threshold if found else None,
    )


def _store(ctx: Context, case: Case, attempts: Sequence[Attempt]) -> int:
    """How many of the attempts' certificates were granted and stored; none where the world changed."""
    granted = [one for one in attempts if one.certificate_id is not None]
    with ctx.database.write() as tx:
        if certificates.held(tx, case.stream.key) != case.in_force or not _add(tx, attempts):
            return 0
        if granted:
            news, key = granted_news(case, attempts), f"granted:{granted[0].certificate_id}"
            tell(ctx, tx, case.stream.task.name, news, key, granted[0].attempted_at)
            audit.append_many(tx, [_entry(one) for one in granted])
    return len(granted)


def _add(tx: Transaction, attempts: Sequence[Attempt]) -> bool:
    """Whether this replica was the first with this attempt: the first row of all of them is the same."""
    first, *others = attempts
    if not certificates.add(tx, first):
        return False
    for one in others:
        certificates.add(tx, one)
    return True


def _entry(granted: Attempt) -> Entry:
    said = named(granted) | {"calibrator_version": granted.calibrator_version} | granted.answer
    return entry(granted.attempted_at, "threshold.granted", str(granted.certificate_id), **said)
