"""Tables of strata: the exact test, its normal form, and the difference of shares."""

from itertools import product
from math import comb, prod

import numpy as np
import pytest
from scipy.stats import fisher_exact, norm
from statsmodels.stats.contingency_tables import StratifiedTable

from routing.measures.estimation.mantel_haenszel import (
    StratifiedCounts,
    risk_difference,
    stratified_p_value,
)

ADMISSIONS = (
    ((512, 313), (89, 19)),
    ((353, 207), (17, 8)),
    ((120, 205), (202, 391)),
    ((138, 279), (131, 244)),
    ((53, 138), (94, 299)),
    ((22, 351), (24, 317)),
)
"""Berkeley's six departments (Bickel, Hammel & O'Connell 1975): men and women, admitted and rejected."""


def counts(*tables: tuple[tuple[int, int], tuple[int, int]]) -> StratifiedCounts:
    """Of rows inside and outside, each wrong and right."""
    inside, outside = np.array([table[0] for table in tables]), np.array([table[1] for table in tables])
    return StratifiedCounts(inside.sum(axis=1), inside[:, 0], outside.sum(axis=1), outside[:, 0])


def scaled(times: int) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Women first, who are admitted more often than men of the same department."""
    return [((c * times, d * times), (a * times, b * times)) for (a, b), (c, d) in ADMISSIONS]


def enumerated(*tables: tuple[tuple[int, int], tuple[int, int]]) -> float:
    """By every way in which the errors of each stratum may fall."""
    seen = sum(table[0][0] for table in tables)
    ways, tail = 0, 0
    ranges = [range(min(sum(inside), inside[0] + outside[0]) + 1) for inside, outside in tables]
    for numbers in product(*ranges):
        weight = prod(
            comb(sum(inside), number) * comb(sum(outside), inside[0] + outside[0] - number)
            for number, (inside, outside) in zip(numbers, tables, strict=True)
        )
        ways += weight
        tail += weight if sum(numbers) >= seen else 0
    return tail / ways


def test_one_stratum_is_fishers_test() -> None:
    expected = fisher_exact([[15, 45], [20, 380]], alternative="greater").pvalue
    assert stratified_p_value(counts(((15, 45), (20, 380)))) == pytest.approx(expected)


def test_small_strata_are_summed_exactly() -> None:
    tables = (((3, 2), (1, 6)), ((2, 5), (4, 3)), ((4, 1), (2, 8)))
    assert stratified_p_value(counts(*tables)) == pytest.approx(enumerated(*tables))


@pytest.mark.parametrize("times", [1, 40], ids=["exact", "normal"])
def test_the_chance_is_that_of_the_statistic_of_another_library(times: int) -> None:
    table = StratifiedTable([np.array(each, dtype=float) for each in scaled(times)])
    statistic = table.test_null_odds(correction=True).statistic
    assert stratified_p_value(counts(*scaled(times))) == pytest.approx(norm.sf(statistic**0.5), abs=0.001)


def test_within_departments_the_gap_of_all_of_them_together_is_gone() -> None:
    inside, outside = (
        np.sum([each[0] for each in ADMISSIONS], axis=0),
        np.sum([each[1] for each in ADMISSIONS], axis=0),
    )
    assert inside[0] / inside.sum() - outside[0] / outside.sum() > 0.14
    assert risk_difference(counts(*ADMISSIONS)) < 0


def test_the_difference_is_that_of_the_strata_by_their_weight() -> None:
    tables = (((3, 7), (1, 9)), ((5, 15), (2, 8)))
    # 0.2 at a weight of 5, 0.05 at one of 20/3.
    assert risk_difference(counts(*tables)) == pytest.approx((0.2 * 5 + 0.05 * 20 / 3) / (5 + 20 / 3))


def test_what_compares_nothing_is_no_evidence() -> None:
    alone = counts(((3, 2), (0, 0)), ((0, 0), (4, 3)))
    assert stratified_p_value(alone) == 1
    assert risk_difference(alone) == 0


def test_a_rare_error_is_as_unlikely_in_a_large_stratum_as_another_library_says() -> None:
    expected = fisher_exact([[9, 991], [20, 99_980]], alternative="greater").pvalue
    assert stratified_p_value(counts(((9, 991), (20, 99_980)))) == pytest.approx(expected, rel=1e-6)
