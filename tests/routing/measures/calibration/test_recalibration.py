"""Which calibrator is chosen, from how many labels, and when confidences are left alone."""

import csv
from functools import cache

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from routing.evidence.calibrator import IDENTITY
from routing.measures.calibration.calibration_error import ece
from routing.measures.calibration.recalibration import (
    LabeledConfidences,
    applied,
    choose,
    fit,
    of_confidences,
    of_probabilities,
)
from routing.measures.sample import Floats
from routing.prediction import ModelRef, Prediction
from tests.places import DATA

BANKING = DATA / "banking77"


def overconfident(n: int, seed: int = 3) -> LabeledConfidences:
    """Claims more than it keeps: is right with probability (confidence)³."""
    rng = np.random.default_rng(seed)
    confidence = rng.beta(4, 1.2, n)
    return of_confidences(confidence, rng.random(n) < confidence**3)


def vectors(n: int, seed: int = 5) -> LabeledConfidences:
    """Four labels, with logits that are twice too large."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, 1.2, (n, 4))
    true = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    decided = (true.cumsum(axis=1) > rng.random((n, 1))).argmax(axis=1)
    given = true**2 / (true**2).sum(axis=1, keepdims=True)
    return of_probabilities(given, given.argmax(axis=1).tolist(), decided.tolist())


def test_from_enough_labels_an_overconfident_model_is_calibrated_and_the_gain_is_said() -> None:
    chosen = choose(overconfident(1_200), np.random.default_rng(1))
    assert chosen.is_used
    assert set(chosen.losses) == {"temperature", "platt", "beta", "isotonic"}
    assert chosen.log_loss_after == min(chosen.losses.values()) < chosen.log_loss_before
    assert chosen.ece_after < 0.04 < 0.2 < chosen.ece_before
    assert chosen.ece_after < chosen.ece_if_calibrated
    assert chosen.why.startswith(f"{chosen.calibrator.method} lowers the held-out log loss from")
    assert chosen.why.endswith("(n=1,200)")


@pytest.mark.parametrize(
    ("n", "tried"),
    [
        (30, {"temperature", "platt"}),
        (199, {"temperature", "platt"}),
        (200, {"temperature", "platt", "beta"}),
        (999, {"temperature", "platt", "beta"}),
        (1_000, {"temperature", "platt", "beta", "isotonic"}),
    ],
)
def test_few_labels_are_given_to_simple_methods_only(n: int, tried: set[str]) -> None:
    assert set(choose(overconfident(n), np.random.default_rng(1)).losses) == tried


def test_too_few_labels_leave_confidences_alone_and_say_so() -> None:
    chosen = choose(overconfident(29), np.random.default_rng(1))
    assert (chosen.calibrator, chosen.is_used, chosen.losses) == (IDENTITY, False, {})
    assert chosen.why == "too few labels: they are worth 29 of equal weight, 30 needed"
    assert (chosen.log_loss_after, chosen.ece_after) == (chosen.log_loss_before, chosen.ece_before)


def test_labels_are_counted_by_what_their_weights_leave_of_them() -> None:
    sample = overconfident(100).sample
    uneven = of_confidences(sample.confidence, sample.correct > 0, [100.0] * 5 + [0.01] * 95)
    assert choose(uneven, np.random.default_rng(1)).why.startswith("too few labels: they are worth 5 ")


@pytest.mark.parametrize(("wrong", "says"), [(4, "4 wrong of 300"), (296, "4 right of 300")])
def test_hardly_any_errors_or_hits_teach_nothing(wrong: int, says: str) -> None:
    confidence = np.random.default_rng(2).beta(4, 1.2, 300)
    chosen = choose(of_confidences(confidence, np.arange(300) >= wrong), np.random.default_rng(1))
    assert not chosen.is_used
    assert says in chosen.why


def test_a_calibrated_model_is_left_alone_and_that_is_said() -> None:
    rng = np.random.default_rng(8)
    confidence = rng.beta(4, 1.2, 1_000)
    chosen = choose(of_confidences(confidence, rng.random(1_000) < confidence), rng)
    assert (chosen.calibrator, chosen.is_used) == (IDENTITY, False)
    assert "no method lowers the held-out log loss by more than chance explains" in chosen.why
    assert len(chosen.losses) == 4


def test_the_same_labels_and_seed_choose_the_same() -> None:
    assert choose(overconfident(300), np.random.default_rng(1)) == choose(
        overconfident(300), np.random.default_rng(1)
    )


def test_a_temperature_undoes_the_power_that_was_taken() -> None:
    chosen = choose(vectors(2_000), np.random.default_rng(1))
    assert (chosen.calibrator.method, chosen.calibrator.uses_probabilities) == ("temperature", True)
    assert chosen.calibrator.parameters[0] == pytest.approx(2.0, rel=0.1)


def test_where_the_order_has_to_stay_neither_steps_nor_all_probabilities_are_tried() -> None:
    chosen = choose(vectors(2_000), np.random.default_rng(1), keeps_order=True)
    assert chosen.is_used
    assert chosen.calibrator.keeps_order
    assert set(chosen.losses) == {"temperature", "platt", "beta"}


def test_a_temperature_of_confidences_alone_uses_no_probabilities() -> None:
    found = fit("temperature", overconfident(500))
    assert not found.uses_probabilities
    assert found.parameters[0] > 1


def test_the_identity_is_a_fit_too() -> None:
    assert fit("identity", overconfident(50)) == IDENTITY


def test_what_is_judged_is_what_a_prediction_gets() -> None:
    labeled = vectors(40)
    assert labeled.probabilities is not None
    assert labeled.own is not None
    for method in ("temperature", "platt", "beta", "isotonic"):
        calibrator = fit(method, labeled)
        predictions = [
            Prediction(str(own), row[own], ModelRef("m", "1"), {str(k): p for k, p in enumerate(row)})
            for row, own in zip(labeled.probabilities.tolist(), labeled.own.tolist(), strict=True)
        ]
        one_by_one = [calibrator.apply(prediction) for prediction in predictions]
        assert one_by_one == pytest.approx(applied(calibrator, labeled).tolist(), abs=1e-12)


@pytest.mark.parametrize("method", ["platt", "beta", "isotonic"])
def test_a_model_that_is_right_when_unsure_gets_a_calibrator_that_does_not_fall(method: str) -> None:
    confidence = np.linspace(0.1, 0.9, 200)
    calibrator = fit(method, of_confidences(confidence, confidence < 0.5))  # type: ignore[arg-type]  # a method's name
    assert calibrator.calibrate(0.1) == pytest.approx(calibrator.calibrate(0.9), abs=1e-3)
    assert calibrator.calibrate(0.5) == pytest.approx(0.5, abs=0.02)


def test_labels_that_a_confidence_parts_make_no_step_of_platt_and_beta() -> None:
    confidence = np.linspace(0.1, 0.9, 50)
    parted = of_confidences(confidence, confidence > 0.5)
    assert 2 < fit("platt", parted).parameters[0] < 5
    assert all(2 < slope < 5 for slope in fit("beta", parted).parameters[:2])


def test_isotonic_is_never_surer_than_its_labels_allow() -> None:
    confidence = np.linspace(0.1, 0.9, 50)
    calibrator = fit("isotonic", of_confidences(confidence, confidence > 0.5))
    assert calibrator.calibrate(0.95) == pytest.approx(51 / 52)
    assert calibrator.calibrate(0.0) == pytest.approx(1 / 52)


@pytest.mark.parametrize(
    ("probabilities", "own", "decided", "message"),
    [
        ([0.5, 0.5], [0], [0], "one row per prediction"),
        ([[0.5, 0.5]], [0, 1], [0], "one row per prediction"),
        ([[0.5, 0.5]], [2], [0], "from 0 to 1"),
        ([[0.5, 0.5]], [0], [-1], "from 0 to 1"),
        ([[0.5, 0.4]], [0], [0], "sum to 1"),
        ([[1.5, -0.5]], [0], [0], "sum to 1"),
    ],
)
def test_probabilities_that_do_not_fit_are_refused(
    probabilities: list[list[float]], own: list[int], decided: list[int], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        of_probabilities(probabilities, own, decided)


@cache
def banking77() -> tuple[Floats, tuple[int, ...]]:
    """Probabilities of 77 intents, from a model of 3,000 messages, and the columns of the right ones."""
    if not BANKING.exists():
        pytest.skip(f"the messages are not beside this checkout ({BANKING.name})")
    (texts, intents), (new, wanted) = (_rows(name) for name in ("train", "test"))
    chosen = np.random.default_rng(0).permutation(len(texts))[:3_000]
    words = TfidfVectorizer(sublinear_tf=True)
    seen = words.fit_transform([texts[one] for one in chosen])
    model = LogisticRegression(C=5, tol=1e-3).fit(seen, [intents[one] for one in chosen])
    column = {name: place for place, name in enumerate(model.classes_)}
    return model.predict_proba(words.transform(new)), tuple(column[name] for name in wanted)


def _rows(name: str) -> tuple[list[str], list[str]]:
    with (BANKING / f"{name}.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    return [row["text"] for row in rows], [row["category"] for row in rows]


def test_a_real_underconfident_model_is_calibrated_by_its_temperature() -> None:
    probabilities, decided = banking77()
    labeled = of_probabilities(probabilities, probabilities.argmax(axis=1).tolist(), decided)
    shuffled = np.random.default_rng(1).permutation(len(labeled))
    known, unseen = labeled.at(shuffled[:1_500]), labeled.at(shuffled[1_500:])
    correct = unseen.sample.correct > 0
    assert ece(unseen.sample.confidence, correct) > 0.2
    temperature = fit("temperature", known)
    assert temperature.parameters[0] < 0.7
    assert ece(applied(temperature, unseen), correct) < 0.05
    chosen = choose(known, np.random.default_rng(2))
    assert chosen.is_used
    assert ece(applied(chosen.calibrator, unseen), correct) < 0.05
