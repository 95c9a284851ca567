"""Callers without numpy get, for a seed, what a generator of that seed gives."""

import numpy as np

from routing.measures.calibration.recalibration import choose, of_confidences
from routing.measures.drift.drift import find_drift, learn_reference
from routing.measures.drift.observations import Observation, columns
from routing.measures.seeds import choose_calibrator, drift_between
from routing.prediction import CaseInput


def test_a_seed_chooses_the_calibrator_of_its_generator() -> None:
    rng = np.random.default_rng(1)
    confidence = rng.uniform(0.5, 1.0, 300)
    labeled = of_confidences(confidence, rng.random(300) < confidence - 0.2)
    assert choose_calibrator(labeled, 3) == choose(labeled, np.random.default_rng(3))


def test_a_seed_finds_the_drift_of_its_generator() -> None:
    before, now = (
        [Observation(f"{side}{n}", CaseInput(fields={"country": side}), "a", 0.9) for n in range(250)]
        for side in ("de", "pt")
    )
    rng = np.random.default_rng(3)
    expected = find_drift("fraud", learn_reference(columns(before), rng), columns(now), rng)
    assert drift_between("fraud", before, now, 3) == expected
    assert len(expected.alarms) == 1
