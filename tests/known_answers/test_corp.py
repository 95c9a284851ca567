"""CORP against scikit-learn's isotonic regression and its paper's identities."""

import numpy as np
import pytest
from sklearn.isotonic import IsotonicRegression
from sklearn.metrics import brier_score_loss

from routing.measures.calibration.corp_curve import corp
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
