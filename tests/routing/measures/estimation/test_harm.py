"""Harmful labels by slice: rates with limits that hold together, and what is worse beyond chance."""

import numpy as np
import pytest

from routing.evidence.harm_rates import HarmKind, HarmRate
from routing.evidence.reliability import wilson
from routing.measures.estimation.harm import TaskLabels, harm_rates
from routing.measures.intervals import normal_quantile

Row = tuple[str, str, str, bool]
"""Country, predicted, decided, whether it went through."""


def labels(
    rows: list[Row], weights: list[float] | None = None, strata: list[int] | None = None
) -> TaskLabels:
    return TaskLabels(
        "fraud",
        [row[1] for row in rows],
        [row[2] for row in rows],
        [row[3] for row in rows],
        [{"country": row[0]} for row in rows],
        weights or [1.0] * len(rows),
        np.asarray(strata or [0] * len(rows), dtype=np.intp),
    )


def country(name: str, missed: int, false: int, accepted: int = 0) -> list[Row]:
    """60 that are fraud and 60 that are not."""
    so = [(name, "fine" if n < missed else "fraud", "fraud", n >= 60 - accepted) for n in range(60)]
    return so + [(name, "fraud" if n < false else "fine", "fine", False) for n in range(60)]


def rate(rates: tuple[HarmRate, ...], kind: HarmKind, value: str) -> HarmRate:
    return next(each for each in rates if each.kind is kind and each.value == value)


def test_rates_are_shares_of_what_they_speak_of() -> None:
    rates = harm_rates([(labels(country("PT", 30, 6, 15) + country("DE", 3, 6)), "fraud")])
    assert len(rates) == 6
    missed = rate(rates, HarmKind.MISSED, "PT")
    assert (missed.rate, missed.elsewhere, missed.n) == (0.5, 0.05, 60)
    assert rate(rates, HarmKind.FALSE_ALARM, "PT").rate == 0.1
    accepted = rate(rates, HarmKind.ACCEPTED, "PT")
    assert accepted.rate == pytest.approx(15 / 36)
    assert (accepted.n, accepted.adjusted_p_value) == (36, None)


def test_what_is_worse_beyond_chance_is_proven_and_nothing_else() -> None:
    rates = harm_rates([(labels(country("PT", 30, 6, 15) + country("DE", 3, 6)), "fraud")])
    assert [(each.kind, each.value) for each in rates if each.is_proven] == [(HarmKind.MISSED, "PT")]


def test_limits_hold_together_for_all_that_is_told() -> None:
    rates = harm_rates([(labels(country("PT", 30, 6, 15) + country("DE", 3, 6)), "fraud")])
    missed = rate(rates, HarmKind.MISSED, "PT")
    assert (missed.low, missed.high) == wilson(30, 60, normal_quantile(1 - 0.05 / 6))


def test_a_slice_that_is_harder_is_no_worse_than_what_is_like_it() -> None:
    hard, easy = [("fine", "fraud")] * 20 + [("fraud", "fraud")] * 20, [("fraud", "fraud")] * 200
    parts = [("PT", hard * 3, 1), ("PT", easy, 0), ("DE", hard, 1), ("DE", easy * 3, 0)]
    rows = [(where, *pair, False) for where, pairs, _ in parts for pair in pairs]
    strata = [stratum for _, pairs, stratum in parts for _ in pairs]
    assert any(each.is_proven for each in harm_rates([(labels(rows), "fraud")]))
    assert not any(each.is_proven for each in harm_rates([(labels(rows, strata=strata), "fraud")]))


def test_a_label_stands_for_what_its_weight_says() -> None:
    rows = country("PT", 30, 6) + country("DE", 3, 6)
    weights = [9.0 if row[1] == "fine" else 1.0 for row in rows]
    missed = rate(harm_rates([(labels(rows, weights), "fraud")]), HarmKind.MISSED, "PT")
    assert missed.rate == pytest.approx(0.9)
    effective = (9 * 30 + 30) ** 2 / (81 * 30 + 30)
    limits = wilson(0.9 * effective, effective, normal_quantile(1 - 0.05 / 6))
    assert (missed.low, missed.high) == pytest.approx(limits)


def test_too_few_labels_say_nothing() -> None:
    few = country("PT", 30, 6)[:19] + country("DE", 3, 6)
    assert harm_rates([(labels(few), "fraud")]) == ()
    assert harm_rates([(labels(country("PT", 1, 1)[:10]), "fraud")]) == ()
    assert harm_rates([]) == ()
