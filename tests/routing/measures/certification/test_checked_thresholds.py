"""Promises from labels that second opinions check: as today where all are, and kept where some are."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from routing.evidence.promise import Certificate, NotYet, Promise
from routing.measures.certification.checked_thresholds import (
    CheckedRegions,
    CheckedScores,
    certify_checked,
    checked_regions,
    missing_checks,
    missing_labels,
)
from routing.measures.certification.guarantee import certify
from routing.measures.certification.sum_test import sum_chances
from routing.measures.estimation.coverage_curve import Traffic
from routing.measures.sample import Floats

PROMISE = Promise(0.05, 0.9)
LITTLE = "What only one person looked at shows little until second opinions say how much was missed."


def answers(
    rng: np.random.Generator, n: int, error: float, nods: float, share: float, silent: float = 0.0
) -> CheckedScores:
    """Scores that rank well; of the wrong, a part `nods` is waved through, and a `share` is checked."""
    score = rng.random(n)
    is_error = rng.random(n) < 2 * error * (1 - score)
    is_silent = rng.random(n) < silent
    claims = (is_error & (rng.random(n) >= nods)) | is_silent
    checked = ~claims & (rng.random(n) < share)
    return CheckedScores(score, claims, is_silent, np.full(n, share), checked, checked & is_error)


def row(*counts: int, share: float) -> CheckedRegions:
    """One region: labels, certain and found errors, unsure."""
    labels, certain, found, unsure = (np.array([count]) for count in counts)
    none = np.array([0])
    return CheckedRegions(np.array([0.5]), labels, labels, certain, none, unsure, found, np.array([share]))


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 2**32 - 1), st.integers(1, 800), st.sampled_from([0.0, 0.01, 0.05, 0.2]), st.integers(1, 4)
)
def test_where_all_are_checked_it_is_the_test_of_perfect_labels(
    seed: int, n: int, error: float, attempt: int
) -> None:
    labels = answers(np.random.default_rng(seed), n, error, nods=0.5, share=1.0, silent=0.01)
    is_error = (labels.is_wrong & ~labels.is_silent) | labels.is_missed
    asked = np.ones(n, dtype=bool)
    traffic = Traffic(labels.score, np.full(n, 0.5), asked, ~labels.is_silent, is_error)
    wanted = certify(traffic, PROMISE, attempt=attempt)
    result = certify_checked(checked_regions(labels.score, labels), PROMISE, attempt)
    assert isinstance(result, Certificate) == isinstance(wanted, Certificate)
    if isinstance(result, Certificate) and isinstance(wanted, Certificate):
        assert result.bound == pytest.approx(wanted.bound, abs=2e-6)
        assert replace(result, bound=0.0) == replace(wanted, bound=0.0, method=result.method)


@pytest.mark.parametrize("share", [0.1, 0.3, 0.75])
@pytest.mark.parametrize("missed", [0.0, 0.25, 0.5, 0.9, 1.0])
def test_a_sum_so_small_is_as_likely_as_the_p_value_says_at_most(share: float, missed: float) -> None:
    """Every outcome of 60 labels is enumerated: P(p ≤ δ) ≤ δ whatever part of the errors was missed."""
    n, error = 60, 0.2
    chance = share * missed * error
    certain, found = (grid.ravel() for grid in np.mgrid[0 : n + 1, 0 : n + 1])
    possible = certain + found <= n
    certain, found = certain[possible], found[possible]
    mass = binom.pmf(found, n, chance) * binom.pmf(certain, n - found, (1 - missed) * error / (1 - chance))
    chances = sum_chances(np.full(len(certain), n), certain, found, np.full(len(certain), share), error)
    for delta in (0.01, 0.05, 0.2):
        assert mass[chances <= delta].sum() <= delta


def test_at_a_share_of_1_the_sum_is_binomial() -> None:
    trials, certain, found = np.array([149, 300, 148]), np.array([0, 1, 0]), np.array([0, 1, 0])
    chances = sum_chances(trials, certain, found, np.ones(3), 0.02)
    assert chances == pytest.approx(binom.cdf(certain + found, trials, 0.02))


@pytest.mark.parametrize(("share", "nods"), [(0.2, 0.5), (0.5, 0.15)])
@pytest.mark.long
def test_a_promise_is_broken_no_more_often_than_it_says(share: float, nods: float) -> None:
    rng = np.random.default_rng(8)
    broken, runs = [], 200
    for _ in range(runs):
        labels = answers(rng, 1_000, 0.1, nods, share)
        result = certify_checked(checked_regions(labels.score, labels), PROMISE)
        # Above a threshold t the error is the mean of 0.2·(1 − score): 0.1·(1 − t).
        broken.append(isinstance(result, Certificate) and 0.1 * (1 - result.threshold) > PROMISE.error)
    spent = PROMISE.spent_by(1)
    assert np.mean(broken) <= spent + 3 * math.sqrt(spent * (1 - spent) / runs)


def test_checks_of_unequal_shares_count_by_the_least_of_them() -> None:
    score, no = np.full(40, 0.5), np.zeros(40, dtype=bool)
    chance = np.where(np.arange(40) < 20, 0.5, 0.25)
    checked = np.isin(np.arange(40), [*range(10), *range(20, 25)])
    missed = np.arange(40) == 0
    regions = checked_regions(score, CheckedScores(score, no, no, chance, checked, missed))
    assert (regions.share[0], regions.total[0]) == (0.25, 4.0)


def test_of_what_nothing_was_checked_all_count_as_wrong() -> None:
    score, no = np.full(40, 0.5), np.zeros(40, dtype=bool)
    chance = np.where(np.arange(40) < 39, 1.0, 0.25)
    regions = checked_regions(score, CheckedScores(score, no, no, chance, chance == 1, no))
    assert (regions.certain[0], regions.share[0]) == (1, 1.0)


def test_sequences_start_where_a_third_of_the_error_would_pass() -> None:
    """With a tenth of 1,000 checked nothing passes at 2 %, even without an error."""
    none = Promise(0.02, 0.95)
    labels = answers(np.random.default_rng(1), 1_000, 0.0, 0.0, 0.1)
    assert isinstance(certify_checked(checked_regions(labels.score, labels), none), NotYet)
    labels = answers(np.random.default_rng(1), 8_000, 0.001, 0.5, 0.2)
    assert isinstance(certify_checked(checked_regions(labels.score, labels), none), Certificate)


def test_a_sequence_that_expects_silence_starts_where_it_would_pass() -> None:
    """1.2 % stay silent where 2 are promised."""
    labels = answers(np.random.default_rng(5), 6_000, 0.0005, 0.0, 1.0, silent=0.012)
    regions = checked_regions(labels.score, labels)
    assert isinstance(certify_checked(regions, Promise(0.02, 0.95), hoped=(2 / 3,)), Certificate)


def test_so_many_second_opinions_as_it_says_are_enough_and_fewer_are_not() -> None:
    region = row(400, 7, 0, 393, share=0.1)
    needed = missing_checks(region, 0.05, 0.1)
    assert needed is not None
    unsure, checked = 393, math.floor(0.1 * 393)

    def chance(more: int) -> float:
        return float(row(400, 7, 0, 393, share=(checked + more) / unsure).chances(0.05)[0])

    assert chance(needed) <= 0.1 < chance(needed - 1)


def test_an_answer_says_how_many_second_opinions_are_missing() -> None:
    labels = answers(np.random.default_rng(3), 600, 0.005, 0.0, 0.05, silent=0.002)
    result = certify_checked(checked_regions(labels.score, labels), PROMISE)
    assert isinstance(result, NotYet)
    assert result.why == f"{LITTLE} 4 cases without an answer count as wrong."
    assert 20 < result.needed == result.opinions < 600


def test_where_checking_all_would_not_do_labels_are_missing() -> None:
    few = answers(np.random.default_rng(3), 40, 0.0, 0.0, 0.5)
    result = certify_checked(checked_regions(few.score, few), PROMISE)
    assert isinstance(result, NotYet)
    assert (
        result.why == "To show at most 1 in 20 wrong takes more answers, as many of them checked as so far."
    )
    assert result.needed > 0 == result.opinions


def test_a_few_checks_are_told_to_the_last() -> None:
    result = certify_checked(row(120, 0, 0, 120, share=0.6), PROMISE)
    assert result == NotYet(17, LITTLE, 17)


def test_a_model_that_errs_too_often_is_told_so() -> None:
    bad = answers(np.random.default_rng(3), 400, 0.45, 0.0, 0.5)
    result = certify_checked(checked_regions(bad.score, replace(bad, is_wrong=~bad.is_checked)), PROMISE)
    assert result == NotYet(0, "However sure it is, too much is wrong for at most 1 in 20 wrong.")


def test_without_labels_the_least_number_is_told() -> None:
    empty = np.array([], dtype=bool)
    nothing = CheckedScores(np.array([]), empty, empty, np.array([]), empty, empty)
    assert missing_labels(checked_regions(np.array([0.5]), nothing), 0.05, 0.05) == 59


@pytest.mark.parametrize("share", [0.0, 1.1])
def test_a_share_that_cannot_be_is_refused(share: float) -> None:
    with pytest.raises(ValueError, match="a share of the promise"):
        certify_checked(row(10, 0, 0, 10, share=0.5), PROMISE, share=share)


def test_labels_that_cannot_be_are_refused() -> None:
    yes, no = np.array([True]), np.array([False])
    score: Floats = np.array([0.5])
    with pytest.raises(ValueError, match="only confirmations are checked"):
        checked_regions(score, CheckedScores(score, yes, no, score, yes, no))
    with pytest.raises(ValueError, match="only what was checked"):
        checked_regions(score, CheckedScores(score, no, no, score, no, yes))
    with pytest.raises(ValueError, match="at least one prediction"):
        checked_regions(np.array([]), CheckedScores(score, no, no, score, no, no))
