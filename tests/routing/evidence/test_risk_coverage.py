"""Risk against coverage: what each threshold would accept, and how much of that is wrong."""

import numpy as np
import pytest

from routing.evidence.risk_coverage import CoveragePoint, RiskCoverage
from routing.measures.estimation.coverage_curve import Traffic, risk_coverage


def traffic(rng: np.random.Generator, n: int = 4_000, audit: float = 0.1) -> tuple[Traffic, np.ndarray]:
    """Scores that are true probabilities; accepted from 0.8 on, audited there, reviewed below."""
    score = rng.beta(5, 1, n)
    is_error = rng.random(n) >= score
    probability = np.where(score >= 0.8, audit, 1.0)
    is_asked = rng.random(n) < probability
    return Traffic.of(score, probability, is_asked, is_asked, is_error & is_asked), is_error


def test_accepting_more_costs_more_errors() -> None:
    known, _ = traffic(np.random.default_rng(1))
    points = risk_coverage(known, 8)
    assert [point.coverage for point in points] == sorted(point.coverage for point in points)
    assert points[-1].coverage == 1.0
    assert points[-1].error > 3 * points[len(points) // 4].error


def test_the_intervals_hold_the_truth_that_labels_did_not_show() -> None:
    covered = 0
    for seed in range(40):
        known, is_error = traffic(np.random.default_rng(seed))
        loosest = risk_coverage(known, 2)[-1]
        covered += loosest.low <= is_error.mean() <= loosest.high
    assert covered >= 36


def test_a_census_is_known_exactly() -> None:
    rng = np.random.default_rng(2)
    known, is_error = traffic(rng, 500, audit=1.0)
    loosest = risk_coverage(known, 2)[-1]
    assert (loosest.error, loosest.low, loosest.high) == pytest.approx((is_error.mean(),) * 3)


def test_thresholds_with_few_labels_are_left_out() -> None:
    known = Traffic.of(
        [0.9] * 50 + [0.5] * 50, [0.1] * 50 + [1.0] * 50, [0] * 50 + [1] * 50, [0] * 50 + [1] * 50, [0] * 100
    )
    points = risk_coverage(known, 8)
    assert [point.threshold for point in points] == [0.5]


def test_the_threshold_in_force_has_its_point_from_the_first_label_on() -> None:
    audits = [1] * 3 + [0] * 47
    known = Traffic.of(
        [0.9] * 50 + [0.5] * 50, [0.1] * 50 + [1.0] * 50, audits + [1] * 50, audits + [1] * 50, [0] * 100
    )
    points = risk_coverage(known, marked=[0.85])
    assert [(point.threshold, point.labels) for point in points] == [(0.85, 3), (0.5, 53)]


def test_nothing_received_has_no_points() -> None:
    assert risk_coverage(Traffic.of([], [], [], [], [])) == ()


def test_columns_of_unequal_length_are_refused() -> None:
    with pytest.raises(ValueError, match="one entry per prediction"):
        Traffic.of([0.5], [], [], [], [])


def test_a_threshold_between_two_points_is_shown_at_the_stricter_one() -> None:
    strict, loose = (CoveragePoint(threshold, 0.5, 0.0, 0.0, 0.1, 20) for threshold in (0.9, 0.7))
    curve = RiskCoverage("fraud", 100, (strict, loose))
    assert curve.at(0.8) == strict
    assert curve.at(0.7) == loose
    assert curve.at(0.95) is None
