"""How sure models are and how right, in words: whose calibration is shown, and what it comes to."""

from bot.words.numbers import counted, share
from routing.digest.digest import MIN_LABELS, Digest, TooFew
from routing.evidence.reliability import CalibrationReport, ReliabilityBin


def shown_calibration(digest: Digest) -> tuple[CalibrationReport | None, str]:
    """The calibration that is shown, and of whom it speaks: of all watched traffic where it can."""
    watched = digest.quality.calibration if digest.quality else None
    if watched is not None and watched.n >= MIN_LABELS:
        return watched, "of all that came in"
    reviewed = None if isinstance(digest.calibration, TooFew) else digest.calibration
    return reviewed, "of what was looked at"


def calibration_words(digest: Digest) -> str:
    """Over all watched traffic where that was measured, else of reviewed cases beside the week before."""
    report, _ = shown_calibration(digest)
    if report is not None and digest.quality is not None and report is digest.quality.calibration:
        labels = counted(report.n, "label")
        return f"Calibration over all watched traffic ({labels}, weighted): {_verdict(report)}"
    words = _reviewed(digest.calibration)
    if digest.calibration_before is None:
        return words
    return f"{words} The week before: {_figures(digest.calibration_before)}."


def _reviewed(report: CalibrationReport | TooFew) -> str:
    if isinstance(report, TooFew):
        return f"Calibration of reviewed cases: {few(report)}."
    return f"Calibration of {counted(report.n, 'reviewed case')} (not of all traffic): {_verdict(report)}"


def _verdict(report: CalibrationReport) -> str:
    is_chance = report.ece <= report.ece_if_calibrated
    verdict = "no more than chance explains" if is_chance else "more than chance explains"
    return (
        f"ECE {report.ece:.3f}, {verdict} (a calibrated model stays under {report.ece_if_calibrated:.3f} at "
        f"this n). Brier {report.brier:.3f}."
    )


def _figures(report: CalibrationReport | TooFew) -> str:
    """The two figures alone, to stand beside those of another week."""
    if isinstance(report, TooFew):
        return few(report)
    return f"ECE {report.ece:.3f}, Brier {report.brier:.3f} (n={report.n:,})"


def few(value: TooFew) -> str:
    """Why there is no number."""
    return f"too few labels yet (n={value.n}, {value.needed} needed)"


def point_words(point: ReliabilityBin) -> str:
    """A point of the picture: how sure the model was, and how often it was right, with its interval."""
    right = share(point.accuracy, point.accuracy_low, point.accuracy_high, point.n, digits=0)
    return f"said {point.mean_confidence:.0%}, experts agreed with {right}"
