"""A slice that is worse is found about as often as by its true strata, one that is harder is not named."""

import numpy as np
import pytest

from tests.benchmarks.real_sets import RealSet
from tests.benchmarks.trust_slices import HARDER, runs

RUNS = 60


def model_of_a_kind() -> RealSet:
    """A model of two answers that is as often right as it says."""
    rng = np.random.default_rng(12)
    confidence = 0.5 + 0.5 * rng.beta(5, 1, 20_000)
    truth = (rng.random(20_000) > confidence).astype(np.intp)
    return RealSet("made", (), np.column_stack((confidence, 1 - confidence)), truth)


@pytest.mark.long
@pytest.mark.parametrize("gap", [0.1, 0.2])
def test_a_worse_slice_is_found_nine_times_in_ten_that_its_true_strata_find_it(gap: float) -> None:
    found, others, reference = runs(model_of_a_kind(), gap, 1.0, RUNS, 0).mean(axis=0)
    assert found >= 0.9 * reference
    assert others <= 0.05 + 3 * (0.05 * 0.95 / RUNS) ** 0.5


@pytest.mark.long
@pytest.mark.parametrize("harder", [1.0, HARDER])
def test_without_a_worse_slice_any_is_named_in_at_most_one_of_twenty_runs(harder: float) -> None:
    found, others, _ = runs(model_of_a_kind(), 0.0, harder, RUNS, 1).mean(axis=0)
    assert found + others <= 0.05 + 3 * (0.05 * 0.95 / RUNS) ** 0.5
