"""Promises about predictions in groups: what is refuted, what is granted, and what an alarm bets on."""

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import bdtr

from routing.evidence.promise import Certificate, NotYet, Promise
from routing.measures.certification import group_tests
from routing.measures.certification.group_sizes import SizeCounts, size_counts
from routing.measures.certification.group_tests import (
    counts_like,
    group_bets,
    group_chances,
    group_limit,
)
from routing.measures.certification.guarantee import certify
from routing.measures.certification.monitor import monitor
from routing.measures.certification.target import hold_against
from routing.measures.estimation.coverage_curve import Traffic

PROMISE = Promise(0.05, 0.9)


def sizes_of(sizes: list[int]) -> SizeCounts:
    """The only region, of groups of these sizes."""
    group = np.repeat(np.arange(len(sizes)), sizes)
    return size_counts(np.ones(len(group)), group, np.array([1.0]))


def chance(sizes: list[int], wrong: int, error: float) -> float:
    return float(group_chances(sizes_of(sizes), np.array([wrong]), error)[0])


@given(st.integers(1, 2_000), st.integers(0, 60), st.floats(0.01, 0.2))
def test_where_every_group_is_single_it_is_the_binomial_test(n: int, wrong: int, error: float) -> None:
    wrong = min(wrong, n)
    assert chance([1] * n, wrong, error) == bdtr(wrong, n, error)


@pytest.mark.parametrize("wrong", [0, 1, 2, 4])
@pytest.mark.parametrize("sizes", [[2, 2, 1, 1, 1, 1, 1], [3, 1, 1, 1, 1, 1], [4, 4, 4, 4]])
def test_no_way_of_being_wrong_together_has_a_larger_chance_counted_out(sizes: list[int], wrong: int) -> None:
    """Over all outcomes of groups that are wrong altogether or in part, errors split among them at random."""
    rng, error = np.random.default_rng(0), 0.5
    expected, p_value = error * sum(sizes), chance(sizes, wrong, error)
    for _ in range(60):
        means = np.minimum(rng.dirichlet(np.ones(len(sizes))) * expected, sizes)
        means *= expected / means.sum()
        if np.any(means > sizes):
            continue
        lumps = np.where(rng.random(len(sizes)) < 0.5, sizes, np.maximum(1, np.ceil(means)))
        chances = means / lumps
        outcomes = np.array(list(product([0, 1], repeat=len(sizes))))
        weights = np.where(outcomes == 1, chances, 1 - chances).prod(axis=1)
        assert weights[(outcomes * lumps).sum(axis=1) <= wrong].sum() <= p_value + 1e-9


def test_no_other_split_of_the_error_among_sizes_has_a_much_larger_chance() -> None:
    rng = np.random.default_rng(1)
    for sizes, wrong in [([1] * 294 + [2] * 3, 1), ([1] * 990 + [10], 6), ([*range(1, 11)] * 20, 5)]:
        counts, largest = sizes_of(sizes), chance(sizes, wrong, 0.02)
        masses = counts.largest * counts.groups[:, 0]
        for _ in range(300):
            splits = rng.dirichlet(np.full(len(masses), rng.choice([0.3, 3.0]))) * 0.02 * sum(sizes) / masses
            if np.all(splits <= 1):
                assert group_tests._chance(counts, 0, splits, wrong, 0.02) <= 1.03 * largest


def test_groups_of_one_size_count_like_predictions_if_all_are_right() -> None:
    assert chance([5] * 60, 0, 0.05) == pytest.approx(0.95**60)


def test_a_single_error_in_a_group_of_five_costs_less_than_a_group_that_is_wrong_altogether() -> None:
    assert chance([5] * 100, 0, 0.05) < chance([5] * 100, 1, 0.05) < chance([5] * 100, 5, 0.05)


def test_a_share_of_pairs_costs_in_proportion() -> None:
    """Of 1,000 with 9 wrong: none in pairs, 1 % and all."""
    alone, few, all_pairs = (
        chance(sizes, 9, 0.02) for sizes in ([1] * 1_000, [1] * 990 + [2] * 5, [2] * 500)
    )
    assert alone < few < 1.5 * alone
    assert all_pairs > 5 * alone


def test_as_many_errors_as_expected_refute_nothing() -> None:
    assert chance([10] * 10, 5, 0.05) == 1.0


def test_many_errors_are_held_against_a_bound() -> None:
    sizes = [1] * 60_000 + [2] * 20
    exact = float(bdtr(1_100, 60_040, 0.02))
    assert exact < chance(sizes, 1_100, 0.02) < 0.05


def test_a_limit_is_the_error_that_is_just_not_refuted() -> None:
    sizes = sizes_of([1] * 280 + [2] * 10)
    limit = group_limit(sizes, 1, 0.05, 0.05)
    assert 1 / 300 < limit < 0.05
    assert group_chances(sizes, np.array([1]), limit, 0.05)[0] == pytest.approx(0.05, rel=0.01)


def test_groups_count_like_fewer_predictions() -> None:
    assert counts_like(sizes_of([1] * 600), 0.02) == 600
    assert 550 < counts_like(sizes_of([1] * 594 + [2] * 3), 0.02) < 600
    assert 150 < counts_like(sizes_of([3] * 200), 0.02) <= 200
    assert counts_like(sizes_of([1] * 10 + [500]), 0.02) == 1
    many = sizes_of([1] * 60_000 + [2] * 300)
    assert 55_000 < counts_like(many, 0.02) < 60_600


def traffic(sizes: list[int], wrong: list[int], chances: float = 0.5, score: float = 0.9) -> Traffic:
    """All labeled, in groups of these sizes of which the first so many are wrong."""
    group = np.repeat(np.arange(len(sizes)), sizes)
    place = np.concatenate([np.arange(size) for size in sizes])
    asked = np.ones(len(group), dtype=bool)
    is_error = place < np.repeat(wrong, sizes)
    return Traffic(np.full(len(group), score), np.full(len(group), chances), asked, asked, is_error, group)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 700), st.sampled_from([0.0, 0.02, 0.1]), st.integers(1, 3))
def test_a_certificate_where_every_group_is_single_is_that_of_today(
    seed: int, n: int, error: float, attempt: int
) -> None:
    rng = np.random.default_rng(seed)
    scores, asked, wrong = rng.random(n), np.ones(n, dtype=bool), rng.random(n) < error
    columns = (scores, np.full(n, 0.5), asked, asked, wrong)
    grouped = Traffic(*columns, group=rng.permutation(n))
    assert certify(grouped, PROMISE, attempt=attempt) == certify(Traffic(*columns), PROMISE, attempt=attempt)


def test_a_certificate_says_how_much_less_groups_tell() -> None:
    result = certify(traffic([5] * 120, [0] * 120), PROMISE)
    assert isinstance(result, Certificate)
    assert (result.labels, result.errors) == (600, 0)
    assert result.alike is not None
    assert result.alike <= 120
    assert result.groups_note == (
        f"These cases come in groups that may be wrong together: 600 count like {result.alike}."
    )


def test_pairs_here_and_there_are_not_spoken_of() -> None:
    result = certify(traffic([1] * 1_198 + [2], [0] * 1_199), PROMISE)
    assert isinstance(result, Certificate)
    assert result.alike is not None
    assert result.groups_note == ""


def test_few_groups_are_granted_nothing_and_it_is_said_why() -> None:
    result = certify(traffic([10] * 20, [0] * 20), PROMISE)
    assert isinstance(result, NotYet)
    assert result.needed > 200
    assert "groups that may be wrong together: 200 count like" in result.why


def test_a_sequence_starts_where_a_group_that_is_wrong_altogether_does_not_end_it() -> None:
    group = np.repeat(np.arange(200), 10)
    is_error, asked = np.isin(group, [30, 150]), np.ones(2_000, dtype=bool)
    labels = Traffic(1 - group / 400, np.full(2_000, 0.5), asked, asked, is_error, group)
    answer = certify(labels, Promise(0.05, 0.95))
    assert isinstance(answer, Certificate)
    assert answer.accepted == 2_000


def test_a_census_in_groups_is_granted_less_than_the_same_alone() -> None:
    rng = np.random.default_rng(4)
    group = np.repeat(np.arange(400), 5)
    score, is_error = rng.random(2_000), (rng.random(400) < 0.03)[group]
    chances = np.where(score < 0.5, 1.0, 0.4)
    asked = rng.random(2_000) < chances
    columns = (score, chances, asked, asked, is_error)
    alone, grouped = certify(Traffic(*columns), PROMISE, 0.5), certify(Traffic(*columns, group), PROMISE, 0.5)
    assert isinstance(alone, Certificate)
    assert isinstance(grouped, NotYet) or grouped.threshold > alone.threshold


def _granted_falsely(sizes: list[int], chances: np.ndarray, runs: int, is_census: bool) -> float:
    """In how many runs a threshold is granted where every one breaks the promise."""
    rng, granted = np.random.default_rng(9), 0
    for _ in range(runs):
        wrong = (rng.random(len(sizes)) < chances) * np.array(sizes)
        received = traffic(sizes, wrong.tolist(), chances=1.0)
        if is_census:
            received = Traffic.of(
                np.where(np.arange(len(received)) % 2, 0.4, 0.9),
                np.where(np.arange(len(received)) % 2, 1.0, 0.9),
                received.is_asked, received.is_labeled, received.is_error, received.group,
            )  # fmt: skip
        granted += isinstance(certify(received, PROMISE, 0.9 if is_census else None), Certificate)
    return granted / runs


RINGS = [10] * 40 + [1] * 300, np.array([0.05 * 700 / 400] * 40 + [0.0] * 300)
FIVES = [5] * 200, np.full(200, 0.05)


@pytest.mark.parametrize(
    ("sizes", "chances"), [RINGS, FIVES], ids=["rings beside right singles", "groups of 5"]
)
@pytest.mark.parametrize("is_census", [False, True])
@pytest.mark.parametrize("runs", [60, pytest.param(600, marks=pytest.mark.long)])
def test_a_promise_about_predictions_is_kept_where_groups_are_wrong_together(
    sizes: list[int], chances: np.ndarray, runs: int, is_census: bool
) -> None:
    """At every threshold as much is wrong as promised, in groups: whatever is granted is so by chance."""
    spent = PROMISE.spent_by(1)
    share = _granted_falsely(sizes, chances, runs, is_census)
    assert share <= spent + 3 * math.sqrt(spent * (1 - spent) / runs)


def test_an_alarm_bets_once_on_a_group_in_the_order_of_its_first_audit() -> None:
    losses, shares = np.array([1.0, 0.0, 0.0, 1.0]), np.array([0.5, 1.0, 0.5, 0.5])
    means, masses = group_bets(losses, shares, np.array([7, 3, 7, 3]))
    assert list(means) == [0.5, pytest.approx(1 / 3)]
    assert list(masses) == [0.5, 0.75]


def test_groups_of_one_are_the_alarm_of_today() -> None:
    errors = np.random.default_rng(1).random(300) < 0.05
    assert monitor(errors, group=np.arange(300)[::-1]) == monitor(errors)
    assert hold_against(errors, group=np.arange(300)) == hold_against(errors)


def test_a_run_that_is_wrong_together_accuses_nobody() -> None:
    wrong, together = [True] * 10 + [False] * 90, np.array([0] * 10 + [*range(1, 91)])
    assert monitor(wrong).is_revoked
    assert not monitor(wrong, group=together).is_revoked
    assert hold_against(wrong).breaches > 0
    assert hold_against(wrong, group=together).breaches == 0


def test_groups_that_are_wrong_together_seldom_revoke_a_promise_that_is_kept() -> None:
    """Looked at whenever a hundred more audits came, of groups that go on for a month."""
    rng, false = np.random.default_rng(6), 0
    for _ in range(60):
        start, wrong = np.sort(rng.random(100)) * 365, rng.random(100) < 0.02
        group = np.repeat(np.arange(100), 10)
        group = group[np.argsort(start[group] + 30 * rng.random(1_000))]
        looks = range(100, 1_001, 100)
        false += any(monitor(wrong[group[:n]], alpha=0.02, group=group[:n]).is_revoked for n in looks)
    assert false / 60 <= 0.05


def test_columns_of_unequal_length_are_refused() -> None:
    with pytest.raises(ValueError, match="one value per audit"):
        group_bets(np.zeros(2), np.ones(2), np.zeros(1, dtype=np.int64))
