"""Log loss against scikit-learn, and what it says of the sure."""

import math

import numpy as np
import pytest
from sklearn import metrics

from routing.measures.calibration.proper_scores import log_loss


@pytest.mark.parametrize("is_weighted", [False, True])
def test_log_loss_is_that_of_scikit_learn(is_weighted: bool) -> None:
    rng = np.random.default_rng(7)
    confidence = rng.beta(4, 1.5, 700)
    correct = rng.random(700) < confidence
    weights = rng.integers(1, 20, 700).astype(np.float64) if is_weighted else None
    expected = metrics.log_loss(correct, confidence, sample_weight=weights)
    assert log_loss(confidence, correct, weights) == pytest.approx(expected)


def test_a_sure_hit_costs_nothing_and_a_sure_error_much_but_not_everything() -> None:
    assert log_loss([1.0, 0.0], [True, False]) == pytest.approx(0.0, abs=1e-6)
    assert log_loss([1.0], [False]) == pytest.approx(-math.log(1e-7))
    assert log_loss([0.0], [True]) == pytest.approx(-math.log(1e-7))
