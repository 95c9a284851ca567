"""Which labeled predictions are alike."""

from itertools import pairwise

import numpy as np
import pytest

from routing.measures.estimation.likeness import LEAST_IN_BAND, MOST_BANDS, alike


def test_what_is_drawn_by_different_rules_is_never_alike() -> None:
    strata = alike(["a", "b", "a", "b"], [0.5] * 4, [True] * 4)
    assert strata[0] == strata[2] != strata[1] == strata[3]


def test_a_large_part_is_cut_into_bands_of_equal_size() -> None:
    confidences = np.random.default_rng(1).random(1_000)
    strata = alike(["a"] * 1_000, confidences.tolist(), [True] * 1_000)
    _, sizes = np.unique(strata, return_counts=True)
    assert len(sizes) == MOST_BANDS
    assert set(sizes) == {1_000 // MOST_BANDS}
    ends = sorted(
        (confidences[strata == each].min(), confidences[strata == each].max()) for each in set(strata)
    )
    assert all(below[1] < above[0] for below, above in pairwise(ends))


def test_a_small_part_is_not_cut() -> None:
    n = 2 * LEAST_IN_BAND - 1
    assert len(set(alike(["a"] * n, np.linspace(0, 1, n).tolist(), [True] * n))) == 1
    n += 1
    assert len(set(alike(["a"] * n, np.linspace(0, 1, n).tolist(), [True] * n))) == 2


def test_equal_confidences_are_alike() -> None:
    strata = alike(["a"] * 400, [0.9] * 390 + [0.99] * 10, [True] * 400)
    assert len(set(strata[:390])) == 1


def test_what_has_no_confidence_is_a_stratum_of_its_own() -> None:
    strata = alike(["a", "a", "a"], [0.0, 0.0, 0.7], [False, False, True])
    assert strata[0] == strata[1] != strata[2]


def test_nothing_is_alike_to_nothing() -> None:
    assert len(alike([], [], [])) == 0


def test_a_value_for_each_is_needed() -> None:
    with pytest.raises(ValueError, match="one value per labeled prediction"):
        alike(["a"], [], [True])
