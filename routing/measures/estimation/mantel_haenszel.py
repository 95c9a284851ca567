"""Whether a part of the cases is wrong more often than the rest, like compared with like."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import gammaln, ndtr

Counts = npt.NDArray[np.int64]
_Floats = npt.NDArray[np.float64]
EXACT_UP_TO = 1_000.0
"""The variance up to which the exact distribution is summed; beyond it a normal distribution is as good."""
_STANDARD_DEVIATIONS = 12.0
_AT_LEAST = 30.0
"""What lies farther from the mean than both together has a chance below 1e-12 (Bernstein)."""


@dataclass(frozen=True, slots=True)
class StratifiedCounts:
    """A 2 × 2 table for each stratum: of `n` cases inside and `n_outside`, so many are wrong."""

    n: Counts
    wrong: Counts
    n_outside: Counts
    wrong_outside: Counts

    def informative(self) -> "StratifiedCounts":
        """The strata that have cases on both sides: a stratum without compares nothing."""
        kept = (self.n > 0) & (self.n_outside > 0)
        return StratifiedCounts(
            self.n[kept], self.wrong[kept], self.n_outside[kept], self.wrong_outside[kept]
        )


def stratified_p_value(counts: StratifiedCounts) -> float:
    """The chance of as many errors inside or more, were it wrong as often as the rest of each stratum.

    One-sided and exact given how many are wrong in each stratum: the sum of independent hypergeometric counts
    (Cox 1970; Mehta, Patel and Gray 1985), for one stratum Fisher's test. Where their variance is above
    EXACT_UP_TO it is the statistic of Mantel and Haenszel (1959), continuity corrected. 1 where nothing
    compares.
    """
    table = counts.informative()
    errors, total = table.wrong + table.wrong_outside, table.n + table.n_outside
    mean = errors * table.n / total
    # A total above 1 is certain: there are cases on both sides.
    variance = mean * (1 - table.n / total) * (total - errors) / (total - 1)
    seen, spread = int(table.wrong.sum()), float(variance.sum())
    if spread > EXACT_UP_TO:
        return float(ndtr(-(seen - mean.sum() - 0.5) / np.sqrt(spread)))
    start, chances = 0, np.ones(1)
    for drawn, wrong, cases in zip(table.n.tolist(), errors.tolist(), total.tolist(), strict=True):
        first, more = _hypergeometric(drawn, wrong, cases)
        start, chances = start + first, np.convolve(chances, more)
    return min(1.0, float(chances[max(0, seen - start) :].sum()))


def risk_difference(counts: StratifiedCounts) -> float:
    """How much larger the share of errors is inside than in the rest of each stratum (Cochran 1954).

    Weighted as in Mantel and Haenszel's statistic, n·n_outside/(n + n_outside); 0 where nothing compares.
    """
    table = counts.informative()
    weight = table.n * table.n_outside / (table.n + table.n_outside)
    gap = table.wrong / table.n - table.wrong_outside / table.n_outside
    return float((weight * gap).sum() / weight.sum()) if len(weight) else 0.0


def _hypergeometric(drawn: int, wrong: int, cases: int) -> tuple[int, _Floats]:
    """The chances of the numbers of errors among `drawn` of `cases`, and the first of the numbers."""
    mean = drawn * wrong / cases
    reach = _STANDARD_DEVIATIONS * np.sqrt(mean * (1 - wrong / cases)) + _AT_LEAST
    first = max(0, drawn + wrong - cases, int(mean - reach))
    number = np.arange(first, min(drawn, wrong, int(mean + reach) + 1) + 1, dtype=np.float64)
    logs = _log_choose(wrong, number) + _log_choose(cases - wrong, drawn - number)
    return first, np.exp(logs - _log_choose(cases, np.float64(drawn)))


def _log_choose(n: int, k: _Floats | np.float64) -> _Floats:
    return np.asarray(gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1), dtype=np.float64)
