"""Fitted calibrators against statsmodels and scikit-learn, which fit the same models by other means."""

import numpy as np
import pytest
import statsmodels.api as sm
from sklearn.calibration import CalibratedClassifierCV
from sklearn.frozen import FrozenEstimator
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

from routing.measures.calibration.recalibration import applied, fit, of_confidences, of_probabilities
from routing.measures.sample import Floats

Answers = tuple[Floats, "np.ndarray[tuple[int], np.dtype[np.bool_]]", Floats]


def answers(n: int = 800) -> Answers:
    rng = np.random.default_rng(4)
    confidence = np.round(rng.beta(3, 1.5, n), 3)
    return confidence, rng.random(n) < confidence**1.7, rng.integers(1, 5, n).astype(np.float64)


def platts_targets(correct: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Targets as in Platt 1999, with weights that sum to Kish's effective size."""
    scaled = weights * weights.sum() / (weights**2).sum()
    right, wrong = float(scaled @ correct), float(scaled @ (1 - correct))
    return np.where(correct > 0, (right + 1) / (right + 2), 1 / (wrong + 2)), scaled


@pytest.mark.parametrize("is_weighted", [False, True])
def test_platt_is_the_logistic_regression_of_statsmodels(is_weighted: bool) -> None:
    confidence, correct, weights = answers()
    weights = weights if is_weighted else np.ones(len(confidence))
    target, scaled = platts_targets(correct.astype(np.float64), weights)
    logit = np.log(confidence) - np.log(1 - confidence)
    terms = np.column_stack([logit, np.ones(len(logit))])
    expected = sm.GLM(target, terms, family=sm.families.Binomial(), freq_weights=scaled).fit(tol=1e-12).params
    found = fit("platt", of_confidences(confidence, correct, weights))
    assert found.parameters == pytest.approx(tuple(expected), abs=1e-5)


@pytest.mark.parametrize("is_weighted", [False, True])
def test_beta_is_the_logistic_regression_of_statsmodels_on_both_logarithms(is_weighted: bool) -> None:
    confidence, correct, weights = answers()
    weights = weights if is_weighted else np.ones(len(confidence))
    target, scaled = platts_targets(correct.astype(np.float64), weights)
    terms = np.column_stack([np.log(confidence), -np.log(1 - confidence), np.ones(len(confidence))])
    expected = sm.GLM(target, terms, family=sm.families.Binomial(), freq_weights=scaled).fit(tol=1e-12).params
    assert all(expected[:2] > 0)
    found = fit("beta", of_confidences(confidence, correct, weights))
    assert found.parameters == pytest.approx(tuple(expected), abs=1e-4)


def test_isotonic_is_that_of_scikit_learn_up_to_its_caution() -> None:
    confidence, correct, weights = answers()
    expected = IsotonicRegression(out_of_bounds="clip").fit(confidence, correct, weights)
    calibrator = fit("isotonic", of_confidences(confidence, correct, weights))
    effective = weights.sum() ** 2 / (weights**2).sum()
    asked = np.linspace(0, 1, 201)
    found = [calibrator.calibrate(float(value)) for value in asked]
    assert found == pytest.approx(expected.predict(asked).tolist(), abs=1.01 / (effective + 2))


def test_temperature_is_that_of_scikit_learn() -> None:
    rng = np.random.default_rng(6)
    features = rng.normal(size=(900, 3))
    labels = (features + rng.normal(scale=1.5, size=(900, 3))).argmax(axis=1)
    model = LogisticRegression(C=0.001).fit(features[:300], labels[:300])
    calibrated = CalibratedClassifierCV(FrozenEstimator(model), method="temperature")
    calibrated.fit(features[300:], labels[300:])
    given = model.predict_proba(features[300:])
    own = given.argmax(axis=1)
    labeled = of_probabilities(given, own.tolist(), labels[300:].tolist())
    calibrator = fit("temperature", labeled)
    assert calibrator.parameters[0] < 0.5
    expected = calibrated.predict_proba(features[300:])[np.arange(600), own]
    assert applied(calibrator, labeled).tolist() == pytest.approx(expected.tolist(), abs=1e-4)


def test_a_label_that_weighs_three_pulls_a_temperature_like_three_labels() -> None:
    confidence, correct, weights = answers()
    again = np.repeat(np.arange(len(confidence)), weights.astype(int))
    weighted = fit("temperature", of_confidences(confidence, correct, weights))
    repeated = fit("temperature", of_confidences(confidence[again], correct[again]))
    assert weighted.parameters == pytest.approx(repeated.parameters, abs=1e-5)
    plain = fit("temperature", of_confidences(confidence, correct))
    assert abs(plain.parameters[0] - weighted.parameters[0]) > 1e-3
