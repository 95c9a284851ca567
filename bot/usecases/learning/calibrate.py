"""Fits calibrators anew as labels arrive, per task and model, and keeps every fit, whether used or not.

Fitting imports numpy and scikit-learn, so that happens only once there are enough new labels.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from bot.usecases.context import Context
from bot.usecases.separate_acts import act_on_each
from bot.usecases.team_news import entry
from routing.evidence.calibrator import CalibratorFit
from routing.policy import Task
from routing.prediction import ModelRef
from storage import audit
from storage.engine.database import Transaction
from storage.evidence import label_counts, model_evidence
from storage.evidence.label_columns import LabelColumns
from storage.evidence.label_counts import ModelOfTask
from storage.measured import calibrators, certificates
from storage.measured.calibrators import StoredCalibrator

LOOK_BACK = timedelta(days=180)
"""Older labels tell of a time that is over."""
FEWEST = 30
"""With fewer labels no method is tried: `routing.measures.calibration.recalibration.LABELS_NEEDED`."""
GROWTH = 0.2
GROWTH_WITH_PROMISE = 1.0
"""What a promise is tested on is read by another calibrator then: so that waits for more."""
# Fixed: the same labels make the same calibrator, whichever replica fits it.
SEED = 0


@dataclass(frozen=True, slots=True)
class _DueFit:
    """A model whose calibrator is to be fitted, as number `sequence`."""

    task: str
    model: ModelRef
    sequence: int


def fit_due(ctx: Context) -> int:
    """Fit what has enough new labels; how many fits were stored."""
    now = ctx.clock.now()
    with ctx.database.read() as tx:
        due = list(_due(ctx, tx, now))
    return sum(act_on_each(partial(_refit, ctx, now), due))


def _due(ctx: Context, tx: Transaction, now: datetime) -> Iterator[_DueFit]:
    held = _certified(tx)
    fits = {(fit.task, fit.model): fit for fit in calibrators.latest(tx)}
    counts = label_counts.by_model(tx, ctx.policy.tasks, now - LOOK_BACK, now)
    for key, labels in counts.items():
        if key not in held and labels >= FEWEST and _has_grown(ctx, tx, key, fits, now):
            yield _DueFit(*key, sequence=fits[key].sequence + 1 if key in fits else 1)


def _certified(tx: Transaction) -> set[ModelOfTask]:
    """Models with a certificate in force, which a new calibrator would end."""
    return {(certificate.key.task, certificate.key.model) for certificate in certificates.standing(tx)}


def _has_grown(
    ctx: Context,
    tx: Transaction,
    key: ModelOfTask,
    fits: Mapping[ModelOfTask, StoredCalibrator],
    now: datetime,
) -> bool:
    """Whether enough labels came since the last fit; a model without a fit needs no more than the fewest."""
    if key not in fits:
        return True
    task, model = key
    growth = GROWTH_WITH_PROMISE if _promises(ctx.policy.task(task)) else GROWTH
    last = fits[key]
    new = label_counts.of_model(tx, task, model, last.fitted_at, now)
    return new >= growth * int(last.report["n"])


def _promises(task: Task) -> bool:
    return any(tier.promise for tier in task.tiers)


def _refit(ctx: Context, now: datetime, due: _DueFit) -> int:
    """1 if the fit was stored: another replica may have been faster, a certificate granted meanwhile."""
    with ctx.database.read() as tx:
        labeled = model_evidence.labeled(tx, due.task, now - LOOK_BACK, now, due.model)
    task = ctx.policy.task(due.task)
    # What ranks predictions anew would end the evidence for a promise.
    fit = _fit(labeled.renamed(task.present_name).with_confidence(), keeps_order=_promises(task))
    with ctx.database.write() as tx:
        # Asked again in the transaction that stores: a new calibrator would end what was certified meanwhile.
        if (due.task, due.model) in _certified(tx) or not calibrators.add(tx, _stored(due, fit, now)):
            return 0
        subject = f"{due.task}:{due.model.name}:{due.model.version}"
        data = {"version": fit.calibrator.version, "labels": fit.n, "is_used": fit.is_used, "why": fit.why}
        audit.append_many(tx, [entry(now, "calibrator.fitted", subject, **data)])
    return 1


def _stored(due: _DueFit, fit: CalibratorFit, now: datetime) -> StoredCalibrator:
    return StoredCalibrator(
        task=due.task,
        model=due.model,
        sequence=due.sequence,
        version=fit.calibrator.version,
        calibrator=fit.calibrator.to_json(),
        report=fit.to_json(),
        is_used=fit.is_used,
        fitted_at=now,
    )


def _fit(labeled: LabelColumns, *, keeps_order: bool = False) -> CalibratorFit:
    """The calibrator that suits the labels best; from all probabilities where every prediction has them."""
    from routing.measures.calibration.recalibration import of_confidences, of_probabilities
    from routing.measures.seeds import choose_calibrator

    weights = [1 / probability for probability in labeled.inclusion_probability]
    rows = [row for row in labeled.probabilities if row is not None]
    if len(rows) < len(labeled):
        confidences = of_confidences(labeled.confidence, labeled.is_right, weights)
        return choose_calibrator(confidences, SEED, keeps_order=keeps_order)
    # Experts may have decided on labels that the model never named: to it they were impossible.
    names = (*labeled.labels, *sorted({*labeled.predicted, *labeled.decided} - {*labeled.labels}))
    unnamed = [0.0] * (len(names) - len(labeled.labels))
    places = {name: place for place, name in enumerate(names)}
    own, decided = ([places[name] for name in labels] for labels in (labeled.predicted, labeled.decided))
    table = [[*row, *unnamed] for row in rows]
    probabilities = of_probabilities(table, own, decided, weights)
    return choose_calibrator(probabilities, SEED, keeps_order=keeps_order)
