"""Calibration against published answers, scikit-learn, and answers that can be worked out by hand."""

import numpy as np
import pytest
from scipy.stats import binomtest, foldnorm
from sklearn.calibration import calibration_curve
from sklearn.metrics import brier_score_loss

from routing.evidence.reliability import wilson
from routing.measures.calibration.calibration_error import (
    Spacing,
    calibration_report,
    ece,
    ece_debiased,
    ece_if_calibrated,
    reliability_table,
    seeded_report,
)
from routing.measures.calibration.corp_curve import corp
from routing.measures.calibration.proper_scores import brier, log_loss


def model(n: int = 1_500, seed: int = 7) -> tuple[list[float], list[bool]]:
    """Confidences of a model that claims more than it keeps, and whether it was right."""
    rng = np.random.default_rng(seed)
    confidence = rng.beta(4, 1.5, n)
    correct = rng.random(n) < confidence**1.5
    return list(map(float, confidence)), list(map(bool, correct))


@pytest.mark.parametrize(("spacing", "strategy"), [("width", "uniform"), ("mass", "quantile")])
def test_the_reliability_table_is_that_of_scikit_learn(spacing: Spacing, strategy: str) -> None:
    confidence, correct = model()
    table = reliability_table(confidence, correct, spacing=spacing)
    accuracy, mean = calibration_curve(correct, confidence, n_bins=15, strategy=strategy)
    assert [row.accuracy for row in table] == pytest.approx(list(accuracy))
    assert [row.mean_confidence for row in table] == pytest.approx(list(mean))


def test_brier_is_that_of_scikit_learn() -> None:
    confidence, correct = model()
    weights = [1.0 + 9.0 * (value > 0.9) for value in confidence]
    assert brier(confidence, correct) == pytest.approx(brier_score_loss(correct, confidence))
    expected = brier_score_loss(correct, confidence, sample_weight=weights)
    assert brier(confidence, correct, weights) == pytest.approx(expected)


@pytest.mark.parametrize("spacing", ["width", "mass"])
def test_ece_is_the_weighted_distance_of_the_table(spacing: Spacing) -> None:
    confidence, correct = model()
    table = reliability_table(confidence, correct, spacing=spacing)
    expected = sum(row.n * abs(row.accuracy - row.mean_confidence) for row in table) / len(confidence)
    assert ece(confidence, correct, spacing=spacing) == pytest.approx(expected)


@pytest.mark.parametrize("spacing", ["width", "mass"])
def test_a_weight_of_three_is_the_same_prediction_three_times(spacing: Spacing) -> None:
    confidence, correct = model(60)
    weights = [float(1 + place % 3) for place in range(60)]
    again = [place for place in range(60) for _ in range(1 + place % 3)]
    repeated = [confidence[place] for place in again], [correct[place] for place in again]
    assert ece(confidence, correct, weights, spacing=spacing) == pytest.approx(
        ece(*repeated, spacing=spacing)
    )
    assert brier(confidence, correct, weights) == pytest.approx(brier(*repeated))
    weighted = reliability_table(confidence, correct, weights, spacing=spacing)
    plain = reliability_table(*repeated, spacing=spacing)
    assert [row.weight for row in weighted] == pytest.approx([row.weight for row in plain])
    assert [row.accuracy for row in weighted] == pytest.approx([row.accuracy for row in plain])


def test_by_hand_two_bins() -> None:
    confidence, correct = [0.2, 0.4, 0.9, 0.9], [False, True, True, False]
    low, high = reliability_table(confidence, correct, bins=2)
    assert [low.n, low.mean_confidence, low.accuracy] == pytest.approx([2, 0.3, 0.5])
    assert [high.n, high.mean_confidence, high.accuracy] == pytest.approx([2, 0.9, 0.5])
    assert ece(confidence, correct, bins=2) == pytest.approx((2 * 0.2 + 2 * 0.4) / 4)
    assert brier(confidence, correct) == pytest.approx((0.04 + 0.36 + 0.01 + 0.81) / 4)


def test_bins_are_closed_on_the_right() -> None:
    (first, second) = reliability_table([0.0, 0.5, 0.500001, 1.0], [True] * 4, bins=2)
    assert (first.n, second.n) == (2, 2)


def test_bins_of_equal_mass_hold_equally_many_and_fewer_where_confidences_are_tied() -> None:
    confidence, correct = model()
    assert {row.n for row in reliability_table(confidence, correct, spacing="mass")} == {100}
    tied = reliability_table([0.5] * 90 + [0.9] * 60, [True] * 150, spacing="mass")
    assert [row.n for row in tied] == [90, 60]


@pytest.mark.parametrize(("hits", "n"), [(0, 20), (1, 20), (10, 20), (20, 20), (10, 500)])
def test_intervals_are_those_of_scipy(hits: int, n: int) -> None:
    expected = binomtest(hits, n).proportion_ci(0.95, method="wilson")
    assert wilson(hits, n) == pytest.approx((expected.low, expected.high))
    (row,) = reliability_table([0.7] * n, [place < hits for place in range(n)])
    assert (row.accuracy_low, row.accuracy_high) == pytest.approx((expected.low, expected.high))


def test_unequal_weights_widen_the_interval() -> None:
    correct = [place < 15 for place in range(20)]
    (even,) = reliability_table([0.7] * 20, correct)
    (uneven,) = reliability_table([0.7] * 20, correct, [1.0, 3.0] * 10)
    assert uneven.accuracy_high - uneven.accuracy_low > even.accuracy_high - even.accuracy_low


def test_a_perfect_model_stays_under_its_band_in_95_of_100_cases() -> None:
    rng = np.random.default_rng(3)
    confidence = [float(value) for value in rng.uniform(0.5, 1, 200)]
    limit = ece_if_calibrated(confidence, rng)
    found = [
        ece(confidence, [bool(coin) for coin in rng.random(200) < np.asarray(confidence)]) for _ in range(400)
    ]
    assert 0.9 < np.mean(np.asarray(found) < limit) < 0.985
    assert np.mean(found) == pytest.approx(0.055, abs=0.015)


def test_the_band_is_the_same_for_the_same_seed_and_takes_weights() -> None:
    confidence, _ = model(100)
    band = ece_if_calibrated(confidence, np.random.default_rng(1), draws=50)
    assert band == ece_if_calibrated(confidence, np.random.default_rng(1), [2.0] * 100, draws=50)


def test_a_report_holds_every_number() -> None:
    confidence, correct = model(200)
    report = calibration_report(list(zip(confidence, correct, strict=True)), np.random.default_rng(1))
    assert report.n == 200
    assert report.bins == reliability_table(confidence, correct)
    assert report.ece == ece(confidence, correct)
    assert report.ece_equal_mass == ece(confidence, correct, spacing="mass")
    assert report.brier == brier(confidence, correct)
    assert report.ece_debiased == ece_debiased(confidence, correct)
    assert report.log_loss == log_loss(confidence, correct)
    parts = corp(confidence, correct)
    assert (report.miscalibration, report.discrimination) == (parts.miscalibration, parts.discrimination)
    assert report.uncertainty == parts.uncertainty
    assert report == seeded_report(list(zip(confidence, correct, strict=True)), 1)
    assert report.ece_if_calibrated == ece_if_calibrated(confidence, np.random.default_rng(1))


@pytest.mark.parametrize(
    ("confidence", "correct", "weights", "message"),
    [
        ([], [], None, "at least one"),
        ([0.5], [True, False], None, "one value per prediction"),
        ([0.5], [True], [1.0, 2.0], "one value per prediction"),
        ([0.5], [True], [0.0], "weights have to be positive"),
        ([0.5], [True], [float("inf")], "weights have to be positive"),
        ([1.5], [True], None, "between 0 and 1"),
        ([float("nan")], [True], None, "between 0 and 1"),
    ],
)
def test_values_that_do_not_fit_are_refused(
    confidence: list[float], correct: list[bool], weights: list[float] | None, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        ece(confidence, correct, weights)


def test_the_debiased_ece_takes_off_the_mean_of_the_noise_that_kumar_et_al_resample() -> None:
    confidence, correct = model(400)
    table = reliability_table(confidence, correct, spacing="mass")
    accuracy, gap, n = (
        np.asarray(column)
        for column in zip(*[(r.accuracy, r.accuracy - r.mean_confidence, r.n) for r in table], strict=True)
    )
    deviation = np.sqrt(accuracy * (1 - accuracy) / (n - 1))
    noisy = foldnorm.mean(np.abs(gap) / deviation, scale=deviation)
    expected = np.average(2 * np.abs(gap) - noisy, weights=n)
    assert ece_debiased(confidence, correct) == pytest.approx(expected)
    drawn = np.abs(np.random.default_rng(1).normal(gap, deviation, (20_000, len(gap))))
    resampled = np.average(2 * np.abs(gap) - drawn.mean(axis=0), weights=n)
    assert ece_debiased(confidence, correct) == pytest.approx(resampled, abs=5e-4)


@pytest.mark.parametrize("is_weighted", [False, True])
def test_of_a_perfect_model_the_debiased_ece_is_much_nearer_to_zero(is_weighted: bool) -> None:
    rng = np.random.default_rng(5)
    plain, less = [], []
    for _ in range(300):
        # Equal confidences in a bin, so that nothing but chance parts confidence and accuracy.
        confidence = rng.choice([0.55, 0.7, 0.85, 0.95], 200)
        correct = rng.random(200) < confidence
        weights = rng.choice([1.0, 8.0], 200) if is_weighted else None
        plain.append(ece(confidence, correct, weights))
        less.append(ece_debiased(confidence, correct, weights))
    assert np.mean(less) < 0.65 * np.mean(plain)


def test_nothing_is_taken_off_a_bin_of_one() -> None:
    assert ece_debiased([0.9], [False]) == pytest.approx(0.9)
