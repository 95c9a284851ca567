"""Guarantee: the lowest threshold that keeps a promise about the error, or how much it lacks."""

from routing.evidence.estimate import Reach
from routing.evidence.promise import Certificate, NotYet, Promise
from routing.measures.certification.acceptance_regions import regions_of
from routing.measures.certification.label_needs import not_yet
from routing.measures.certification.threshold_tests import Family, Pass, families
from routing.measures.estimation.coverage_curve import Traffic


def certify(
    traffic: Traffic,
    promise: Promise,
    present: float | None = None,
    attempt: int = 1,
    reach: Reach = Reach.FUTURE,
    share: float = 1.0,
) -> Certificate | NotYet:
    """The lowest threshold that keeps the promise for what will be accepted, or what is missing for it.

    `traffic` is everything that a tier received of a model version, or a cell of it, with calibrated
    scores; `present` the threshold in force, None where everything is reviewed; `share` the part of this
    attempt's chance that is the cell's own, so that the promise holds in all of them at once if the shares
    were fixed before and add up to 1. Raises ValueError for traffic that is none or contradicts itself, and
    for a share outside (0, 1].

    *The promise*: whatever the error of the model, the chance that this attempt grants a threshold above
    which more than `promise.error` will be wrong is at most `promise.spent_by(attempt)` times `share`, so the
    chance that any attempt ever does is at most 1 − `promise.confidence`. Count every attempt that was made,
    granted or not. By default it speaks of traffic to come from the same source: watch that with
    `monitor`. With a `reach` of this period it speaks only of what was received, had it been
    accepted from the threshold on, and can go lower: never above `present`.

    *Validity*: thresholds are tested by exact tests in an order that is fixed before labels are seen. What
    was asked and is not answered counts as wrong, so end the window where the due dates have passed, or it
    will grant less than it could. Predictions that will be reviewed whatever their score do not belong here.
    A calibrator may be fitted on the same labels as long as it does not change the order of scores; a
    calibrator that does (temperature with all probabilities) has to be fitted before the window. After a
    revocation, begin the window there: this test knows nothing of change. Predictions that share a `group`
    may be wrong together.
    """
    if not 0 < share <= 1:
        raise ValueError(f"a share of the promise lies above 0 and is at most 1: {share}")
    spent = share * promise.spent_by(attempt)
    tested = families(regions_of(traffic, present), spent, present, reach)
    for family in tested:
        passed = family.passed(promise.error)
        if passed is not None:
            return _certificate(family, passed, promise, attempt, spent)
    return not_yet(tested, promise.error)


def _certificate(family: Family, passed: Pass, promise: Promise, attempt: int, spent: float) -> Certificate:
    regions, place = family.regions, passed.place
    unanswered = int(regions.unanswered[:, place].sum())
    labels = int(regions.labels[:, place].sum()) - unanswered
    return Certificate(
        threshold=float(regions.thresholds[place]),
        promise=promise,
        method=family.method,
        attempt=attempt,
        spent=spent,
        accepted=int(regions.accepted[place]),
        labels=labels,
        errors=int(regions.errors[:, place].sum()) - unanswered,
        bound=passed.bound,
        unanswered=unanswered,
        alike=family.alike(place, labels, promise.error),
    )
