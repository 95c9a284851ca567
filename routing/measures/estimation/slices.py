"""Slices where the model is worse than elsewhere: weighted, shrunk, and tested with all looks counted.

`is_error` says of each labeled prediction whether the decision differs from the model's label, `weights` what
each stands for (for all traffic see `label_weights`), equal if left out, and `strata` which are alike (see
`likeness`); without, those of equal weight are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import betaincinv, betaln

from routing.evidence.error_patterns import PREDICTED, SliceFinding, SliceReport
from routing.measures.estimation.mantel_haenszel import (
    Counts,
    StratifiedCounts,
    risk_difference,
    stratified_p_value,
)
from routing.measures.multiplicity import holm

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]
LEAST_LABELED = 20
"""Labels below which a slice, or what is like it outside, is not looked at."""
LEAST_EXCESS = 0.02
"""A gap, in shares of predictions, that is worth a lead's time."""
LEVEL = 0.05
"""The chance of any finding at all where no slice is worse."""
MOST_PRIOR = 100.0
"""What the other values of a key may count for at most, in labels: the cap on a + b."""
_LEAST_RATE = 1e-4
_LEAST_PRIOR = 0.1


@dataclass(frozen=True, slots=True)
class BetaPrior:
    """Errors of the values of a key vary as Beta(a, b)."""

    a: float
    b: float


@dataclass(frozen=True, slots=True)
class _LabeledErrors:
    """In an order of their own: sums do not depend on that in which they came."""

    is_error: Floats
    weights: Floats
    strata: Places
    order: Places

    def by_stratum(self, places: Places, values: Floats) -> Floats:
        """The sum of `values` in each stratum."""
        sums = np.bincount(self.strata[places], values[places], int(self.strata.max(initial=-1)) + 1)
        return np.asarray(sums, dtype=np.float64)


@dataclass(frozen=True, slots=True)
class _Tally:
    """Labeled predictions, summed; `squares` is the sum of squared weights."""

    n: int
    weight: float
    squares: float
    wrong: float

    @property
    def effective_n(self) -> float:
        return self.weight**2 / self.squares

    @property
    def error(self) -> float:
        return min(1.0, self.wrong / self.weight)


@dataclass(frozen=True, slots=True)
class _Slice:
    key: str
    value: str
    places: Places
    inside: _Tally
    outside: _Tally
    counts: StratifiedCounts

    @property
    def is_large(self) -> bool:
        alike = self.counts.informative()
        return min(int(alike.n.sum()), int(alike.n_outside.sum())) >= LEAST_LABELED

    @property
    def least_gap(self) -> float:
        """How much more is wrong than in the rest, or than in the rest of each stratum, whichever is less."""
        return min(self.inside.error - self.outside.error, risk_difference(self.counts))


def worse_slices(
    is_error: Sequence[bool],
    predicted: Sequence[str],
    slices: Sequence[Mapping[str, str]],
    weights: Sequence[float] | None = None,
    level: float = LEVEL,
    least_excess: float = LEAST_EXCESS,
    strata: Sequence[int] | Places | None = None,
) -> SliceReport:
    """Slices (and predicted labels) whose error is larger than elsewhere, beyond chance and enough to matter.

    Every slice with LEAST_LABELED labels inside and outside, in strata that hold both, is tested: one-sided,
    within strata (see `stratified_p_value`); p-values by Holm (1979), which holds however slices overlap. The
    error shown is the mean of Beta(a + errors, b + n − errors), n of Kish's effective size (Σw)²/Σw² (Kish
    1965), (a, b) from the marginal likelihood over all values of the key. Before it is drawn together it has
    to be larger by `least_excess` than that of all the rest, and within strata (`risk_difference`): a slice
    that the rules judge otherwise may look worse in one way and be no worse. Raises ValueError for values
    that do not fit.
    """
    labeled, by_key = _labeled(is_error, predicted, slices, weights, strata), _members(predicted, slices)
    every = [part for key in sorted(by_key) for part in _slices_of(key, by_key[key], labeled)]
    # By size alone: whatever is left out for its errors is a look that Holm would not count.
    large = [part for part in every if part.is_large]
    p_values = [stratified_p_value(part.counts) for part in large]
    adjusted = holm(p_values)
    sure = [
        place
        for place, (part, corrected) in enumerate(zip(large, adjusted, strict=True))
        # A gap is an outcome: it is asked for after the tests, which count every look.
        if corrected <= level and part.least_gap >= least_excess
    ]
    priors = {key: _prior(key, every) for key in {large[place].key for place in sure}}
    findings = [
        _finding(
            large[place], labeled, priors[large[place].key], (p_values[place], adjusted[place]), len(large)
        )
        for place in sure
    ]
    findings.sort(key=lambda part: (-part.excess, part.key, part.value))
    return SliceReport(len(is_error), len(large), len(every) - len(large), tuple(findings))


def beta_prior(errors: Sequence[float], n: Sequence[float], most: float = MOST_PRIOR) -> BetaPrior:
    """The Beta(a, b), a + b at most `most`, under which these errors of `n` are most likely (beta-binomial).

    Counts may be fractions of effective size. Raises ValueError unless 0 ≤ errors ≤ n, with an n above 0.
    """
    wrong, size = np.asarray(errors, dtype=np.float64), np.asarray(n, dtype=np.float64)
    if wrong.shape != size.shape or not np.all((wrong >= 0) & (wrong <= size)) or not size.sum() > 0:
        raise ValueError("errors have to lie between 0 and n, with at least one n above 0")
    overall = float(np.clip(wrong.sum() / size.sum(), _LEAST_RATE, 1 - _LEAST_RATE))

    def unlikely(parameters: Floats) -> float:
        a, b = _shape(parameters)
        return float(np.sum(betaln(a, b) - betaln(wrong + a, size - wrong + b)))

    limits = ((_logit(_LEAST_RATE), _logit(1 - _LEAST_RATE)), (np.log(_LEAST_PRIOR), np.log(most)))
    starts = [np.array([_logit(overall), np.log(strength)]) for strength in (1.0, most / 4, most)]
    fits = [minimize(unlikely, start, method="L-BFGS-B", bounds=limits) for start in starts]
    a, b = _shape(min(fits, key=lambda fit: float(fit.fun)).x)
    return BetaPrior(a, b)


def _shape(parameters: Floats) -> tuple[float, float]:
    mean, strength = 1 / (1 + np.exp(-parameters[0])), np.exp(parameters[1])
    return float(mean * strength), float((1 - mean) * strength)


def _logit(share: float) -> float:
    return float(np.log(share / (1 - share)))


def _labeled(
    is_error: Sequence[bool],
    predicted: Sequence[str],
    slices: Sequence[Mapping[str, str]],
    weights: Sequence[float] | None,
    strata: Sequence[int] | Places | None,
) -> _LabeledErrors:
    mass = np.ones(len(is_error)) if weights is None else np.asarray(weights, dtype=np.float64)
    groups = np.unique(mass, return_inverse=True)[1] if strata is None else np.asarray(strata, dtype=np.intp)
    if not len(is_error) == len(predicted) == len(slices) == len(mass) == len(groups):
        raise ValueError(
            "is_error, predicted, slices, weights and strata need one value per labeled prediction"
        )
    if not (np.all(mass > 0) and np.all(mass < np.inf)):
        raise ValueError("weights have to be positive and finite")
    wrong = np.asarray(is_error, dtype=np.float64)
    order = np.lexsort((wrong, mass, groups))
    return _LabeledErrors(wrong[order], mass[order], np.asarray(groups[order]), np.argsort(order))


def _members(
    predicted: Sequence[str], slices: Sequence[Mapping[str, str]]
) -> dict[str, dict[str, list[int]]]:
    """Where the predictions of each value of each key are."""
    members: dict[str, dict[str, list[int]]] = {}
    for place, (label, named) in enumerate(zip(predicted, slices, strict=True)):
        for key, value in (*named.items(), (PREDICTED, label)):
            members.setdefault(key, {}).setdefault(value, []).append(place)
    return members


def _slices_of(key: str, members: Mapping[str, Sequence[int]], labeled: _LabeledErrors) -> list[_Slice]:
    everywhere = np.arange(len(labeled.weights))
    everything, counts = _tally(labeled, everywhere), _counts(labeled, everywhere)
    places = {value: np.sort(labeled.order[members[value]]) for value in sorted(members)}
    return [_slice((key, value), labeled, inside, (everything, counts)) for value, inside in places.items()]


def _slice(
    name: tuple[str, str],
    labeled: _LabeledErrors,
    places: Places,
    of_all: tuple[_Tally, tuple[Counts, Counts]],
) -> _Slice:
    everything, (n, wrong) = of_all
    inside, (n_inside, wrong_inside) = _tally(labeled, places), _counts(labeled, places)
    counts = StratifiedCounts(n_inside, wrong_inside, n - n_inside, wrong - wrong_inside)
    return _Slice(*name, places, inside, _rest(everything, inside), counts)


def _counts(labeled: _LabeledErrors, places: Places) -> tuple[Counts, Counts]:
    """How many predictions there are in each stratum, and how many of them are wrong."""
    ones = np.ones(len(labeled.weights))
    n, wrong = labeled.by_stratum(places, ones), labeled.by_stratum(places, labeled.is_error)
    return n.astype(np.int64), wrong.astype(np.int64)


def _error_of_like(part: _Slice, labeled: _LabeledErrors) -> float:
    """The error outside, were the strata mixed there as in the slice (direct standardization)."""
    everywhere, weights = np.arange(len(labeled.weights)), labeled.weights
    mass = labeled.by_stratum(part.places, weights)
    wrong = labeled.by_stratum(part.places, weights * labeled.is_error)
    rest = labeled.by_stratum(everywhere, weights) - mass
    rest_wrong = labeled.by_stratum(everywhere, weights * labeled.is_error) - wrong
    kept = (part.counts.n > 0) & (part.counts.n_outside > 0)
    parts = np.sort(mass[kept] * np.clip(rest_wrong[kept] / rest[kept], 0, 1))
    return float(parts.sum() / np.sort(mass[kept]).sum())


def _prior(key: str, slices: Sequence[_Slice]) -> BetaPrior:
    """What the errors of all values of the key, small ones too, are drawn from."""
    values = [part.inside for part in slices if part.key == key]
    return beta_prior([row.error * row.effective_n for row in values], [row.effective_n for row in values])


def _tally(labeled: _LabeledErrors, places: npt.NDArray[np.intp]) -> _Tally:
    # Sorted sums: the same predictions in another order give the same figure to the last digit.
    weights = np.sort(labeled.weights[places])
    wrong = np.sort(labeled.weights[places] * labeled.is_error[places])
    return _Tally(len(weights), float(weights.sum()), float((weights**2).sum()), float(wrong.sum()))


def _rest(everything: _Tally, inside: _Tally) -> _Tally:
    return _Tally(
        everything.n - inside.n,
        everything.weight - inside.weight,
        everything.squares - inside.squares,
        # A difference of sums: without errors outside it may come out a hair below 0.
        max(0.0, everything.wrong - inside.wrong),
    )


def _finding(
    part: _Slice, labeled: _LabeledErrors, prior: BetaPrior, p_values: tuple[float, float], looks: int
) -> SliceFinding:
    n, wrong = part.inside.effective_n, part.inside.error * part.inside.effective_n
    a, b = prior.a + wrong, prior.b + n - wrong
    return SliceFinding(
        key=part.key,
        value=part.value,
        n=part.inside.n,
        effective_n=n,
        weight=part.inside.weight,
        raw_error=part.inside.error,
        error=a / (a + b),
        error_low=float(betaincinv(a, b, 0.025)),
        error_high=float(betaincinv(a, b, 0.975)),
        error_elsewhere=part.outside.error,
        p_value=p_values[0],
        adjusted_p_value=p_values[1],
        looks=looks,
        error_of_like=_error_of_like(part, labeled),
    )
