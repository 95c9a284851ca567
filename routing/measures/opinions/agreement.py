"""Agreement between experts, corrected for chance in four ways, with intervals by drawing cases anew.

All take any number of answers a case. With r answers to a case, n_k of them label k:

- percent: the mean over cases with r ≥ 2 of Σ n_k(n_k − 1)/(r(r − 1))
- Fleiss' kappa for unequal r and AC1 (Gwet 2014, Handbook of Inter-Rater Reliability, 4th ed., ch. 2 and 3):
  chance is Σ π_k², or Σ π_k(1 − π_k)/(K − 1), where π_k is the mean of n_k/r over all cases
- alpha (Krippendorff 2011, Computing Krippendorff's Alpha-Reliability): from coincidences, with the squared
  difference of nominal, ordinal or interval labels
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np

from routing.evidence.agreement import Agreement, AgreementReport, PairAgreement
from routing.evidence.estimate import FEWEST, LEVEL
from routing.measures.opinions.opinions import Floats, Opinions

Scale = Literal["nominal", "ordinal", "interval"]
DRAWS = 1_000
AT_ONCE = 2_000_000
"""Weights that are in memory at a time."""
ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class _Tally:
    """By case: `counts` of labels, and their `sizes`."""

    counts: Floats
    sizes: Floats

    @property
    def is_paired(self) -> Floats:
        return (self.sizes >= 2).astype(np.float64)

    @property
    def pairs(self) -> Floats:
        """The number of ordered pairs of answers; 1 where there is none, so that it can divide."""
        return np.maximum(self.sizes * (self.sizes - 1), 1.0)


Coefficient = Callable[[_Tally, Floats], Floats]
"""A row of weights of all cases to the coefficient of each row; not a number where it is open."""


def agreement(
    opinions: Opinions,
    seed: int,
    scale: Scale = "nominal",
    values: Sequence[float] | None = None,
    draws: int = DRAWS,
) -> AgreementReport:
    """All coefficients with percentile intervals at 95 % by the bootstrap over cases.

    `scale` is that of alpha; an ordinal one takes labels in the order of `opinions.labels`, an interval one
    the `values` of the labels. Draws whose answers are all the same say nothing of kappa and alpha and are
    left out. The same opinions and seed give the same. Raises ValueError for an interval scale without a
    finite value for each label.
    """
    tally = _tally(opinions)
    alpha_of = _alpha(scale, values, len(opinions.labels))
    coefficients: list[Coefficient] = [_percent, _fleiss, alpha_of, _ac1]
    once = np.ones((1, len(opinions.cases)))
    drawn: list[list[Floats]] = [[np.empty(0)] for _ in coefficients]
    for weights in _weights(len(opinions.cases), draws, np.random.default_rng(seed)):
        for coefficient, parts in zip(coefficients, drawn, strict=True):
            parts.append(coefficient(tally, weights))
    percent, fleiss, alpha, ac1 = (
        _bounded(float(coefficient(tally, once)[0]), np.concatenate(parts))
        for coefficient, parts in zip(coefficients, drawn, strict=True)
    )
    return AgreementReport(
        int(tally.is_paired.sum()), len(opinions), len(opinions.experts), percent, fleiss, alpha, ac1
    )


def pair_agreements(
    opinions: Opinions, seed: int, least: int = FEWEST, draws: int = DRAWS
) -> tuple[PairAgreement, ...]:
    """Cohen's kappa (1960) of every two experts with at least `least` cases in common, most cases first.

    Of several answers of an expert to a case the last one counts. Intervals as in `agreement`.
    """
    answered = _latest(opinions)
    pairs = []
    for first, second in combinations(range(len(opinions.experts)), 2):
        common = answered[first].keys() & answered[second].keys()
        if len(common) >= max(least, 1):
            table = np.zeros((len(opinions.labels), len(opinions.labels)))
            for case in common:
                table[answered[first][case], answered[second][case]] += 1
            kappa = _cohen_bounded(table, draws, np.random.default_rng((seed, first, second)))
            names = opinions.experts[first], opinions.experts[second]
            pairs.append(PairAgreement(*names, len(common), kappa))
    return tuple(sorted(pairs, key=lambda pair: (-pair.cases, pair.first, pair.second)))


def cohen(table: Floats) -> Floats:
    """Cohen's kappa of each of a stack of tables of counts, … × labels × labels; not a number where open."""
    shares = table / table.sum(axis=(-2, -1), keepdims=True)
    observed = np.trace(shares, axis1=-2, axis2=-1)
    return _beyond_chance(observed, (shares.sum(axis=-1) * shares.sum(axis=-2)).sum(axis=-1))


def _tally(opinions: Opinions) -> _Tally:
    counts = opinions.counts()
    return _Tally(counts, counts.sum(axis=1))


def _weights(cases: int, draws: int, rng: np.random.Generator) -> Iterator[Floats]:
    """How often each case is drawn, a row for each draw, some rows at a time."""
    at_once = max(1, AT_ONCE // max(cases, 1))
    for start in range(0, draws if cases else 0, at_once):
        rows = min(at_once, draws - start)
        places = rng.integers(cases, size=(rows, cases)) + cases * np.arange(rows)[:, None]
        yield np.bincount(places.ravel(), minlength=rows * cases).reshape(rows, cases).astype(np.float64)


def _percent(tally: _Tally, weights: Floats) -> Floats:
    equal = (tally.counts * (tally.counts - 1)).sum(axis=1) / tally.pairs
    return _ratio(weights @ equal, weights @ tally.is_paired)


def _shares(tally: _Tally, weights: Floats) -> Floats:
    """The mean share of each label over cases that have an answer."""
    is_answered = (tally.sizes > 0).astype(np.float64)
    shares = tally.counts / np.maximum(tally.sizes, 1.0)[:, None]
    return _ratio(weights @ shares, (weights @ is_answered)[:, None])


def _fleiss(tally: _Tally, weights: Floats) -> Floats:
    return _beyond_chance(_percent(tally, weights), (_shares(tally, weights) ** 2).sum(axis=1))


def _ac1(tally: _Tally, weights: Floats) -> Floats:
    shares = _shares(tally, weights)
    chance = (shares * (1 - shares)).sum(axis=1) / max(shares.shape[1] - 1, 1)
    return _beyond_chance(_percent(tally, weights), chance)


def _alpha(scale: Scale, values: Sequence[float] | None, labels: int) -> Coefficient:
    if scale == "nominal":
        return _nominal_alpha
    if scale == "ordinal":
        return _ordinal_alpha
    numbers = np.asarray(values if values is not None else [], dtype=np.float64)
    if len(numbers) != labels or not np.all(np.isfinite(numbers)):
        raise ValueError("an interval scale needs a finite value for each label")
    return lambda tally, weights: _scaled_alpha(tally, weights, np.tile(numbers, (len(weights), 1)))


def _nominal_alpha(tally: _Tally, weights: Floats) -> Floats:
    paired = tally.counts * tally.is_paired[:, None]
    sizes = paired.sum(axis=1)
    differing = (sizes**2 - (paired**2).sum(axis=1)) / np.maximum(sizes - 1, 1.0)
    totals = weights @ paired
    n = totals.sum(axis=1)
    expected = _ratio(n**2 - (totals**2).sum(axis=1), n - 1)
    return 1 - _ratio(weights @ differing, expected)


def _ordinal_alpha(tally: _Tally, weights: Floats) -> Floats:
    """The ordinal difference is that of the labels' mean ranks among all answers that are drawn."""
    totals = weights @ (tally.counts * tally.is_paired[:, None])
    return _scaled_alpha(tally, weights, np.cumsum(totals, axis=1) - totals / 2)


def _scaled_alpha(tally: _Tally, weights: Floats, values: Floats) -> Floats:
    """Alpha with squared differences of `values`, a row for each row of weights.

    Σ_c Σ_k n_c n_k (v_c − v_k)² = 2(n Σ n_k v_k² − (Σ n_k v_k)²), within a case as over all of them.
    """
    paired = tally.counts * tally.is_paired[:, None]
    sizes = paired.sum(axis=1)
    heavy = weights / np.maximum(sizes - 1, 1.0)
    # Within cases: the square of a sum is a quadratic form in the values, the same for each row of weights.
    products = (paired[:, :, None] * paired[:, None, :]).reshape(len(paired), -1)
    mixed = (heavy @ products).reshape(len(weights), values.shape[1], values.shape[1])
    squares = ((heavy * sizes) @ paired * values**2).sum(axis=1)
    differing = squares - np.einsum("dk,dkl,dl->d", values, mixed, values)
    totals = weights @ paired
    n = totals.sum(axis=1)
    expected = _ratio(n * (totals * values**2).sum(axis=1) - (totals * values).sum(axis=1) ** 2, n - 1)
    return 1 - _ratio(differing, expected)


def _beyond_chance(observed: Floats, chance: Floats) -> Floats:
    return _ratio(observed - chance, 1 - chance)


def _ratio(above: Floats, below: Floats) -> Floats:
    """The quotient; not a number where it divides by nothing."""
    usable = below > ROUNDING
    return np.where(usable, above / np.where(usable, below, 1.0), np.nan)


def _bounded(value: float, drawn: Floats) -> Agreement:
    telling = drawn[np.isfinite(drawn)]
    if not np.isfinite(value) or not len(telling):
        return Agreement(None, None, None)
    low, high = np.quantile(telling, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Agreement(value, float(low), float(high))


def _latest(opinions: Opinions) -> list[dict[int, int]]:
    answered: list[dict[int, int]] = [{} for _ in opinions.experts]
    for case, expert, label in zip(opinions.case, opinions.expert, opinions.label, strict=True):
        answered[expert][int(case)] = int(label)
    return answered


def _cohen_bounded(table: Floats, draws: int, rng: np.random.Generator) -> Agreement:
    # Drawing cases anew is drawing the table's cells by their shares.
    n = int(table.sum())
    drawn = rng.multinomial(n, (table / n).ravel(), size=draws).reshape(draws, *table.shape)
    return _bounded(float(cohen(table)), cohen(drawn.astype(np.float64)))
