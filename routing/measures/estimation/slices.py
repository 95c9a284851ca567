"""Slices where the model is worse than elsewhere: weighted, shrunk, and tested with all looks counted.

`is_error` says of each labeled prediction whether the decision differs from the model's label, `weights` what
each stands for (for all traffic see `label_weights`), equal if left out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import betaincinv, betaln
from scipy.stats import hypergeom

from routing.evidence.error_patterns import PREDICTED, SliceFinding, SliceReport
from routing.measures.multiplicity import holm

Floats = npt.NDArray[np.float64]
LEAST_LABELED = 20
"""Labels below which a slice, or what lies outside it, is not looked at."""
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
    is_error: Floats
    weights: Floats


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
    inside: _Tally
    outside: _Tally


def worse_slices(
    is_error: Sequence[bool],
    predicted: Sequence[str],
    slices: Sequence[Mapping[str, str]],
    weights: Sequence[float] | None = None,
    level: float = LEVEL,
    least_excess: float = LEAST_EXCESS,
) -> SliceReport:
    """Slices (and predicted labels) whose error is larger than elsewhere, beyond chance and enough to matter.

    Every slice with LEAST_LABELED labels inside and outside is tested: one-sided Fisher's exact test on
    counts of Kish's effective size (Σw)²/Σw² (Kish 1965), rounded against a finding; p-values by Holm (1979),
    which holds however slices overlap. The error shown is the mean of Beta(a + errors, b + n − errors), with
    (a, b) from the marginal likelihood over all values of the key. Raises ValueError for values that do not
    fit.
    """
    labeled = _labeled(is_error, predicted, slices, weights)
    by_key = _members(predicted, slices)
    every = [part for key in sorted(by_key) for part in _slices_of(key, by_key[key], labeled)]
    # By size alone: whatever is left out for its errors is a look that Holm would not count.
    large = [part for part in every if min(part.inside.n, part.outside.n) >= LEAST_LABELED]
    p_values = [_p_value(part.inside, part.outside) for part in large]
    adjusted = holm(p_values)
    sure = [place for place, corrected in enumerate(adjusted) if corrected <= level]
    priors = {key: _prior(key, every) for key in {large[place].key for place in sure}}
    findings = [
        _finding(large[place], priors[large[place].key], p_values[place], adjusted[place], len(large))
        for place in sure
    ]
    worth = sorted(
        # After the tests, for the same reason: a gap is an outcome.
        (part for part in findings if part.excess >= least_excess),
        key=lambda part: (-part.excess, part.key, part.value),
    )
    return SliceReport(len(is_error), len(large), len(every) - len(large), tuple(worth))


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
) -> _LabeledErrors:
    mass = np.ones(len(is_error)) if weights is None else np.asarray(weights, dtype=np.float64)
    if not len(is_error) == len(predicted) == len(slices) == len(mass):
        raise ValueError("is_error, predicted, slices and weights need one value per labeled prediction")
    if not (np.all(mass > 0) and np.all(mass < np.inf)):
        raise ValueError("weights have to be positive and finite")
    return _LabeledErrors(np.asarray(is_error, dtype=np.float64), mass)


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
    everything = _tally(labeled, np.arange(len(labeled.weights)))
    tallies = {value: _tally(labeled, np.asarray(members[value])) for value in sorted(members)}
    return [_Slice(key, value, tally, _rest(everything, tally)) for value, tally in tallies.items()]


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


def _p_value(inside: _Tally, outside: _Tally) -> float:
    """One-sided Fisher's exact test; fractions of effective counts are rounded against a finding."""
    slice_n, other_n = _whole(inside.effective_n), _whole(outside.effective_n)
    # Whole but for rounding, a count must neither lose an error here nor gain one outside.
    slice_wrong = int(np.floor(inside.error * slice_n + 1e-9))
    other_wrong = int(np.ceil(outside.error * other_n - 1e-9))
    tail = hypergeom.sf(slice_wrong - 1, slice_n + other_n, slice_wrong + other_wrong, slice_n)
    return min(1.0, float(tail))


def _whole(effective: float) -> int:
    return max(1, int(np.floor(effective + 1e-9)))


def _finding(part: _Slice, prior: BetaPrior, p_value: float, adjusted: float, looks: int) -> SliceFinding:
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
        p_value=p_value,
        adjusted_p_value=adjusted,
        looks=looks,
    )
