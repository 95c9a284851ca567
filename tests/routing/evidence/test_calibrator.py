"""Calibrators: what they map to what, that they never fall, and that JSON keeps them."""

import json
import math
from typing import Any

import pytest

from routing.evidence.calibrator import IDENTITY, Calibrator, CalibratorFit
from routing.prediction import ModelRef, Prediction

PLATT = Calibrator("platt", (0.8, -0.3))
BETA = Calibrator("beta", (1.2, 0.7, 0.1))
COOL = Calibrator("temperature", (0.5,))
COOL_VECTOR = Calibrator("temperature", (0.5,), uses_probabilities=True)
STEPS = Calibrator("isotonic", knots=((0.2, 0.1), (0.6, 0.3), (0.8, 0.9)))
ALL = (IDENTITY, PLATT, BETA, COOL, COOL_VECTOR, STEPS)
FIT = CalibratorFit(BETA, 240, {"platt": 0.31, "beta": 0.3}, 0.4, 0.3, 0.1, 0.02, 0.05, True, "beta gains")


def saying(confidence: float, probabilities: dict[str, float] | None = None) -> Prediction:
    return Prediction("fraud", confidence, ModelRef("eyes", "1"), probabilities)


def test_the_identity_leaves_a_confidence_alone() -> None:
    assert [IDENTITY.apply(saying(value)) for value in (0.0, 0.3, 1.0)] == [0.0, 0.3, 1.0]


def test_without_a_confidence_there_is_nothing_to_calibrate() -> None:
    silent = Prediction("fraud", None, ModelRef("eyes", "1"))
    with pytest.raises(ValueError, match="no confidence"):
        PLATT.apply(silent)


def test_platt_is_a_logistic_function_of_the_logit() -> None:
    assert PLATT.apply(saying(0.9)) == pytest.approx(1 / (1 + math.exp(-(0.8 * math.log(9) - 0.3))))
    assert PLATT.apply(saying(0.1)) == pytest.approx(1 / (1 + math.exp(-(0.8 * math.log(1 / 9) - 0.3))))


def test_beta_is_the_formula_of_kull_et_al() -> None:
    # 1 / (1 + 1 / (e^c · p^a / (1-p)^b))
    for p in (0.05, 0.4, 0.97):
        odds = math.exp(0.1) * p**1.2 / (1 - p) ** 0.7
        assert BETA.apply(saying(p)) == pytest.approx(1 / (1 + 1 / odds))


def test_a_temperature_takes_powers_of_all_probabilities() -> None:
    prediction = saying(0.5, {"honest": 0.3, "fraud": 0.5, "unclear": 0.2})
    assert COOL_VECTOR.apply(prediction) == pytest.approx(0.25 / (0.09 + 0.25 + 0.04))


def test_a_temperature_of_a_label_that_is_not_the_most_probable_is_its_own_share() -> None:
    prediction = saying(0.2, {"honest": 0.8, "fraud": 0.2})
    assert COOL_VECTOR.apply(prediction) == pytest.approx(0.04 / (0.64 + 0.04))


@pytest.mark.parametrize("probabilities", [None, {}, {"honest": 1.0}])
def test_without_probabilities_a_temperature_weighs_the_label_against_any_other(
    probabilities: dict[str, float] | None,
) -> None:
    assert COOL_VECTOR.apply(saying(0.8, probabilities)) == pytest.approx(0.64 / (0.64 + 0.04))


def test_a_temperature_fitted_to_confidences_does_not_look_at_probabilities() -> None:
    prediction = saying(0.5, {"fraud": 0.5, "honest": 0.3, "unclear": 0.2})
    assert COOL.apply(prediction) == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("raw", "calibrated"),
    [(0.0, 0.1), (0.2, 0.1), (0.4, 0.2), (0.6, 0.3), (0.7, 0.6), (0.8, 0.9), (1.0, 0.9)],
)
def test_isotonic_is_linear_between_its_knots_and_flat_beyond(raw: float, calibrated: float) -> None:
    assert STEPS.apply(saying(raw)) == pytest.approx(calibrated)


@pytest.mark.parametrize("calibrator", ALL)
def test_the_sure_and_the_impossible_are_probabilities_too(calibrator: Calibrator) -> None:
    for value in (0.0, 5e-324, 1 - 2**-53, 1.0):
        alone = calibrator.apply(saying(value))
        beside = calibrator.apply(saying(value, {"fraud": value, "honest": 1 - value}))
        assert 0.0 <= alone <= 1.0
        assert 0.0 <= beside <= 1.0


def test_one_label_of_a_task_is_sure() -> None:
    assert COOL_VECTOR.apply(saying(1.0, {"fraud": 1.0})) == 1.0


@pytest.mark.parametrize("extreme", [Calibrator("beta", (1e6, 1e6, -1e6)), Calibrator("platt", (1e6, 0.0))])
def test_the_largest_parameters_do_not_overflow(extreme: Calibrator) -> None:
    assert [extreme.apply(saying(value)) for value in (0.0, 1.0)] == [0.0, 1.0]


@pytest.mark.parametrize("calibrator", ALL)
def test_json_keeps_a_calibrator_and_its_version(calibrator: Calibrator) -> None:
    again = Calibrator.from_json(json.loads(json.dumps(calibrator.to_json())))
    assert again == calibrator
    assert again.version == calibrator.version


def test_a_version_is_twelve_hexadecimal_digits_and_its_parameters_own() -> None:
    versions = {one.version for one in ALL}
    assert len(versions) == len(ALL)
    assert all(len(one) == 12 and set(one) <= set("0123456789abcdef") for one in versions)


def test_the_version_of_known_parameters_never_changes() -> None:
    # Stored predictions name it.
    assert IDENTITY.version == "7d75f48aaaaa"
    assert Calibrator("platt", (1, 0)).version == Calibrator("platt", (1.0, 0.0)).version


def test_json_keeps_a_fit() -> None:
    assert CalibratorFit.from_json(json.loads(json.dumps(FIT.to_json()))) == FIT


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"method": "magic"}, "'magic' is no method"),
        ({"method": "platt", "parameters": (1.0,)}, "takes 1 parameters"),
        ({"method": "platt", "parameters": (-0.1, 0.0)}, "must not fall"),
        ({"method": "beta", "parameters": (1.0, -0.1, 0.0)}, "must not fall"),
        ({"method": "beta", "parameters": (1.0, float("nan"), 0.0)}, "within"),
        ({"method": "platt", "parameters": (1.0, 1e7)}, "within"),
        ({"method": "temperature", "parameters": (0.0,)}, "above 0"),
        ({"method": "platt", "parameters": (1.0, 0.0), "uses_probabilities": True}, "only a temperature"),
        ({"method": "isotonic"}, "needs knots"),
        ({"method": "identity", "knots": ((0.1, 0.1),)}, "needs knots"),
        ({"method": "isotonic", "knots": ((0.1, 1.1),)}, "between 0 and 1"),
        ({"method": "isotonic", "knots": ((0.1, 0.2), (0.2, 0.1))}, "have to rise"),
        ({"method": "isotonic", "knots": ((0.1, 0.2), (0.1, 0.3))}, "have to rise"),
    ],
)
def test_parameters_that_are_no_calibrator_are_refused(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Calibrator(**wrong)
