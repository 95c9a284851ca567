"""Recalibration holds for any labels: weights, order and names mean what they say; nothing falls."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.evidence.calibrator import Calibrator, CalibratorMethod
from routing.measures.calibration.calibration_error import ece_debiased
from routing.measures.calibration.corp_curve import corp
from routing.measures.calibration.proper_scores import log_loss
from routing.measures.calibration.recalibration import (
    LabeledConfidences,
    applied,
    choose,
    fit,
    of_confidences,
    of_probabilities,
)
from routing.measures.sample import Floats

METHODS: tuple[CalibratorMethod, ...] = ("temperature", "platt", "beta", "isotonic")
PROBABILITIES = st.floats(0, 1)
POSITIVE = st.floats(0, 50)
RISING = st.lists(st.tuples(PROBABILITIES, PROBABILITIES), min_size=1, max_size=9).map(
    lambda pairs: tuple(
        zip(
            sorted({pair[0] for pair in pairs}),
            sorted(pair[1] for pair in pairs),
            strict=False,
        )
    )
)
CALIBRATORS = st.one_of(
    st.builds(lambda t: Calibrator("temperature", (t,)), st.floats(0.01, 50)),
    st.builds(lambda t: Calibrator("temperature", (t,), (), True), st.floats(0.01, 50)),
    st.builds(lambda a, b: Calibrator("platt", (a, b)), POSITIVE, st.floats(-50, 50)),
    st.builds(lambda a, b, c: Calibrator("beta", (a, b, c)), POSITIVE, POSITIVE, st.floats(-50, 50)),
    st.builds(lambda knots: Calibrator("isotonic", (), knots), RISING),
)
LABELED = st.lists(st.tuples(PROBABILITIES, st.booleans()), min_size=1, max_size=60)
SEEDS = st.integers(0, 2**32)


@given(CALIBRATORS, PROBABILITIES, PROBABILITIES)
@settings(max_examples=300)
def test_no_calibrator_falls_or_leaves_the_range(calibrator: Calibrator, one: float, other: float) -> None:
    low, high = (calibrator.calibrate(value) for value in sorted((one, other)))
    assert 0 <= low <= high + 1e-12
    assert high <= 1


@given(CALIBRATORS, st.lists(PROBABILITIES, max_size=5))
@settings(max_examples=100)
def test_json_applies_identically(calibrator: Calibrator, values: list[float]) -> None:
    again = Calibrator.from_json(json.loads(json.dumps(calibrator.to_json())))
    assert [again.calibrate(value) for value in values] == [calibrator.calibrate(value) for value in values]
    assert again.version == calibrator.version


@pytest.mark.parametrize("method", METHODS)
@given(LABELED)
@settings(max_examples=15, deadline=None)
def test_any_labels_give_a_calibrator_and_weights_of_one_the_unweighted(
    method: CalibratorMethod, pairs: list[tuple[float, bool]]
) -> None:
    confidence, correct = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    found = fit(method, of_confidences(confidence, correct))
    assert fit(method, of_confidences(confidence, correct, [1.0] * len(pairs))) == found
    assert all(0 <= found.calibrate(value) <= 1 for value in (0.0, 0.5, 1.0))


@given(LABELED, SEEDS)
@settings(max_examples=50, deadline=None)
def test_scores_do_not_depend_on_order_or_weights_of_one(pairs: list[tuple[float, bool]], seed: int) -> None:
    confidence, correct = np.array([pair[0] for pair in pairs]), np.array([pair[1] for pair in pairs])
    order = np.random.default_rng(seed).permutation(len(pairs))
    for score in (log_loss, ece_debiased):
        found = score(confidence, correct)
        assert score(confidence, correct, np.ones(len(pairs))) == found
        assert score(confidence[order], correct[order]) == pytest.approx(found, abs=1e-9)
    parts = corp(confidence, correct)
    assert parts.miscalibration - parts.discrimination + parts.uncertainty == pytest.approx(parts.score)
    assert min(parts.miscalibration, parts.discrimination) >= -1e-12


def vectors(n: int, seed: int) -> tuple[Floats, "np.ndarray[tuple[int], np.dtype[np.intp]]"]:
    rng = np.random.default_rng(seed)
    true = rng.dirichlet([0.5, 0.5, 0.5], n)
    decided = (true.cumsum(axis=1) > rng.random((n, 1))).argmax(axis=1)
    given = true**2 + 1e-9
    return given / given.sum(axis=1, keepdims=True), decided


@given(SEEDS)
@settings(max_examples=3, deadline=None)
def test_order_and_the_names_of_labels_change_nothing(seed: int) -> None:
    given_, decided = vectors(250, 11)
    own = given_.argmax(axis=1)
    plain = choose(of_probabilities(given_, own.tolist(), decided.tolist()), np.random.default_rng(1))
    rng = np.random.default_rng(seed)
    order, columns = rng.permutation(250), rng.permutation(3)
    names = np.argsort(columns)
    moved = of_probabilities(
        given_[order][:, columns], names[own[order]].tolist(), names[decided[order]].tolist()
    )
    again = choose(moved, np.random.default_rng(1))
    assert plain.is_used
    assert again.calibrator.method == plain.calibrator.method
    assert again.calibrator.parameters == pytest.approx(plain.calibrator.parameters, abs=1e-4)
    assert again.losses == pytest.approx(plain.losses, abs=1e-4)
    assert again.ece_after == pytest.approx(plain.ece_after, abs=1e-3)


def perfect(n: int, rng: np.random.Generator) -> LabeledConfidences:
    confidence = rng.beta(4, 1.2, n)
    return of_confidences(confidence, rng.random(n) < confidence)


def test_a_perfect_model_is_recalibrated_in_fewer_than_one_of_twenty_and_hardly_harmed() -> None:
    rng = np.random.default_rng(12)
    asked = rng.beta(4, 1.2, 2_000)
    unseen = of_confidences(asked, asked > 0.5)
    harm = []
    for _ in range(30):
        chosen = choose(perfect(150, rng), rng)
        given_ = np.clip(applied(chosen.calibrator, unseen), 1e-7, 1 - 1e-7)
        divergence = asked * np.log(asked / given_) + (1 - asked) * np.log((1 - asked) / (1 - given_))
        harm.append((chosen.is_used, divergence.mean()))
    assert sum(is_used for is_used, _ in harm) <= 4  # P(more than 4 of 30 at 5 %) is 1.6 %
    assert np.mean([nats for _, nats in harm]) < 0.005
