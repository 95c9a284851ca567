"""Tests of whether two samples, a reference and a window, come from the same distribution.

`weights` are what each case stands for, equal if left out. A weighted sample counts as Kish's effective
number of cases (Σw)²/Σw². Every p-value has to hold far out in the tail, because daily looks hold it against
a thousandth of a percent: variances are pooled, as under the hypothesis that nothing changed (with a variance
of its own for each sample, 100 skewed confidences gave a hundred times too many p-values under 0.003 %), and
rare categories are put together until 10 cases of each are expected.
"""

from collections.abc import Sequence, Sized
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import chdtrc, chdtri, kolmogorov, ndtr
from scipy.stats import hypergeom

from routing.measures.sample import Floats, Values

Places = npt.NDArray[np.intp]
EXPECTED = 10.0
OTHER = "other"
ROUNDING = 1e-12
"""Values this close are equal: means of equal values differ in their last bits."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """The size of a difference, the statistic of its test and the p-value."""

    effect: float
    statistic: float
    p_value: float


@dataclass(frozen=True, slots=True)
class Shares:
    """The share of each category in both samples, and their effective numbers of cases."""

    names: tuple[str, ...]
    reference: Floats
    window: Floats
    n_reference: float
    n_window: float

    def most_gained(self) -> int:
        """The place of the category whose share rose most."""
        return int(np.argmax(self.window - self.reference))

    def pooled(self) -> "Shares":
        """With those categories put together of which fewer than 10 are expected in either sample."""
        sizes = np.array([self.n_reference, self.n_window])
        table = np.array([self.reference, self.window])
        rare = _rare(sizes @ table * (sizes.min() / sizes.sum()))
        names = [name for name, is_rare in zip(self.names, rare, strict=True) if not is_rare]
        if rare.any():
            names.append(OTHER)
            table = np.column_stack([table[:, ~rare], table[:, rare].sum(axis=1)])
        return Shares(tuple(names), table[0], table[1], self.n_reference, self.n_window)


def _weighted(values: Sized, weights: Values | None) -> Floats:
    mass = np.ones(len(values)) if weights is None else np.asarray(weights, dtype=np.float64)
    if not len(mass) == len(values) > 0 or not np.all((mass > 0) & (mass < np.inf)):
        raise ValueError("a sample needs at least one value, and one positive, finite weight for each")
    return mass


def effective(weights: Floats) -> float:
    """Kish's effective number of cases."""
    return float(weights.sum() ** 2 / (weights**2).sum())


def compare_means(
    reference: Values,
    window: Values,
    reference_weights: Values | None = None,
    window_weights: Values | None = None,
) -> Comparison:
    """Two-sided z-test with pooled variance; the effect is the window's mean less the reference's."""
    means, squares, sizes = [], 0.0, []
    for values, weights in ((reference, reference_weights), (window, window_weights)):
        mass, column = _weighted(values, weights), np.asarray(values, dtype=np.float64)
        means.append(float(np.average(column, weights=mass)))
        sizes.append(effective(mass))
        squares += sizes[-1] * float(np.average((column - means[-1]) ** 2, weights=mass))
    effect = means[1] - means[0]
    variance = squares / max(sum(sizes) - 2, 1.0) * sum(1 / size for size in sizes)
    if variance < ROUNDING**2:
        return Comparison(effect, 0.0, float(abs(effect) < ROUNDING))
    z = effect / variance**0.5
    return Comparison(effect, float(z), float(2 * ndtr(-abs(z))))


def shares(
    reference: Sequence[str],
    window: Sequence[str],
    reference_weights: Values | None = None,
    window_weights: Values | None = None,
) -> Shares:
    """The share of each category in both samples."""
    names, place = np.unique(np.array([*reference, *window], dtype=object), return_inverse=True)
    before, now = place[: len(reference)], place[len(reference) :]
    return shares_of_places([str(name) for name in names], before, now, reference_weights, window_weights)


def shares_of_places(
    names: Sequence[str],
    reference: Places,
    window: Places,
    reference_weights: Values | None = None,
    window_weights: Values | None = None,
) -> Shares:
    """As `shares`, of samples as places in `names`; those in neither sample are left out."""
    masses = _weighted(reference, reference_weights), _weighted(window, window_weights)
    before, now = (
        np.bincount(places, mass, len(names)) / mass.sum()
        for places, mass in zip((reference, window), masses, strict=True)
    )
    here = np.flatnonzero(before + now > 0)
    return Shares(
        tuple(names[int(place)] for place in here), before[here], now[here], *map(effective, masses)
    )


def _rare(expected: Floats) -> npt.NDArray[np.bool_]:
    """The categories to put together: the rare ones, and as many more as it takes to expect enough."""
    pooled = expected < EXPECTED
    if pooled.any():
        order = np.argsort(expected, kind="stable")
        enough = int(np.searchsorted(np.cumsum(expected[order]), EXPECTED)) + 1
        pooled[order[:enough]] = True
    return pooled


def compare_shares(mix: Shares) -> Comparison:
    """Whether the categories' shares differ; the effect is the share of cases that changed category.

    Twice the smaller of two p-values: of Pearson's chi-square test on the pooled table, which sees many small
    changes, and of Fisher's exact test that a category rose, times their number, which sees a new category.
    The statistic is chi-square; the effect is the pooled table's total variation distance, half the sum of
    absolute differences, or the largest rise if that is more.
    """
    pooled = mix.pooled()
    rises = _rise_p(mix.reference, mix.window, mix.n_reference, mix.n_window)
    surest = float(rises.min()) * len(mix.names)
    most = mix.most_gained()
    rise = float(mix.window[most] - mix.reference[most])
    if len(pooled.names) < 2:
        return Comparison(rise, 0.0, min(1.0, 2 * surest))
    table = np.array([pooled.reference * pooled.n_reference, pooled.window * pooled.n_window])
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
    statistic = float(((table - expected) ** 2 / expected).sum())
    moved = float(np.abs(pooled.window - pooled.reference).sum() / 2)
    p = min(1.0, 2 * float(chdtrc(len(pooled.names) - 1, statistic)), 2 * surest)
    return Comparison(max(moved, rise), statistic, p)


def _rise_p(before: Floats, now: Floats, n_reference: float, n_window: float) -> Floats:
    """Fisher's exact p-values that shares rose; effective counts are rounded in favor of no change."""
    sizes = round(n_reference), round(n_window)
    counts = np.ceil(before * sizes[0] - 1e-9), np.floor(now * sizes[1] + 1e-9)
    return np.asarray(hypergeom.sf(counts[1] - 1, sum(sizes), counts[0] + counts[1], sizes[1]))


def surest_rise(
    reference: Floats, window: Floats, n_reference: float, n_window: float
) -> tuple[int, Comparison]:
    """Of many shares the place of the share that most surely rose, and its test by Fisher times their number.

    The effect is the rise, the statistic the window's count.
    """
    p = _rise_p(reference, window, n_reference, n_window)
    place = int(p.argmin())
    effect, count = float(window[place] - reference[place]), float(window[place] * n_window)
    return place, Comparison(effect, count, min(1.0, float(p[place]) * len(p)))


def psi(mix: Shares) -> float:
    """Population stability index Σ (q − p)·ln(q / p); an empty category counts as half a case."""
    p = np.maximum(mix.reference, 0.5 / mix.n_reference)
    q = np.maximum(mix.window, 0.5 / mix.n_window)
    return float(((q - p) * np.log(q / p)).sum())


def psi_limit(categories: int, n_reference: float, n_window: float, level: float = 0.05) -> float:
    """What the PSI of samples that do not differ exceeds with probability `level`.

    Asymptotically χ²(B − 1)·(1/n + 1/m) (Yurdakul 2018); the customary 0.1 and 0.2 ignore n.
    """
    return float(chdtri(max(categories - 1, 1), level)) * (1 / n_reference + 1 / n_window)


def compare_numbers(
    reference: Values,
    window: Values,
    reference_weights: Values | None = None,
    window_weights: Values | None = None,
) -> Comparison:
    """Kolmogorov and Smirnov's test; the effect is the largest difference of the shares below a value.

    The p-value is asymptotic, too large where values are tied. A missing value counts as -inf.
    """
    masses = _weighted(reference, reference_weights), _weighted(window, window_weights)
    points = np.unique(np.concatenate([reference, window]))
    below = []
    for values, mass in zip((reference, window), masses, strict=True):
        order = np.argsort(values, kind="stable")
        share = np.append(0.0, np.cumsum(mass[order]) / mass.sum())
        below.append(share[np.searchsorted(np.asarray(values)[order], points, side="right")])
    distance = float(np.abs(below[1] - below[0]).max())
    sizes = [effective(mass) for mass in masses]
    n = sizes[0] * sizes[1] / sum(sizes)
    return Comparison(distance, distance, float(kolmogorov(n**0.5 * distance)))


def compare_rises(
    reference: Sequence[bool] | npt.NDArray[np.bool_],
    window: Sequence[bool] | npt.NDArray[np.bool_],
    reference_weights: Values | None = None,
    window_weights: Values | None = None,
) -> Comparison:
    """Fisher's exact test that a share rose; the effect is the rise, the statistic the window's count.

    Of weighted samples the effective counts are rounded in favor of no change.
    """
    masses = _weighted(reference, reference_weights), _weighted(window, window_weights)
    before, now = (
        np.array([np.average(np.asarray(flags, dtype=np.float64), weights=mass)])
        for flags, mass in zip((reference, window), masses, strict=True)
    )
    sizes = [effective(mass) for mass in masses]
    p = _rise_p(before, now, *sizes)[0]
    return Comparison(float(now[0] - before[0]), float(now[0] * sizes[1]), min(1.0, float(p)))
