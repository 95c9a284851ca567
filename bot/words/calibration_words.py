"""How sure models are and how right, in words: whose calibration is shown, and what it comes to."""

from bot.words.numbers import counted, share
from routing.digest.digest import MIN_LABELS, Digest, TooFew
from routing.evidence.reliability import CalibrationReport, ReliabilityBin


def shown_calibration(digest: Digest) -> tuple[CalibrationReport | None, str]:
    """The calibration that is shown, and of whom it speaks: of all that came in where it can."""
    watched = digest.quality.calibration if digest.quality else None
    if watched is not None and watched.n >= MIN_LABELS:
        return watched, "of all that came in"
    reviewed = None if isinstance(digest.calibration, TooFew) else digest.calibration
    return reviewed, "of what was looked at"


def calibration_words(digest: Digest) -> str:
    """Of all that came in where that was measured, else of what was looked at beside the week before."""
    report, _ = shown_calibration(digest)
    if report is not None and digest.quality is not None and report is digest.quality.calibration:
        return f"How sure the model is and how often it is right, of all that came in: {_verdict(report)}"
    words = _reviewed(digest.calibration)
    if digest.calibration_before is None:
        return words
    return f"{words} The week before: {_figures(digest.calibration_before)}."


def _reviewed(report: CalibrationReport | TooFew) -> str:
    if isinstance(report, TooFew):
        return f"How sure the model is and how often it is right, of what was looked at: {few(report)}."
    return f"How sure the model is and how often it is right, of what was looked at only: {_verdict(report)}"


def _verdict(report: CalibrationReport) -> str:
    is_chance = report.ece <= report.ece_if_calibrated
    verdict = "no more than chance explains" if is_chance else "more than chance explains"
    return (
        f"ECE {report.ece:.3f}, {verdict} (a model that is right as often as it says stays under "
        f"{report.ece_if_calibrated:.3f}). Brier {report.brier:.3f} ({counted(report.n, 'answer')})."
    )


def _figures(report: CalibrationReport | TooFew) -> str:
    """The two figures alone, to stand beside those of another week."""
    if isinstance(report, TooFew):
        return few(report)
    return f"ECE {report.ece:.3f}, Brier {report.brier:.3f} (n={report.n:,})"


def few(value: TooFew) -> str:
    """Why there is no number."""
    return f"too few answers yet ({value.n:,} of {value.needed:,})"


def point_words(point: ReliabilityBin) -> str:
    """A point of the picture: how sure the model was, and how often it was right, with its interval."""
    if point.n < MIN_LABELS:
        return f"said {point.mean_confidence:.0%}: {round(point.accuracy * point.n)} of {point.n} were right"
    right = share(point.accuracy, point.accuracy_low, point.accuracy_high, point.n, digits=0)
    return f"said {point.mean_confidence:.0%}: experts agreed with {right}"
