"""The digest's picture: a PNG for phones that draws what there is, and nothing where nothing is."""

import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image

from bot.pictures import digest_picture
from bot.pictures.digest_picture import PANEL, draw, draw_digest
from bot.pictures.sheet import PIXELS_PER_INCH
from bot.words.calibration_words import shown_calibration
from routing.digest.day import Day
from routing.digest.model_quality import Quality
from routing.evidence.risk_coverage import CoveragePoint, RiskCoverage
from routing.measures.calibration.calibration_error import seeded_report
from tests.delivery.qualities import PAIRS, digest

PANEL_PIXELS = round(PANEL * PIXELS_PER_INCH)
MARK_PIXELS = 8
REPORT = seeded_report(PAIRS, 0)
POINTS = tuple(CoveragePoint(1 - n / 20, n / 20, n / 400, 0.0, n / 200, 9 * n) for n in range(1, 20))
CURVE = RiskCoverage("fraud, standard", 900, POINTS)
DAYS = tuple(Day(date(2026, 11, 9 + n), 20, 8, 12, 10, timedelta(hours=n)) for n in range(7))
STILL = tuple(Day(date(2026, 11, 9 + n), 0, 0, 0, 0, None) for n in range(7))


def picture(data: bytes | None) -> Image.Image:
    assert data is not None
    return Image.open(io.BytesIO(data))


@pytest.mark.parametrize(
    ("report", "curve", "days", "panels"),
    [
        (REPORT, None, (), 1),
        (None, CURVE, (), 1),
        (None, None, DAYS, 1),
        (REPORT, CURVE, STILL, 2),
        (REPORT, CURVE, DAYS, 3),
    ],
)
def test_a_panel_is_drawn_for_each_thing_there_is(report, curve, days, panels) -> None:  # type: ignore[no-untyped-def]
    with picture(draw("leads", report, curve, days)) as shown:
        assert shown.format == "PNG"
        assert shown.size == (1_200, panels * PANEL_PIXELS)
        assert shown.convert("RGB").getpixel((2, 2)) == (255, 255, 255)  # readable in dark mode


def test_nothing_is_drawn_where_there_is_nothing() -> None:
    assert draw("leads", None, None, STILL) is None
    assert draw("leads", None, replace(CURVE, points=()), ()) is None


def test_thresholds_without_a_point_and_days_without_a_decision_are_drawn_without() -> None:
    marked = replace(CURVE, current=0.999, promised=0.5, target=0.03)
    quick = (Day(date(2026, 11, 9), 1, 0, 1, 1, timedelta(0)), *STILL[1:])
    with picture(draw("leads", None, marked, quick)) as shown:
        assert shown.size == (1_200, 2 * PANEL_PIXELS)


def test_of_all_watched_traffic_if_there_are_labels_enough_else_of_reviewed_cases() -> None:
    week = digest()
    assert week.quality is not None
    assert shown_calibration(week) == (week.quality.calibration, "of all that came in")
    few = replace(week, quality=replace(week.quality, calibration=seeded_report(PAIRS[:19], 0)))
    assert shown_calibration(few) == (week.calibration, "of what was looked at")


def test_a_digest_is_drawn_whole() -> None:
    with picture(draw_digest("leads", digest())) as shown:
        assert shown.size == (1_200, 3 * PANEL_PIXELS)
    with picture(draw_digest("leads", replace(digest(of=Quality()), quality=None))) as shown:
        assert shown.size == (1_200, PANEL_PIXELS)


def drawn_places(axes: Axes) -> Iterator[tuple[float, float]]:
    """Every point of a line or band that has a place on both scales, in pixels."""
    for line in axes.lines:
        if line.get_transform() == axes.transData:  # a line across all of the axes has a place on one only
            yield from axes.transData.transform(line.get_xydata())
    for band in axes.collections:
        for path in band.get_paths():
            yield from band.get_transform().transform(path.vertices)
    for bar in axes.patches:
        yield from bar.get_window_extent().corners()


@pytest.fixture
def figures(monkeypatch: pytest.MonkeyPatch) -> list[Figure]:
    """What is drawn from now on."""
    drawn: list[Figure] = []

    def keep(figure: Figure) -> bytes:
        drawn.append(figure)
        return b""

    monkeypatch.setattr(digest_picture, "png", keep)
    return drawn


def test_nothing_is_drawn_outside_its_axes(figures: list[Figure]) -> None:
    wide = tuple(replace(point, low=0.0, high=1.0 if n < 3 else 0.2) for n, point in enumerate(POINTS))
    for target in (0.001, 0.4):
        draw("leads", REPORT, replace(CURVE, points=wide, current=0.95, promised=0.3, target=target), DAYS)
    for figure in figures:
        figure.draw_without_rendering()
    for axes in (axes for figure in figures for axes in figure.axes):
        box = axes.get_window_extent().padded(2)
        assert [place for place in drawn_places(axes) if not box.contains(*place)] == []
        assert axes.get_ylim()[1] > 0
    assert figures[1].axes[1].get_ylim()[1] > 40


def test_the_legend_covers_no_share(figures: list[Figure]) -> None:
    draw("leads", REPORT, None, ())

    (axes,) = figures[0].axes
    figures[0].draw_without_rendering()
    legend = axes.get_legend()
    assert legend is not None
    highest_point = axes.transData.transform((0, 1))[1] + MARK_PIXELS
    assert legend.get_window_extent().y0 > highest_point


def test_a_curve_that_rests_on_few_labels_is_not_drawn() -> None:
    few = tuple(replace(point, labels=19) for point in POINTS)
    assert draw("leads", None, replace(CURVE, points=few), ()) is None
