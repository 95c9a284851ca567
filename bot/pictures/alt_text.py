"""What the digest's picture shows, in words: for those who cannot see it."""

from collections.abc import Iterator, Sequence

from bot.words.calibration_words import point_words, shown_calibration
from bot.words.numbers import duration
from routing.digest.day import Day
from routing.digest.digest import Digest
from routing.evidence.estimate import between
from routing.evidence.risk_coverage import CoveragePoint, RiskCoverage

POINTS = 5


def picture_words(digest: Digest) -> str:
    """All of the picture; empty where there is none."""
    return " ".join(_sentences(digest))


def _sentences(digest: Digest) -> Iterator[str]:
    report, whose = shown_calibration(digest)
    if report is not None:
        points = "; ".join(point_words(row) for row in report.bins)
        yield f"Is it as right as it is sure, {whose} ({report.n:,} answers): {points}."
    quality = digest.quality
    if quality is not None and quality.curve is not None and quality.curve.is_telling:
        yield from _risk(quality.curve)
    if quality is not None and any(day.received or day.decided for day in quality.days):
        days = "; ".join(_day(day) for day in quality.days)
        yield f"By day: looked at, went through by themselves, usual time to a decision: {days}."


def _risk(curve: RiskCoverage) -> Iterator[str]:
    points = "; ".join(_point(point) for point in _spread(curve.points))
    yield f"What letting more through would cost ({curve.name}): {points}."
    for words, threshold in (("Threshold now", curve.current), ("Shown to keep the limit", curve.promised)):
        point = curve.at(threshold) if threshold is not None else None
        if point is not None:
            yield f"{words} {threshold:.2f}: {_point(point)}."
    if curve.target is not None:
        yield f"Allowed: {curve.target:.1%} wrong."


def _spread(points: Sequence[CoveragePoint]) -> list[CoveragePoint]:
    """A few points from strict to loose, both ends among them."""
    last = len(points) - 1
    return [
        points[number] for number in sorted({round(last * step / (POINTS - 1)) for step in range(POINTS)})
    ]


def _point(point: CoveragePoint) -> str:
    return (
        f"{point.coverage:.0%} go through, {point.error:.1%} of it wrong ({between(point.low, point.high)})"
    )


def _day(day: Day) -> str:
    time = duration(day.median_time) if day.median_time is not None else "none"
    return f"{day.date:%a} {day.date.day}: {day.reviewed:,}, {day.auto_accepted:,}, {time}"
