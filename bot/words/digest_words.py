"""A digest's numbers in words: each with its n, and "too few" instead of one that means nothing."""

from datetime import timedelta

from routing.digest.digest import Change, Digest, Quantile, Share, TooFew
from routing.evidence.estimate import Estimate
from routing.evidence.reliability import CalibrationReport, ReliabilityBin

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def lead(digest: Digest) -> str:
    """The week in two sentences."""
    if digest.is_quiet:
        return "A quiet week: nothing came in, and nothing waits."
    came = counted(digest.received.now, "prediction")
    first = (
        f"{came} came in{_since(digest.received)}: the model's word was taken for "
        f"{digest.auto_accepted.now:,}, experts were asked about {digest.reviewed.now:,}."
    )
    overdue = digest.overdue.now
    late = (
        "none is overdue"
        if overdue == 0
        else f"{overdue:,} {'was or is' if overdue == 1 else 'were or are'} overdue"
    )
    decided = digest.decided.now
    return f"{first} {counted(decided, 'case')} {'was' if decided == 1 else 'were'} decided, {late}."


def unreadable_words(digest: Digest) -> tuple[str, ...]:
    """What was looked at because something was left out, one sentence for each rule and reason."""
    is_one_task = len({rule.task for rule in digest.unreadable}) == 1
    number = digest.without_confidence
    unsure = (f"{counted(number, 'prediction')} came without a confidence.",) if number else ()
    return unsure + tuple(
        f"{counted(rule.n, 'prediction')} could not be judged by rule {rule.tier}"
        f"{'' if is_one_task else f' of {rule.task}'}: {rule.why}."
        for rule in digest.unreadable
    )


def counted(number: int, noun: str) -> str:
    """A number with its noun, in the plural where it has to be."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _since(change: Change) -> str:
    return "" if change.before is None else f" ({change.before:,} the week before)"


def count(value: int | None) -> str:
    """A count, or a dash where nothing is known."""
    return "–" if value is None else f"{value:,}"


def duration(value: timedelta) -> str:
    """A duration in its two largest units."""
    if value < MINUTE:
        return f"{round(value.total_seconds())} s"
    minutes = round(value / MINUTE)
    if value < HOUR and minutes < 60:
        return f"{minutes} min"
    if value < DAY:
        return f"{minutes // 60} h {minutes % 60:02d} min"
    hours = round(value / HOUR)
    return f"{hours // 24} d {hours % 24} h"


def time_words(value: Quantile | TooFew | None) -> str:
    """A quantile of times with its n."""
    if value is None:
        return "–"
    return few(value) if isinstance(value, TooFew) else f"{duration(value.value)} (n={value.n})"


def share_words(value: Share | TooFew | None) -> str:
    """A share with its 95 % interval and n."""
    if value is None:
        return "–"
    if isinstance(value, TooFew):
        return few(value)
    return f"{value.value:.0%} ({value.low:.0%}–{value.high:.0%}, n={value.n})"


def few(value: TooFew) -> str:
    """Why a number is not given."""
    return f"too few labels yet (n={value.n}, {value.needed} needed)"


def calibration_words(report: CalibrationReport | TooFew) -> str:
    """How well confidences of reviewed cases hold, always said to be of those."""
    if isinstance(report, TooFew):
        return f"Calibration of reviewed cases: {few(report)}."
    return f"Calibration of {counted(report.n, 'reviewed case')} (not of all traffic): {_verdict(report)}"


def watched_words(report: CalibrationReport) -> str:
    """How well confidences hold over all traffic that was watched."""
    labels = counted(report.n, "label")
    return f"Calibration over all watched traffic ({labels}, weighted): {_verdict(report)}"


def _verdict(report: CalibrationReport) -> str:
    is_chance = report.ece <= report.ece_if_calibrated
    verdict = "no more than chance explains" if is_chance else "more than chance explains"
    return (
        f"ECE {report.ece:.3f}, {verdict} (a calibrated model stays under {report.ece_if_calibrated:.3f} at "
        f"this n). Brier {report.brier:.3f}."
    )


def calibration_figures(report: CalibrationReport | TooFew) -> str:
    """The two figures alone, to stand beside those of another week."""
    if isinstance(report, TooFew):
        return few(report)
    return f"ECE {report.ece:.3f}, Brier {report.brier:.3f} (n={report.n})"


def point_words(one: ReliabilityBin) -> str:
    """One point of the picture: what the model said, and how often it was right, with its interval."""
    interval = f"{one.accuracy_low:.0%}–{one.accuracy_high:.0%}"
    return f"said {one.mean_confidence:.0%}, experts agreed with {one.accuracy:.0%} ({interval}, n={one.n})"


def estimate_words(value: Estimate | None) -> str:
    """An estimated share of errors with its interval and n."""
    if value is None:
        return "no labels"
    return f"{value.value:.1%} ({value.low:.1%}–{value.high:.1%}, n={value.n:,})"
