"""Which predictions share a group, and how many groups of each size a threshold accepts."""

from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.measures.certification.group_sizes import groups_of, size_counts

WEEK = timedelta(days=7)
DAY = WEEK.total_seconds() / 7


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 9)), min_size=1, max_size=400))
def test_groups_are_counted_by_what_a_threshold_accepts_of_them(rows: list[tuple[int, int]]) -> None:
    group, tens = (np.array(column) for column in zip(*rows, strict=True))
    score, thresholds = tens / 10, np.unique(tens / 10)[::-1]
    counts = size_counts(score, group, thresholds)
    for place, threshold in enumerate(thresholds):
        sizes = np.unique(group[score >= threshold], return_counts=True)[1]
        assert counts.total[place] == sizes.sum()
        assert counts.groups[:, place].sum() == len(sizes)
        assert counts.groups[0, place] == (sizes == 1).sum()
        assert counts.are_single[place] == (sizes.max() == 1)
        # No group counts for more than its class, nor for less than the class before it.
        most = np.repeat(counts.largest, counts.groups[:, place])
        assert np.all(np.sort(sizes) <= most)


def test_without_groups_each_is_alone() -> None:
    counts = size_counts(np.array([0.1, 0.5, 0.5]), None, np.array([0.5, 0.1]))
    assert (list(counts.largest), counts.groups.tolist()) == ([1], [[2, 3]])


def test_large_sizes_are_counted_by_classes_that_end_a_quarter_higher() -> None:
    sizes = [40, 41, 1_000]
    group = np.repeat(np.arange(3), sizes)
    counts = size_counts(np.ones(len(group)), group, np.array([1.0]))
    assert list(counts.largest) == [1, 41, 1_000]
    assert counts.groups[:, 0].tolist() == [0, 2, 1]
    assert counts.members[:, 0].tolist() == [0, 81, 1_000]


def test_a_group_ends_a_while_after_its_first_prediction_whatever_comes_in_between() -> None:
    keys = [5, 5, 9, 5, 5, 5]
    moments = [0, 3 * DAY, 3 * DAY, 7 * DAY, 8 * DAY, 14 * DAY]
    assert groups_of(keys, moments, WEEK).tolist() == [0, 0, 3, 1, 1, 2]


def test_the_order_in_which_predictions_are_read_makes_no_other_groups() -> None:
    rng = np.random.default_rng(3)
    keys, moments = rng.integers(0, 20, 300), rng.random(300) * 60 * DAY
    order = rng.permutation(300)
    groups = groups_of(keys, moments, WEEK)
    assert np.array_equal(groups_of(keys[order], moments[order], WEEK), groups[order])
    for number in np.unique(groups):
        assert np.ptp(moments[groups == number]) < WEEK.total_seconds()


@pytest.mark.parametrize("count", [0, 1])
def test_next_to_nothing_makes_groups_too(count: int) -> None:
    assert groups_of([7] * count, [1.0] * count, WEEK).tolist() == [0] * count
