"""Rogan & Gladen's estimate and Lang & Reiczigel's interval against the examples of their papers."""

import numpy as np
import pytest

from routing.measures.estimation.misclassification import LEAST_GOLD, GoldAnswers, corrected, prevalence


@pytest.mark.parametrize(
    ("claims", "labels", "gold", "low", "high", "digits"),
    [
        (4_060, 11_284, GoldAnswers(179, 1, 359, 1), 0.349, 0.372, 3),
        (51, 2_971, GoldAnswers(33, 1, 20, 0), 0.0, 0.053, 3),
        (259, 509, GoldAnswers(127, 43, 109, 13), 0.58, 0.87, 2),
        (51, 509, GoldAnswers(41, 18, 195, 8), 0.037, 0.195, 3),
    ],
)
def test_the_interval_is_the_published_one(
    claims: int, labels: int, gold: GoldAnswers, low: float, high: float, digits: int
) -> None:
    """Lang & Reiczigel 2014, examples 1, 2 and 4."""
    result = prevalence(claims, labels, gold)
    assert (round(result.low, digits), round(result.high, digits)) == (low, high)


def test_the_value_takes_back_what_experts_add_and_miss() -> None:
    """A share of 0.02, seen through fn = 0.1 and fp = 0.05: 0.02·0.9 + 0.98·0.05 = 0.067."""
    result = corrected(670, 10_000, GoldAnswers(1_000, 100, 4_000, 200))
    assert result is not None
    assert result.value == pytest.approx(0.02)
    assert result.low < 0.02 < result.high


def test_a_value_below_0_is_said_as_0() -> None:
    result = prevalence(0, 1_000, GoldAnswers(1_000, 0, 4_000, 200))
    assert (result.value, result.low) == (0.0, 0.0)


@pytest.mark.parametrize(
    "gold",
    [
        GoldAnswers(1_000, 0, LEAST_GOLD - 1_001, 0),
        GoldAnswers(0, 0, LEAST_GOLD, 0),
        GoldAnswers(LEAST_GOLD, 0, 0, 0),
        GoldAnswers(LEAST_GOLD, LEAST_GOLD // 2, LEAST_GOLD, LEAST_GOLD // 2),
    ],
)
def test_gold_that_does_not_tell_enough_says_nothing(gold: GoldAnswers) -> None:
    assert corrected(10, 100, gold) is None


def test_enough_gold_is_used() -> None:
    gold = GoldAnswers(1_000, 10, LEAST_GOLD - 1_000, 10)
    assert corrected(10, 100, gold) == prevalence(10, 100, gold)


@pytest.mark.parametrize("counts", [(1, 2, 1, 0), (1, 0, 1, 2), (1, -1, 1, 0), (1, 0, 1, -1)])
def test_gold_counts_that_cannot_be_are_refused(counts: tuple[int, int, int, int]) -> None:
    with pytest.raises(ValueError, match="missed are some of wrong"):
        GoldAnswers(*counts)


@pytest.mark.parametrize(("claims", "labels"), [(2, 1), (-1, 1), (0, 0)])
def test_counts_that_cannot_be_are_refused(claims: int, labels: int) -> None:
    with pytest.raises(ValueError, match="claims are some of the labels"):
        prevalence(claims, labels, GoldAnswers(10, 0, 10, 0))


@pytest.mark.parametrize(
    "gold",
    [GoldAnswers(10, 5, 10, 5), GoldAnswers(0, 0, 9, 0), GoldAnswers(9, 0, 0, 0), GoldAnswers(1, 0, 99, 80)],
)
def test_experts_who_guess_and_gold_of_one_kind_tell_nothing(gold: GoldAnswers) -> None:
    with pytest.raises(ValueError, match="no more often than by chance"):
        prevalence(1, 10, gold)


def test_the_interval_holds_the_truth_as_often_as_it_says() -> None:
    rng = np.random.default_rng(4)
    held, off = [], []
    for _ in range(1_000):
        gold = GoldAnswers(1_000, int(rng.binomial(1_000, 0.1)), 4_000, int(rng.binomial(4_000, 0.05)))
        claims = int(rng.binomial(1_000, 0.05 * 0.9 + 0.95 * 0.05))
        result = prevalence(claims, 1_000, gold)
        held.append(result.low <= 0.05 <= result.high)
        off.append(result.value - 0.05)
    assert np.mean(held) >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / 1_000)
    assert abs(np.mean(off)) < 0.002
