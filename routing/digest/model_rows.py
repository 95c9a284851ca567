"""What a lead reads about a team's models, number by number."""

from collections.abc import Iterator
from datetime import timedelta

from routing.digest.day import Day
from routing.digest.label_rows import label_rows
from routing.digest.model_quality import About, ErrorRow, ModelFit, Quality, TaskConfusion, ThresholdRow
from routing.digest.row import Cell, DigestRow, measured_rows
from routing.evidence.alarm import Alarm
from routing.evidence.error_patterns import SliceFinding, Theme
from routing.evidence.error_watch import ErrorWatch
from routing.evidence.estimate import Estimate, Reach, TrafficEstimate
from routing.evidence.harm_rates import HarmRate
from routing.evidence.marked_cases import MarkedCases
from routing.evidence.promise import Certificate, NotYet
from routing.evidence.reliability import CalibrationReport
from routing.evidence.risk_coverage import RiskCoverage
from routing.label import Mark

SCORES = (
    "ece",
    "ece_equal_mass",
    "ece_if_calibrated",
    "ece_debiased",
    "brier",
    "log_loss",
    "miscalibration",
    "discrimination",
    "uncertainty",
)
COUNTS = ("received", "asked", "labeled", "unanswered", "unwatched")
ESTIMATES = {"period": "error", "future": "error", "naive": "naive_error"}


def quality_rows(quality: Quality) -> Iterator[DigestRow]:
    """Every number of it, in reading order."""
    yield from _error_rows(quality)
    for threshold in quality.thresholds:
        yield from _threshold(threshold)
    if quality.calibration is not None:
        yield from calibration_rows("all watched traffic", quality.calibration, Reach.WATCHED, None)
    for fit in quality.fits:
        yield from _fit(fit)
    if quality.curve is not None:
        yield from _curve(quality.curve)
    for day in quality.days:
        yield from _day(day)
    yield from _findings(quality)


def _error_rows(quality: Quality) -> Iterator[DigestRow]:
    yield from label_rows(quality)
    if quality.target is not None:
        yield DigestRow("target", "all", "error", quality.target)
    lately = quality.lately
    four_weeks = () if lately is None else (ErrorRow(About.ACCEPTED, lately.name, lately),)
    for error in (*quality.errors, *four_weeks):
        yield from _errors(error)
    for watch in quality.watches:
        yield from _watch(watch)


def calibration_rows(
    name: str, report: CalibrationReport, reach: Reach, before: CalibrationReport | None
) -> Iterator[DigestRow]:
    """The scores of the report, and the accuracy and mean confidence of every bin."""
    for score in SCORES:
        was = getattr(before, score) if before else None
        yield DigestRow(
            "calibration", name, score, getattr(report, score), n=report.n, reach=reach, before=was
        )
    for band in report.bins:
        bounds = f"{name}, confidence {band.low:g} to {band.high:g}"
        low, high = band.accuracy_low, band.accuracy_high
        yield DigestRow("reliability", bounds, "accuracy", band.accuracy, low, high, band.n, reach)
        yield DigestRow("reliability", bounds, "mean_confidence", band.mean_confidence, n=band.n, reach=reach)


def _errors(row: ErrorRow) -> Iterator[DigestRow]:
    section, name = f"error of {row.about}", row.name
    for kind, measure in ESTIMATES.items():
        estimate: Estimate | None = getattr(row.now, kind)
        was = _value(getattr(row.before, kind)) if row.before else None
        if estimate is not None:
            low, high, n, reach = estimate.low, estimate.high, estimate.n, estimate.reach
            yield DigestRow(section, name, measure, estimate.value, low, high, n, reach, was)
    bounds = row.now.bounds
    reach = Reach.PERIOD
    yield DigestRow(section, name, "error_bounds", None, bounds.low, bounds.high, row.now.labeled, reach)
    yield from _counts(section, name, row.now, row.before)


def _value(estimate: Estimate | None) -> float | None:
    return estimate.value if estimate else None


def _counts(
    section: str, name: str, now: TrafficEstimate, before: TrafficEstimate | None
) -> Iterator[DigestRow]:
    for count in COUNTS:
        was = getattr(before, count) if before else None
        yield DigestRow(section, name, count, getattr(now, count), before=was)


def _watch(watch: ErrorWatch) -> Iterator[DigestRow]:
    """The error of the period, and whether the labels of all weeks say that it is above the target."""
    place = f"{watch.tier}, {watch.model.name}" if watch.tier else watch.model.name
    name = f"{watch.task}, {place} {watch.model.version}"
    values = {
        "is_above": "yes" if watch.is_above else "no",
        "target": watch.target,
        "e_value": watch.e_value,
        "delta": watch.delta,
        "received": watch.received,
        "errors": watch.errors,
        "error": watch.error,
    }
    yield from measured_rows("error against the target", name, values, watch.labeled)


def _threshold(row: ThresholdRow) -> Iterator[DigestRow]:
    promise, result = row.promise, row.found
    values = {
        "state": row.state,
        "in_force": row.in_force,
        "proposal": row.proposal,
        "gain": row.gain,
        "received": row.received or None,
        "promised_error": promise.error if promise else None,
        "promised_confidence": promise.confidence if promise else None,
        "truth": row.truth,
        "labels_needed": result.needed if isinstance(result, NotYet) else None,
        "opinions_needed": (result.opinions or None) if isinstance(result, NotYet) else None,
        "labels_alike": result.alike if isinstance(result, Certificate) else None,
    }
    name = f"{row.task}, {row.place}, {row.model.name} {row.model.version}"
    yield from measured_rows("threshold", name, values)
    if isinstance(result, Certificate):
        yield DigestRow("threshold", name, "error_bound", result.bound, n=result.labels)


def _fit(row: ModelFit) -> Iterator[DigestRow]:
    fit, section = row.fit, "recalibration"
    name = f"{row.task}, {row.model.name} {row.model.version}"
    yield DigestRow(section, name, "log_loss", fit.log_loss_after, n=fit.n, before=fit.log_loss_before)
    yield DigestRow(section, name, "ece", fit.ece_after, n=fit.n, before=fit.ece_before)
    yield DigestRow(section, name, "ece_if_calibrated", fit.ece_if_calibrated, n=fit.n)
    yield DigestRow(section, name, "is_used", "yes" if fit.is_used else "no", n=fit.n)


def _curve(curve: RiskCoverage) -> Iterator[DigestRow]:
    for point in curve.points:
        name = f"{curve.name}, from {point.threshold:g} on"
        yield DigestRow("risk-coverage", name, "coverage", point.coverage, n=curve.received)
        yield DigestRow("risk-coverage", name, "error", point.error, point.low, point.high, point.labels)


def _day(day: Day) -> Iterator[DigestRow]:
    values: dict[str, Cell] = {
        "received": day.received,
        "auto_accepted": day.auto_accepted,
        "reviewed": day.reviewed,
        "decided": day.decided,
        "median_seconds": _seconds(day.median_time),
    }
    yield from measured_rows("day", day.date.isoformat(), values)


def _seconds(duration: timedelta | None) -> float | None:
    return duration.total_seconds() if duration is not None else None


def _findings(quality: Quality) -> Iterator[DigestRow]:
    for alarm in quality.alarms:
        yield from _alarm(alarm)
    for finding in quality.slices:
        yield from _slice(finding)
    yield from _marked(quality.marked)
    for harm in quality.harms:
        yield from _harm(harm)
    for confusion in quality.confusions:
        yield from _confusion(confusion)
    for theme in quality.themes:
        yield from _theme(theme)
    for contradiction in quality.contradictions:
        name = f"{contradiction.first.case_id} and {contradiction.second.case_id}"
        yield DigestRow("contradiction", name, "similarity", contradiction.similarity)


def _alarm(alarm: Alarm) -> Iterator[DigestRow]:
    about = " ".join(part for part in (alarm.kind.value, alarm.subject, alarm.slice) if part)
    name, n = f"{alarm.task}, {about}", alarm.n_window
    yield DigestRow("alarm", name, f"effect in {alarm.unit}", alarm.effect, n=n)
    yield DigestRow("alarm", name, "p_value", alarm.adjusted_p_value, n=n)
    yield DigestRow("alarm", name, "sentence", alarm.sentence, n=n)


def _slice(row: SliceFinding) -> Iterator[DigestRow]:
    name = f"{row.key}={row.value}"
    yield DigestRow(
        "worse slice", name, "error", row.error, row.error_low, row.error_high, row.n, Reach.WATCHED
    )
    values = {
        "raw_error": row.raw_error,
        "error_elsewhere": row.error_elsewhere,
        "error_of_like": row.error_of_like,
        "p_value": row.adjusted_p_value,
    }
    yield from measured_rows("worse slice", name, values, row.n)


def _marked(marked: MarkedCases) -> Iterator[DigestRow]:
    counts = {Mark.GUIDELINE_GAP: marked.gaps, Mark.BOTH_DEFENSIBLE: marked.both}
    for mark, count in counts.items():
        if count:
            yield DigestRow("marked disagreements", mark.value, "cases", count)
    for case in marked.newest:
        yield DigestRow("marked disagreement", case.case_id, "mark", case.mark.value)


def _harm(row: HarmRate) -> Iterator[DigestRow]:
    name, section = f"{row.task}: {row.label}, {row.key}={row.value}", "harmful label"
    yield DigestRow(section, name, row.kind.value, row.rate, row.low, row.high, row.n, Reach.WATCHED)
    figures = {"elsewhere": row.elsewhere, "p_value": row.adjusted_p_value}
    yield from measured_rows(section, f"{name}, {row.kind.value}", figures, row.n)


def _confusion(row: TaskConfusion) -> Iterator[DigestRow]:
    pair, reach = row.pair, Reach.WATCHED
    name = f"{row.task}: {pair.predicted} -> {pair.decided}"
    yield DigestRow("confusion", name, "share", pair.share, pair.share_low, pair.share_high, pair.n, reach)
    yield DigestRow("confusion", name, "share_of_errors", pair.share_of_errors, n=pair.n, reach=reach)
    yield DigestRow("confusion", name, "predictions", pair.weight, n=pair.n, reach=reach)


def _theme(theme: Theme) -> Iterator[DigestRow]:
    yield DigestRow("theme", theme.name, "share", theme.share, n=theme.n)
    yield DigestRow("theme", theme.name, "stability", theme.stability, n=theme.n)
