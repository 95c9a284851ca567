"""Skill of experts with shrinkage, whether they say the same again, how far their confidence holds."""

from collections.abc import Sequence

import numpy as np
from scipy.special import betaincinv

from routing.evidence.estimate import LEVEL
from routing.evidence.expertise import OwnConfidence, Retest, SkillEstimate
from routing.measures.calibration.calibration_error import ece, ece_if_calibrated
from routing.measures.calibration.proper_scores import brier
from routing.measures.estimation.slices import beta_prior
from routing.measures.intervals import wilson_interval
from routing.measures.opinions.agreement import cohen


def skills(graded: Sequence[tuple[str, str, bool]]) -> tuple[SkillEstimate, ...]:
    """By expert and slice, from (expert, slice, whether the answer was right) of cases that are settled.

    (x + a)/(n + a + b), where experts of a slice vary as Beta(a, b), fitted by marginal likelihood with a + b
    at most 100 (Casella 1985, empirical Bayes; beta-binomial); the interval is that of the posterior. It
    leaves out that a and b are estimated: with few experts it is somewhat narrow.
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
    estimates = []
    for name, count, size in zip(names, right, sizes, strict=True):
        a, b = prior.a + count, prior.b + size - count
        low, high = (float(betaincinv(a, b, tail)) for tail in ((1 - LEVEL) / 2, (1 + LEVEL) / 2))
        estimates.append(SkillEstimate(name, slice_, count, size, a / (a + b), low, high))
    return estimates


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
