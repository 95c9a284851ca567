"""The sheet that a picture is drawn on: its panels below each other, their titles, and the PNG."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from bot.pictures.palette import INK, PAPER

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PIXELS_PER_INCH = 200
WIDTH = 6.0
LETTERS = 12


def sheet(title: str, panels: int, height: float) -> tuple[Figure, list[Axes]]:
    """A figure with so many panels of that height in inches: 1200 pixels wide for phones, on white."""
    # Not at the top: matplotlib is slow to load, and most processes never draw.
    from matplotlib.figure import Figure

    size = (WIDTH, height * panels)
    figure = Figure(figsize=size, dpi=PIXELS_PER_INCH, facecolor=PAPER, layout="constrained")
    figure.suptitle(title, fontsize=15, color=INK, fontweight="bold")
    column = list(figure.subplots(panels, squeeze=False)[:, 0])
    for axes in column:
        axes.spines[["top", "right"]].set_visible(False)
        axes.tick_params(labelsize=11)
    return figure, column


def title_axes(axes: Axes, title: str, along: str, up: str) -> None:
    """The panel's title, and what its two axes show."""
    axes.set_title(title, loc="left", fontsize=LETTERS, color=INK)
    axes.set_xlabel(along, fontsize=LETTERS, color=INK)
    axes.set_ylabel(up, fontsize=LETTERS, color=INK)


def png(figure: Figure) -> bytes:
    """The figure's picture."""
    stream = io.BytesIO()
    figure.savefig(stream, format="png")
    return stream.getvalue()
