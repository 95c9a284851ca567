"""Certified thresholds against published tables, scipy, and what can be counted out."""

from itertools import product
from typing import Any

import numpy as np
import pytest
from scipy.stats import binom, hypergeom

from routing.evidence.estimate import Reach
from routing.evidence.promise import Certificate, Promise
from routing.measures.certification.acceptance_regions import regions_of
from routing.measures.certification.audit_bound import AuditedStratum, errors_upper, weighted_upper
from routing.measures.certification.fallback import fallback, parts_of
from routing.measures.certification.guarantee import certify
from routing.measures.certification.label_needs import zero_error_labels
from routing.measures.certification.threshold_tests import (
    FROM_LABELS,
    census_and_audit,
    each_census_and_audit,
    families,
    of_this_period,
    sample,
)
from routing.measures.estimation.coverage_curve import Traffic
from routing.measures.intervals import clopper_pearson_upper, hypergeometric
from tests.benchmarks.sgr import allowed, sgr
from tests.known_answers.published import known


def reviewed(labels: int, errors: int) -> Traffic:
    """Everything has the same score and was reviewed."""
    every = np.ones(labels, dtype=bool)
    return Traffic.of(np.full(labels, 0.9), np.ones(labels), every, every, np.arange(labels) < errors)


def test_upper_limits_are_those_of_clopper_and_pearson() -> None:
    for case, limit in known("clopper_pearson_upper_one_sided_95").items():
        errors, n = map(int, case.split("/"))
        assert clopper_pearson_upper(errors, n) == pytest.approx(limit, abs=1e-9)
        chance = sample(regions_of(reviewed(n, errors)), 0.05).chances(limit)
        assert chance == pytest.approx([0.05], abs=1e-9)


def test_so_many_labels_without_an_error_are_enough_and_one_less_is_not() -> None:
    for case, labels in known("zero_error_n").items():
        error = float(case.removeprefix("alpha "))
        assert zero_error_labels(error, 0.05) == labels
        assert binom.cdf(0, labels, error) <= 0.05 < binom.cdf(0, labels - 1, error)


def test_counts_of_errors_among_all_are_bounded_as_published() -> None:
    table = known("hypergeometric_two_sided_95")
    for errors, limits in table["errors"].items():
        assert list(hypergeometric(int(errors), table["n"], table["N"])) == limits
        stratum = AuditedStratum(table["N"], table["n"], int(errors))
        assert errors_upper([stratum], 0.025) == limits[1]


def test_sgr_allows_as_many_errors_as_published_when_everything_is_accepted() -> None:
    for labels, count in known("sgr")["allowed"].items():
        assert allowed(int(labels), 0.02, 0.05) == count


def test_a_test_at_full_delta_allows_as_many_errors_as_published() -> None:
    for labels, count in known("sgr")["cp_full_delta"].items():
        n = int(labels)
        tests = [sample(regions_of(reviewed(n, errors)), 0.05) for errors in (count, count + 1)]
        passes = [float(one.chances(0.02)[0]) <= 0.05 for one in tests]
        assert passes == [True, False]


def test_sgr_accepts_most_of_what_is_right_and_nothing_where_too_much_is_wrong() -> None:
    score = np.linspace(0, 1, 2_000)
    assert sgr(score, score < 0.4, 0.02, 0.05) == pytest.approx(0.4, abs=0.02)
    assert sgr(score, np.ones(2_000, dtype=bool), 0.02, 0.05) is None


def test_a_certificates_bound_is_the_exact_limit_at_what_it_spent() -> None:
    promise = Promise(0.05, 0.95)
    granted = certify(reviewed(500, 10), promise)
    assert isinstance(granted, Certificate)
    assert granted.spent == pytest.approx(0.05 * 6 / np.pi**2)
    assert binom.cdf(10, 500, granted.bound) == pytest.approx(granted.spent)


def bad_draws(strata: list[tuple[int, int]], errors: tuple[int, ...], bound: Any) -> float:
    """The chance of a draw after which fewer errors seem possible than there are."""
    chance = 0.0
    for found in product(*(range(min(n, wrong) + 1) for (_, n), wrong in zip(strata, errors, strict=True))):
        drawn = zip(strata, found, strict=True)
        if bound([AuditedStratum(size, n, count) for (size, n), count in drawn], 0.1) < sum(errors):
            rows = zip(strata, errors, found, strict=True)
            chance += np.prod([hypergeom.pmf(count, size, wrong, n) for (size, n), wrong, count in rows])
    return float(chance)


@pytest.mark.parametrize("bound", [errors_upper, weighted_upper])
@pytest.mark.parametrize("strata", [[(30, 10), (40, 5)], [(60, 6), (12, 11)], [(25, 10), (25, 10)]])
def test_strata_with_unequal_chances_are_bounded_as_often_as_stated_counted_out(
    strata: list[tuple[int, int]], bound: Any
) -> None:
    for errors in product((0, 1, 5, 12), repeat=2):
        assert bad_draws(strata, errors, bound) <= 0.1


def test_of_equal_shares_the_bound_for_all_at_once_is_nearly_that_of_one_stratum() -> None:
    both = [AuditedStratum(1_000, 100, 1), AuditedStratum(1_000, 100, 2)]
    exact = errors_upper([AuditedStratum(2_000, 200, 3)], 0.05)
    assert exact <= errors_upper(both, 0.05) <= 1.3 * exact
    apart = sum(errors_upper([one], 0.025) for one in both)
    assert errors_upper(both, 0.05) < apart


def test_no_test_spends_more_than_its_family_has() -> None:
    """The audits' bound is read off the number of errors, the rest is what the binomial tests have."""
    drawn = np.arange(3_000) % 3 == 0
    chance = np.where(np.arange(3_000) < 1_500, 1 / 3, 1.0)
    asked = drawn | (chance == 1.0)
    traffic = Traffic.of(np.linspace(1, 0, 3_000), chance, asked, asked, asked & (np.arange(3_000) % 60 == 0))
    regions = regions_of(traffic, 0.5)
    stratum = regions.audited(-1)
    for tests_of in (census_and_audit, each_census_and_audit, of_this_period):
        tests = tests_of(regions, 0.1)
        missed = int((tests.wrong - regions.census_errors)[-1])
        of_audits = 0.1 if tests_of is of_this_period else 0.1 - tests.delta
        assert missed == errors_upper(stratum, of_audits)
    shared = families(regions, 0.1, 0.5, Reach.FUTURE)
    assert sum(family.delta for family in shared) == pytest.approx(0.1)
    assert sample(regions, 0.1).delta == 0.1


def test_by_hand_what_passes_hands_on_its_part() -> None:
    parts = {0: 0.02, 2: 0.01, 4: 0.02}
    assert fallback(np.array([0.02, 0.02, 0.03, 0.03, 0.05]), parts) == pytest.approx((4, 0.05))
    assert fallback(np.array([0.02, 0.021, 0.03, 0.03, 0.021]), parts) == (0, 0.02)
    assert fallback(np.array([0.5, 0.5, 0.01, 0.011, 0.5]), parts) == (2, 0.01)
    assert fallback(np.array([0.5, 0.0, 0.5, 0.0, 0.5]), parts) is None


def test_by_hand_sequences_start_where_two_errors_would_pass_and_at_equal_ratios() -> None:
    sizes = np.array([100, 200, 400, 800, 1_600])
    if_errors = [binom.cdf(count, sizes, 0.02) for count in range(3)]
    assert parts_of(if_errors, sizes, 0.05, FROM_LABELS) == pytest.approx({2: 0.025, 3: 0.0125, 4: 0.0125})
    few = np.array([100, 150])
    if_few = [binom.cdf(count, few, 0.02) for count in range(3)]
    assert parts_of(if_few, few, 0.05, FROM_LABELS) == {1: 0.05}
    assert parts_of([one[:1] for one in if_few], few[:1], 0.05, FROM_LABELS) == {}
