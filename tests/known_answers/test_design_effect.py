"""The correlation within groups against a published table, and what follows for counts."""

import numpy as np
import pytest

from routing.measures.estimation.design_effect import design_effect, effective_count, intraclass_correlation

RATINGS = [9, 2, 5, 8, 6, 1, 3, 2, 8, 4, 6, 8, 7, 1, 2, 6, 10, 5, 6, 9, 6, 2, 4, 7]
"""Shrout & Fleiss 1979, table 2: six targets by four judges."""


def test_the_correlation_is_the_published_one() -> None:
    """ICC(1,1) = .17, with mean squares 11.24 between and 6.26 within: (11.24 − 6.26)/(11.24 + 3·6.26)."""
    values = np.array(RATINGS) / 10
    assert intraclass_correlation(values, np.repeat(np.arange(6), 4).tolist()) == pytest.approx(
        0.166, abs=5e-4
    )


def test_groups_that_are_wrong_altogether_count_once() -> None:
    losses = [float(place % 10 == 0) for place in range(60) for _ in range(10)]
    group = [place for place in range(60) for _ in range(10)]
    assert design_effect(losses, group) == pytest.approx(10.0)
    assert effective_count(losses, group) == 60


def test_groups_that_have_nothing_in_common_count_in_full() -> None:
    losses, group = [1.0, 0.0] * 50, [place for place in range(50) for _ in range(2)]
    assert effective_count(losses, group) == 100


def test_the_larger_groups_weigh_more() -> None:
    losses = [1.0] * 4 + [0.0] * 8
    group = ["a"] * 4 + ["b"] * 4 + [str(place) for place in range(4)]
    assert design_effect(losses, group) == pytest.approx(1 + (36 / 12 - 1) * 1.0)


@pytest.mark.parametrize(
    ("losses", "group"),
    [
        ([], []),
        ([1.0], ["a"]),
        ([1.0, 0.0], ["a", "a"]),
        ([1.0, 0.0], ["a", "b"]),
        ([0.0] * 4, ["a", "a", "b", "b"]),
    ],
)
def test_where_nothing_can_be_in_common_there_is_no_effect(losses: list[float], group: list[str]) -> None:
    assert design_effect(losses, group) == 1.0


def test_columns_of_unequal_length_are_refused() -> None:
    with pytest.raises(ValueError, match="one value per prediction"):
        effective_count([1.0], [])
