"""CORP against scikit-learn's isotonic regression, its paper's identities and answers by hand."""

import numpy as np
import pytest
from sklearn.isotonic import IsotonicRegression
from sklearn.metrics import brier_score_loss

from routing.measures.calibration.corp_curve import corp, reliability_curve
from routing.measures.sample import Floats


def model(n: int = 600, seed: int = 7) -> tuple[Floats, "np.ndarray[tuple[int], np.dtype[np.bool_]]", Floats]:
    rng = np.random.default_rng(seed)
    confidence = np.round(rng.beta(4, 1.5, n), 2)
    return confidence, rng.random(n) < confidence**1.5, rng.integers(1, 9, n).astype(np.float64)


@pytest.mark.parametrize("is_weighted", [False, True])
def test_its_parts_are_those_of_the_isotonic_fit_of_scikit_learn(is_weighted: bool) -> None:
    confidence, correct, weights = model()
    weights = weights if is_weighted else np.ones(len(confidence))
    fitted = IsotonicRegression().fit(confidence, correct, weights).predict(confidence)
    share = np.average(correct, weights=weights)
    raw, recalibrated, constant = (
        brier_score_loss(correct, given, sample_weight=weights)
        for given in (confidence, fitted, np.full(len(confidence), share))
    )
    parts = corp(confidence, correct, weights)
    assert parts.score == pytest.approx(raw)
    assert parts.miscalibration == pytest.approx(raw - recalibrated)
    assert parts.discrimination == pytest.approx(constant - recalibrated)
    assert parts.uncertainty == pytest.approx(constant)
    whole = parts.miscalibration - parts.discrimination + parts.uncertainty
    assert whole == pytest.approx(parts.score, abs=1e-12)


def test_by_hand_violators_are_pooled() -> None:
    points = reliability_curve(
        [0.2, 0.4, 0.6, 0.8], [False, True, False, True], np.random.default_rng(1), draws=20
    )
    assert [point.confidence for point in points] == [0.2, 0.4, 0.6, 0.8]
    assert [point.accuracy for point in points] == pytest.approx([0, 0.5, 0.5, 1])


def test_by_hand_a_weight_pulls_the_pool() -> None:
    points = reliability_curve([0.4, 0.6], [True, False], np.random.default_rng(1), [3.0, 1.0], draws=20)
    assert [point.accuracy for point in points] == pytest.approx([0.75, 0.75])


def test_the_band_holds_the_curve_of_a_calibrated_model_and_not_that_of_another() -> None:
    rng = np.random.default_rng(2)
    confidence = np.round(rng.uniform(0.3, 1, 2_000), 2)
    inside = []
    for _ in range(20):
        correct = rng.random(len(confidence)) < confidence
        points = reliability_curve(confidence, correct, rng, draws=100)
        inside.append(np.mean([point.low <= point.accuracy <= point.high for point in points]))
    assert 0.9 < np.mean(inside) < 0.99
    worse = reliability_curve(confidence, rng.random(len(confidence)) < confidence**2, rng, draws=100)
    assert np.mean([point.low <= point.accuracy <= point.high for point in worse]) < 0.2
