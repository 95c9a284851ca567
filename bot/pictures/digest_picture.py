"""Draws the digest's picture: confidence against truth, risk against coverage, work and time by day."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from bot.pictures.palette import BLUE, FAINT, GREEN, INK, ORANGE
from bot.pictures.sheet import LETTERS, png, sheet, title_axes
from bot.words.calibration_words import shown_calibration
from routing.digest.day import Day
from routing.digest.digest import Digest
from routing.evidence.reliability import CalibrationReport
from routing.evidence.risk_coverage import RiskCoverage

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PANEL = 3.1
HOUR_SECONDS = 3600


def draw_digest(title: str, digest: Digest) -> bytes | None:
    """The digest's picture as a PNG; None where there is nothing to show."""
    calibration, whose = shown_calibration(digest)
    quality = digest.quality
    return draw(
        title, calibration, quality.curve if quality else None, quality.days if quality else (), whose
    )


def draw(
    title: str,
    calibration: CalibrationReport | None,
    curve: RiskCoverage | None,
    days: Sequence[Day],
    whose: str = "of what was looked at",
) -> bytes | None:
    """A PNG, 1200 pixels wide for phones, on white for dark mode too; None where there is nothing to show."""
    panels: list[Callable[[Axes], None]] = []
    if calibration is not None:
        panels.append(partial(_reliability, report=calibration, whose=whose))
    if curve is not None and curve.is_telling:
        panels.append(partial(_risk, curve=curve))
    if any(day.received or day.decided for day in days):
        panels.append(partial(_work, days=days))
    if not panels:
        return None
    figure, column = sheet(title, len(panels), PANEL)
    for axes, panel in zip(column, panels, strict=True):
        panel(axes)
    return png(figure)


def _reliability(axes: Axes, report: CalibrationReport, whose: str) -> None:
    """Points on the line: the model is as often right as it says."""
    axes.plot([0, 1], [0, 1], color=INK, linewidth=1, linestyle="--", label="as sure as it is right")
    shown = report.bins
    axes.errorbar(
        [row.mean_confidence for row in shown],
        [row.accuracy for row in shown],
        yerr=[
            [row.accuracy - row.accuracy_low for row in shown],
            [row.accuracy_high - row.accuracy for row in shown],
        ],
        fmt="o",
        color=BLUE,
        capsize=4,
        label="this model, with 95 % intervals",
    )
    # No share is above 1: the room there is for the legend.
    axes.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.5), yticks=[0, 0.2, 0.4, 0.6, 0.8, 1])
    title_axes(
        axes,
        f"Is it as right as it is sure? ({report.n:,} answers, {whose})",
        "how sure it is",
        "share that was right",
    )
    axes.legend(frameon=False, fontsize=11, loc="upper left")


def _risk(axes: Axes, curve: RiskCoverage) -> None:
    """How the error of the accepted part grows with how much is accepted."""
    # The strictest quarter rests on few labels: its wide intervals would flatten all the others.
    points = curve.points[len(curve.points) // 4 :]
    coverage = [100 * point.coverage for point in points]
    axes.fill_between(
        coverage,
        [100 * point.low for point in points],
        [100 * point.high for point in points],
        color=BLUE,
        alpha=0.18,
        linewidth=0,
        label="95 % interval",
    )
    axes.plot(coverage, [100 * point.error for point in points], color=BLUE, label="error, estimated")
    highest = [100 * point.high for point in points]
    if curve.target is not None:
        highest.append(100 * curve.target)
        axes.axhline(100 * curve.target, color=ORANGE, linestyle=":", linewidth=2, label="allowed error")
    for threshold, mark, words in (
        (curve.current, "s", "threshold now"),
        (curve.promised, "*", "shown to keep the limit"),
    ):
        point = curve.at(threshold) if threshold is not None else None
        if point is not None:
            legend = f"{words}: {threshold:.2f}"
            color = ORANGE if mark == "s" else GREEN
            place = 100 * point.coverage, 100 * point.error
            highest.append(place[1])
            axes.plot(*place, mark, color=color, markersize=13, label=legend, linestyle="none")
    # Room above for the legend, which would hide what it names.
    axes.set(xlim=(0, 101), ylim=(0, 1.5 * max(0.7, *highest)))
    axes.set_yticks([tick for tick in axes.get_yticks() if tick <= 100])
    title_axes(
        axes,
        f"What letting more through would cost ({curve.name})",
        "% of all that goes through",
        "% of it wrong",
    )
    axes.legend(frameon=False, fontsize=11, loc="upper left")


def _work(axes: Axes, days: Sequence[Day]) -> None:
    """Columns of what came in, a line of how long decisions took."""
    places = range(len(days))
    reviewed = [day.reviewed for day in days]
    axes.bar(places, reviewed, color=BLUE, label="looked at")
    axes.bar(
        places,
        [day.auto_accepted for day in days],
        bottom=reviewed,
        color=FAINT,
        hatch="//",
        edgecolor=INK,
        linewidth=0.5,
        label="went through by themselves",
    )
    axes.set_xticks(list(places), [f"{day.date:%a}\n{day.date.day}." for day in days])
    title_axes(axes, "What came in, and how long decisions took", "", "predictions a day")
    axes.set_ylim(0, 1.6 * max(1, *(day.reviewed + day.auto_accepted for day in days)))
    times = axes.twinx()
    _times(times, days)
    lines = [part for row in (axes, times) for part in row.get_legend_handles_labels()[0]]
    axes.legend(handles=lines, frameon=False, fontsize=11, loc="upper left")


def _times(times: Axes, days: Sequence[Day]) -> None:
    hours = [day.median_time.total_seconds() / HOUR_SECONDS if day.median_time else None for day in days]
    timed = [(place, value) for place, value in enumerate(hours) if value is not None]
    times.plot(
        [place for place, _ in timed],
        [value for _, value in timed],
        "D-",
        color=ORANGE,
        label="median hours to a decision",
    )
    # `or`: decisions that all took no time would leave an axis from 0 to 0.
    times.set_ylim(bottom=0, top=1.6 * max([value for _, value in timed], default=1.0) or 1.0)
    times.set_ylabel("hours", fontsize=LETTERS, color=INK)
    times.spines["top"].set_visible(False)
