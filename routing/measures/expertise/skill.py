"""Skill of experts with shrinkage, whether they say the same again, how far their confidence holds."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq
from scipy.special import betainc, betaln

from routing.evidence.estimate import LEVEL
from routing.evidence.expertise import OwnConfidence, Retest, SkillEstimate
from routing.measures.calibration.calibration_error import ece, ece_if_calibrated
from routing.measures.calibration.proper_scores import brier
from routing.measures.estimation.slices import beta_prior
from routing.measures.intervals import wilson_interval
from routing.measures.opinions.agreement import cohen
from routing.measures.sample import Floats

MEANS = (np.arange(120) + 0.5) / 120
STRENGTHS = np.geomspace(1.0, 100.0, 12)
"""How experts may vary: the mean of their skills, and in how many answers a prior counts (a + b)."""
NEGLIGIBLE = 1e-3


def skills(graded: Sequence[tuple[str, str, bool]]) -> tuple[SkillEstimate, ...]:
    """By expert and slice, from (expert, slice, whether the answer was right) of cases that are settled.

    (x + a)/(n + a + b), where experts of a slice vary as Beta(a, b), fitted by marginal likelihood with a + b
    at most 100 (Casella 1985, empirical Bayes; beta-binomial). The interval is that of the posterior over all
    a and b, as likely as they are (Gelman et al. 2013, Bayesian Data Analysis, section 5.3): of ten experts
    with five answers each, the interval by the most likely ones alone held the truth of 7 in 10.
    """
    slices: dict[str, dict[str, list[bool]]] = {}
    for expert, slice_, is_right in graded:
        slices.setdefault(slice_, {}).setdefault(expert, []).append(is_right)
    return tuple(
        estimate for slice_, experts in sorted(slices.items()) for estimate in _slice_skills(slice_, experts)
    )


def _slice_skills(slice_: str, experts: dict[str, list[bool]]) -> list[SkillEstimate]:
    names = sorted(experts)
    right = [sum(experts[name]) for name in names]
    sizes = [len(experts[name]) for name in names]
    prior = beta_prior([float(count) for count in right], [float(size) for size in sizes])
    likely = _likely_priors(np.array(right), np.array(sizes))
    estimates = []
    for name, count, size in zip(names, right, sizes, strict=True):
        value = (prior.a + count) / (prior.a + prior.b + size)
        low, high = (likely.quantile(count, size, tail) for tail in ((1 - LEVEL) / 2, (1 + LEVEL) / 2))
        estimates.append(SkillEstimate(name, slice_, count, size, value, min(low, value), max(high, value)))
    return estimates


@dataclass(frozen=True, slots=True)
class _Priors:
    """Beta(a, b) each, by which experts may vary, and how likely it is."""

    a: Floats
    b: Floats
    weight: Floats

    def quantile(self, right: int, n: int, tail: float) -> float:
        """The quantile of the posterior of an expert with `right` of `n`."""
        # How likely each prior is holds for the slice: that all have seen this expert's answers is in it.
        a, b = self.a + right, self.b + n - right
        return float(brentq(lambda share: self.weight @ betainc(a, b, share) - tail, 0.0, 1.0, xtol=1e-6))


def _likely_priors(right: Floats, sizes: Floats) -> _Priors:
    """On a grid, means alike and strengths by their logarithm; those that hardly count are left out."""
    means, strengths = (grid.ravel() for grid in np.meshgrid(MEANS, STRENGTHS))
    a, b = means * strengths, (1 - means) * strengths
    pairs, counts = np.unique(np.stack([right, sizes]), axis=1, return_counts=True)
    x, n = pairs[:, :, None]
    logs = counts @ (betaln(a + x, b + n - x) - betaln(a, b))
    weight = np.exp(logs - logs.max())
    kept = weight > NEGLIGIBLE
    return _Priors(a[kept], b[kept], weight[kept] / weight[kept].sum())


def retest(answers: Sequence[tuple[str, str]]) -> Retest | None:
    """From an expert's first and later answer to each case seen twice; None without such cases.

    The share that is the same has Wilson's interval; kappa is Cohen's (1960), None where all are the same.
    """
    if not answers:
        return None
    place = {
        label: index for index, label in enumerate(sorted({label for pair in answers for label in pair}))
    }
    table = np.zeros((len(place), len(place)))
    for first, later in answers:
        table[place[first], place[later]] += 1
    same = int(np.trace(table))
    interval = wilson_interval(same, len(answers))
    kappa = float(cohen(table))
    beyond_chance = kappa if np.isfinite(kappa) else None
    return Retest(len(answers), same / len(answers), interval.low, interval.high, beyond_chance)


def own_confidence(confidence: Sequence[float], right: Sequence[bool], seed: int) -> OwnConfidence | None:
    """From stated confidences (0 to 1) and whether the answers were right; None without any.

    Raises ValueError for values that do not fit.
    """
    if not len(confidence) and not len(right):
        return None
    return OwnConfidence(
        n=len(confidence),
        stated=float(np.mean(confidence)),
        right=float(np.mean(right)),
        brier=brier(confidence, right),
        ece=ece(confidence, right),
        ece_if_calibrated=ece_if_calibrated(confidence, np.random.default_rng(seed)),
    )
