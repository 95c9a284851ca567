"""Promises about predictions in groups: what a draw holds, what bets are worth, and what is kept."""

import math
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.evidence.promise import Certificate, Promise
from routing.measures.certification.group_tests import (
    GroupedScores,
    certify_groups,
    draw_of,
    group_losses,
    log_wealth,
)
from routing.measures.certification.guarantee import certify
from routing.measures.certification.monitor import e_values, monitor
from routing.measures.estimation.coverage_curve import Traffic
from routing.measures.sample import Floats

PROMISE = Promise(0.05, 0.9)


def labels_of(
    rng: np.random.Generator, sizes: list[int], errors: list[int], score: float | None = None
) -> GroupedScores:
    """Groups of these sizes, of which the first so many are wrong."""
    group = np.repeat(np.arange(len(sizes)), sizes)
    place = np.concatenate([np.arange(size) for size in sizes])
    wrong = place < np.repeat(errors, sizes)
    scores = rng.random(len(group)) if score is None else np.full(len(group), score)
    return GroupedScores(scores, wrong, group, rng.random(len(sizes))[group], rng.random(len(group)))


def test_each_that_is_drawn_is_a_random_prediction_however_sizes_and_errors_go_together() -> None:
    """Rings of 4 wrong beside 12 right singles: 8 of 20 predictions are wrong, not 2 of 14 groups."""
    rng, drawn, wrong = np.random.default_rng(0), 0, 0
    for _ in range(4_000):
        labels = labels_of(rng, [4, 4] + [1] * 12, [4, 4] + [0] * 12)
        draw = draw_of(np.ones(20, dtype=bool), labels)
        drawn += int(draw.sum())
        wrong += int((draw & labels.is_error).sum())
    assert drawn / 4_000 == pytest.approx(20 / 4, rel=0.02)
    assert wrong / drawn == pytest.approx(8 / 20, abs=0.015)


def test_a_draw_holds_one_of_a_group_and_none_that_is_not_accepted() -> None:
    labels = labels_of(np.random.default_rng(1), [5] * 40, [0] * 40)
    accepted = np.arange(200) % 5 != 2
    draw = draw_of(accepted, labels)
    assert not np.any(draw & ~accepted)
    assert np.all(np.bincount(labels.group[draw], minlength=40) == 1)
    assert not draw_of(np.zeros(200, dtype=bool), labels).any()


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 700), st.sampled_from([0.0, 0.02, 0.1]), st.integers(1, 3))
def test_where_every_group_is_single_it_is_the_test_of_today(
    seed: int, n: int, error: float, attempt: int
) -> None:
    rng = np.random.default_rng(seed)
    labels = labels_of(rng, [1] * n, [int(wrong) for wrong in rng.random(n) < error])
    asked = np.ones(n, dtype=bool)
    wanted = certify(
        Traffic(labels.score, np.full(n, 0.5), asked, asked, labels.is_error), PROMISE, attempt=attempt
    )
    result = certify_groups(labels.score, labels, PROMISE, attempt)
    if isinstance(wanted, Certificate):
        assert result == replace(wanted, method="groups")
    else:
        assert result is None


def test_the_wealth_of_bets_is_1_on_average_if_the_error_is_as_promised_counted_out() -> None:
    """Over all outcomes of three groups, each wrong altogether with the chance of the error, or right."""
    error, sizes = 0.3, np.array([1.0, 2.0, 4.0])
    mean = 0.0
    for outcome in product([0.0, 1.0], repeat=3):
        wrong = sizes * outcome
        chance = math.prod(error if one else 1 - error for one in outcome)
        mean += chance * math.exp(log_wealth(sizes, wrong, error, 0.05))
    assert mean == pytest.approx(1.0)


def test_bets_are_the_mean_of_the_wealth_of_all_draws() -> None:
    error, rng = 0.1, np.random.default_rng(5)
    sizes, wrong = [4, 2, 1, 1], [1, 2, 0, 1]
    whole = log_wealth(np.array(sizes, dtype=float), np.array(wrong, dtype=float), error, 0.05)
    means = []
    for _ in range(8_000):
        labels = labels_of(rng, sizes, wrong)
        draw = draw_of(np.ones(8, dtype=bool), labels)
        # As many draws as bets expect (8/4 = 2) give the same λ as groups of one with a largest of one.
        rates = np.full(int(draw.sum()), 1.0), labels.is_error[draw].astype(float)
        means.append(_wealth(*rates, error=error, draws=2.0))
    assert np.mean(means) == pytest.approx(math.exp(whole), rel=0.03)


def _wealth(sizes: Floats, wrong: Floats, error: float, draws: float) -> float:
    """The same by hand for a single draw: with two draws no evidence suffices, so λ is the most there is."""
    assert draws * -math.log(1 - error) < -math.log(0.05)
    return float(np.prod(1 - 0.999 / (1 - error) * (wrong - error * sizes)))


@pytest.mark.parametrize(("size", "common"), [(5, True), (5, False)])
def test_groups_are_granted_what_they_tell(size: int, common: bool) -> None:
    rng = np.random.default_rng(2)
    errors = [size * (place % 100 == 0) if common else int(place % 20 == 0) for place in range(400)]
    result = certify_groups(np.array([0.5]), labels_of(rng, [size] * 400, errors, score=0.5), PROMISE)
    assert result is not None
    assert (result.labels, result.errors, result.accepted) == (2_000, 20, 1)
    assert result.bound <= 0.05


def test_bets_grant_where_one_draw_has_bad_luck() -> None:
    """Of 900 groups of 10 a third hold an error; the draw holds too many by chance."""
    labels = labels_of(
        np.random.default_rng(3), [10] * 900, [int(place % 3 == 0) for place in range(900)], 0.5
    )
    unlucky = replace(labels, pick=np.where(labels.is_error, 0.0, 0.5 + labels.pick / 2))
    result = certify_groups(np.array([0.5]), unlucky, PROMISE)
    assert result is not None
    assert result.bound == 0.05


def test_few_groups_are_granted_nothing() -> None:
    labels = labels_of(np.random.default_rng(3), [10] * 20, [0] * 20, score=0.5)
    assert certify_groups(np.array([0.5]), labels, PROMISE) is None


@pytest.mark.long
@pytest.mark.parametrize("rings", [True, False])
def test_a_promise_about_predictions_is_kept_where_groups_are_wrong_together(rings: bool) -> None:
    """At every threshold a little more is wrong than promised: whatever is granted breaks the promise."""
    rng, runs, granted = np.random.default_rng(9), 400, 0
    for _ in range(runs):
        sizes = [10] * 40 + [1] * 300 if rings else [5] * 200
        chance = np.array([0.09] * 40 + [0.0] * 300 if rings else [0.05] * 200)
        wrong = (rng.random(len(sizes)) < chance) * np.array(sizes)
        labels = labels_of(rng, sizes, wrong.tolist(), score=0.5)
        granted += certify_groups(np.array([0.5]), labels, PROMISE) is not None
    spent = PROMISE.spent_by(1)
    assert granted / runs <= spent + 3 * math.sqrt(spent * (1 - spent) / runs)


def test_an_alarm_bets_once_on_a_group_in_the_order_of_its_first_prediction() -> None:
    losses, weights = np.array([1.0, 0.0, 0.0, 1.0]), np.array([1.0, 2.0, 1.0, 1.0])
    means, masses = group_losses(losses, weights, ["b", "a", "b", "a"])
    assert list(means) == [0.5, pytest.approx(1 / 3)]
    assert list(masses) == [2.0, 3.0]


def test_groups_of_one_are_the_alarm_of_today() -> None:
    errors = np.random.default_rng(1).random(300) < 0.05
    means, masses = group_losses(errors.astype(float), np.ones(300), list(range(300)))
    assert list(e_values(means, masses, 0.02, 1.0)) == list(e_values(errors, alpha=0.02))


def test_groups_that_are_wrong_together_seldom_revoke_a_promise_that_is_kept() -> None:
    rng, false = np.random.default_rng(6), 0
    for _ in range(200):
        wrong = np.repeat(rng.random(200) < 0.02, 10).astype(float)
        means, masses = group_losses(wrong, np.ones(2_000), np.repeat(np.arange(200), 10).tolist())
        false += monitor(means, masses, 0.02, largest_weight=10.0).is_revoked
    assert false / 200 <= 0.05


def test_columns_of_unequal_length_are_refused() -> None:
    with pytest.raises(ValueError, match="one value per audit"):
        group_losses(np.zeros(2), np.ones(2), ["a"])
