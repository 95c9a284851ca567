"""Draws what a plan would do: loss against expert time, and the cases of each channel before and after."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.pictures.palette import BLUE, GREEN, INK, ORANGE, PAPER
from bot.words.numbers import UNLABELED
from routing.evidence.plan import Budget, Outcome, Replay

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PIXELS_PER_INCH = 200
LETTERS = 12
MINUTES = 60
BAR = 0.4


def draw_budget(budget: Budget, title: str) -> bytes:
    """A PNG, 1200 pixels wide: the least expected loss for every number of expert hours in a week."""
    figure, (axes,) = _figure(1, title)
    axes.plot(
        [point.minutes / MINUTES for point in budget.points],
        [point.loss for point in budget.points],
        color=BLUE,
        label="least expected loss",
    )
    axes.plot(
        budget.now.minutes / MINUTES,
        budget.now.loss,
        "s",
        color=ORANGE,
        markersize=11,
        label=f"the policy now: {budget.now.minutes / MINUTES:.1f} h",
    )
    axes.plot(
        budget.spent / MINUTES,
        budget.loss,
        "*",
        color=GREEN,
        markersize=16,
        label=f"proposed: {budget.spent / MINUTES:.1f} h",
    )
    axes.set_ylim(bottom=0)
    _say(axes, "What expert time buys", "hours of experts in a week", "expected loss in a week")
    axes.legend(frameon=False, fontsize=11, loc="upper right")
    return _png(figure)


def draw_replay(replay: Replay, title: str) -> bytes:
    """A PNG, 1200 pixels wide: cases by channel and the error of the accepted part, before and after."""
    figure, (cases, errors) = _figure(2, title)
    _cases(cases, replay)
    _errors(errors, (replay.before, replay.after))
    return _png(figure)


def _cases(axes: Axes, replay: Replay) -> None:
    before, after = (
        {load.channel: load.cases for load in side.channels} for side in (replay.before, replay.after)
    )
    names = sorted({*before, *after})
    for shift, sizes, color, hatch, words in (
        (-BAR / 2, before, ORANGE, "", "as it was"),
        (BAR / 2, after, BLUE, "//", "as it would have been"),
    ):
        axes.bar(
            [place + shift for place in range(len(names))],
            [sizes.get(name, 0) for name in names],
            BAR,
            color=color,
            hatch=hatch,
            edgecolor=PAPER,
            label=words,
        )
    axes.set_xticks(range(len(names)), [f"#{name}" for name in names])
    axes.set_ylim(0, 1.35 * max([1, *before.values(), *after.values()]))
    _say(axes, f"Cases for experts (of {replay.received} predictions)", "", "cases")
    axes.legend(frameon=False, fontsize=11, loc="upper left")


def _errors(axes: Axes, sides: Sequence[Outcome]) -> None:
    """A point with its interval for each side; nothing where nothing is known."""
    for place, (side, mark, color) in enumerate(zip(sides, "so", (ORANGE, BLUE), strict=True)):
        known = side.error.period
        if known is None:
            axes.text(place, 0, UNLABELED, ha="center", fontsize=11, color=INK)
            continue
        reach = [[100 * (known.value - known.low)], [100 * (known.high - known.value)]]
        axes.errorbar(
            [place], [100 * known.value], yerr=reach, fmt=mark, color=color, capsize=6, markersize=9
        )
        axes.annotate(
            f"{known.value:.1%} (n={known.n})",
            (place, 100 * known.value),
            xytext=(12, 0),
            textcoords="offset points",
            fontsize=11,
            color=INK,
        )
    axes.set_xticks([0, 1], ["as it was", "as it would have been"])
    axes.set_xlim(-0.5, 1.7)
    axes.set_ylim(bottom=0)
    _say(axes, "Errors among what is accepted, with 95 % intervals", "", "% wrong")


def _figure(panels: int, title: str) -> tuple[Figure, list[Axes]]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 4.4 * panels), dpi=PIXELS_PER_INCH, facecolor=PAPER, layout="constrained")
    figure.suptitle(title, fontsize=15, color=INK, fontweight="bold")
    drawn = list(figure.subplots(panels, squeeze=False)[:, 0])
    for axes in drawn:
        axes.spines[["top", "right"]].set_visible(False)
        axes.tick_params(labelsize=11)
    return figure, drawn


def _say(axes: Axes, title: str, along: str, up: str) -> None:
    axes.set_title(title, loc="left", fontsize=LETTERS, color=INK)
    axes.set_xlabel(along, fontsize=LETTERS, color=INK)
    axes.set_ylabel(up, fontsize=LETTERS, color=INK)


def _png(figure: Figure) -> bytes:
    stream = io.BytesIO()
    figure.savefig(stream, format="png")
    return stream.getvalue()
