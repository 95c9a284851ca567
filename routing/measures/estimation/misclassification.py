"""The model's error where only gold cases tell what experts' answers are worth."""

import math
from dataclasses import dataclass

from routing.evidence.estimate import LEVEL, Estimate, Reach
from routing.measures.intervals import normal_quantile

LEAST_GOLD = 5_000
"""Fewer answers to gold cases of the accepted kind leave limits that certify next to nothing: with 500 of
them a promise was granted in 0 to 24 % of runs, with 2,000 in 3 to 62 %."""


@dataclass(frozen=True, slots=True)
class GoldAnswers:
    """What experts answered to gold cases like the accepted: `missed` of `wrong` and `accused` of `right`.

    The model is known to be wrong in `wrong` of them, and experts agreed with it in `missed` of these; it is
    known to be right in `right`, and experts called it wrong in `accused` of these. Raises ValueError for
    counts that cannot be.
    """

    wrong: int
    missed: int
    right: int
    accused: int

    def __post_init__(self) -> None:
        if not (0 <= self.missed <= self.wrong and 0 <= self.accused <= self.right):
            raise ValueError(f"missed are some of wrong, accused some of right: {self}")

    @property
    def likely_hit(self) -> float:
        """P(called wrong | wrong), after two more cases, one of them missed."""
        return (self.wrong - self.missed + 1) / (self.wrong + 2)

    @property
    def likely_clear(self) -> float:
        """P(called right | right), after two more cases, one of them accused."""
        return (self.right - self.accused + 1) / (self.right + 2)

    @property
    def is_telling(self) -> bool:
        """Whether answers tell wrong from right more often than by chance, shrunk or not."""
        raw = self.missed * self.right + self.accused * self.wrong < self.wrong * self.right
        return raw and self.likely_hit + self.likely_clear > 1


def corrected(claims: int, labels: int, gold: GoldAnswers, level: float = LEVEL) -> Estimate | None:
    """The model's error if `claims` of `labels` say that it is wrong; None if gold does not tell enough.

    That takes LEAST_GOLD answers, of both kinds, and experts who tell wrong from right at all; and the labels
    have to be a random sample of what they speak for. See `prevalence`. Raises ValueError for counts that
    cannot be.
    """
    if gold.wrong + gold.right < LEAST_GOLD or not gold.is_telling:
        return None
    return prevalence(claims, labels, gold, level)


def prevalence(claims: int, labels: int, gold: GoldAnswers, level: float = LEVEL) -> Estimate:
    """The true share behind `claims` of `labels`, by the errors of whoever claims (Rogan & Gladen 1978).

    e = (seen − fp)/(1 − fn − fp), kept within 0..1, with fn = missed/wrong and fp = accused/right of the
    gold answers. The interval is that of Lang & Reiczigel (2014, equations 6, 7, 16 and 17; the square in
    equation 4 is of 1 − P): z² labels, half of them claims, are added, and two gold answers of each kind, one
    of them wrong. Raises ValueError for counts that cannot be, without labels or gold of both kinds, and
    where answers say nothing of the truth.
    """
    if not 0 <= claims <= labels or not labels:
        raise ValueError(f"claims are some of the labels, and there are labels: {claims}, {labels}")
    if not gold.is_telling:
        raise ValueError(f"answers that are right no more often than by chance say nothing: {gold}")
    z = normal_quantile(level)
    hit, clear = 1 - gold.missed / gold.wrong, 1 - gold.accused / gold.right
    value = (claims / labels + clear - 1) / (hit + clear - 1)
    likely_hit, likely_clear = gold.likely_hit, gold.likely_clear
    seen = (claims + z**2 / 2) / (labels + z**2)
    middle = (seen + likely_clear - 1) / (likely_hit + likely_clear - 1)
    of_hits, of_clears = _variance(likely_hit, gold.wrong), _variance(likely_clear, gold.right)
    shift = 2 * z**2 * (middle * of_hits - (1 - middle) * of_clears)
    variance = seen * (1 - seen) / (labels + z**2) + middle**2 * of_hits + (1 - middle) ** 2 * of_clears
    half = z * math.sqrt(variance) / (likely_hit + likely_clear - 1)
    low, high = middle + shift - half, middle + shift + half
    return Estimate(
        value=min(1.0, max(0.0, value)),
        low=min(1.0, max(0.0, low)),
        high=min(1.0, max(0.0, high)),
        n=labels,
        reach=Reach.FUTURE,
        level=level,
    )


def _variance(share: float, n: int) -> float:
    return share * (1 - share) / (n + 2)
