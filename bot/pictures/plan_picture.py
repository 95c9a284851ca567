"""Draws what a plan would do: loss against expert time, and the cases of each channel before and after."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.pictures.palette import BLUE, GREEN, INK, ORANGE, PAPER
from bot.pictures.sheet import png, sheet, title_axes
from bot.words.numbers import UNLABELED
from bot.words.plan_words import baseline_words
from routing.evidence.plan import Budget, Outcome, Replay, Replayed

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PANEL = 4.4
MINUTES = 60
BAR = 0.4
BAND = 0.15


def draw_budget(budget: Budget, title: str) -> bytes:
    """A PNG, 1200 pixels wide: the least expected loss for every number of expert hours in a week."""
    figure, (axes,) = sheet(title, 1, PANEL)
    hours = [point.minutes / MINUTES for point in budget.points]
    low, high = [point.low for point in budget.points], [point.high for point in budget.points]
    axes.fill_between(hours, low, high, color=BLUE, alpha=BAND, linewidth=0, label="where it may lie (95 %)")
    axes.plot(
        hours,
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
    title_axes(axes, "What expert time buys", "hours of experts in a week", "expected loss in a week")
    axes.legend(frameon=False, fontsize=11, loc="upper right")
    return png(figure)


def draw_replay(replayed: Replayed, title: str) -> bytes:
    """A PNG, 1200 pixels wide: cases by channel, and what goes through wrong, before and after."""
    figure, (cases, errors) = sheet(title, 2, PANEL)
    sides = baseline_words(replayed), "as it would have been"
    _cases(cases, replayed.replay, sides)
    _errors(errors, (replayed.replay.before, replayed.replay.after), sides)
    return png(figure)


def _cases(axes: Axes, replay: Replay, names_of_sides: tuple[str, str]) -> None:
    before, after = (
        {load.channel: load.cases for load in side.channels} for side in (replay.before, replay.after)
    )
    names = sorted({*before, *after})
    for shift, sizes, color, hatch, words in (
        (-BAR / 2, before, ORANGE, "", names_of_sides[0]),
        (BAR / 2, after, BLUE, "//", names_of_sides[1]),
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
    title_axes(axes, f"Cases for experts (of {replay.received} predictions)", "", "cases")
    axes.legend(frameon=False, fontsize=11, loc="upper left")


def _errors(axes: Axes, sides: Sequence[Outcome], names_of_sides: tuple[str, str]) -> None:
    """A point with its interval for each side; nothing where no labels tell."""
    for place, (side, mark, color) in enumerate(zip(sides, "so", (ORANGE, BLUE), strict=True)):
        error = side.error.period
        if error is None:
            axes.text(place, 0, UNLABELED, ha="center", fontsize=11, color=INK)
            continue
        reach = [[100 * (error.value - error.low)], [100 * (error.high - error.value)]]
        axes.errorbar(
            [place], [100 * error.value], yerr=reach, fmt=mark, color=color, capsize=6, markersize=9
        )
        axes.annotate(
            f"{error.value:.1%} (n={error.n})",
            (place, 100 * error.value),
            xytext=(12, 0),
            textcoords="offset points",
            fontsize=11,
            color=INK,
        )
    axes.set_xticks([0, 1], names_of_sides)
    axes.set_xlim(-0.5, 1.7)
    axes.set_ylim(bottom=0)
    title_axes(axes, "Wrong among what goes through", "", "% wrong")
