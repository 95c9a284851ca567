"""Spends expert minutes where they save the most: on the least sure predictions first, then on audits.

What a threshold cannot part is reviewed together: predictions of a tier whose scores agree in four digits. A
block that takes more than what is left is passed over, with the rest of its tier, for what others have; and
what is left then goes to audits. So a minute stays unused only where no other review fits into it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from routing.measures.planning.planned_tier import ROUNDING, PlannedTier
from routing.measures.planning.tier_traffic import STEPS
from routing.measures.sample import Floats


@dataclass(frozen=True, slots=True)
class TierChoice:
    """A tier with the audit shares that it is to have, and its threshold; None to review everything."""

    tier: PlannedTier
    threshold: float | None


@dataclass(frozen=True, slots=True)
class _Blocks:
    """What a threshold can have reviewed of a tier, the least sure first: score, savings, minutes."""

    steps: Floats
    saved: Floats
    minutes: Floats

    @property
    def worth(self) -> Floats:
        """What a minute saves; never rising, which the last bits of a sum may break."""
        worth: Floats = np.minimum.accumulate(self.saved / self.minutes)
        return worth


class Knapsack:
    """Everything that a threshold or an audit share decides about, first what saves the most in a minute."""

    def __init__(self, tiers: Sequence[PlannedTier]) -> None:
        self._tiers = tiers
        self.least = sum(tier.spends(tier.traffic.lowest, tier.audits)[0] for tier in tiers)
        self._blocks = [_blocks(tier) for tier in tiers]
        place = np.concatenate([np.full(len(part.steps), n) for n, part in enumerate(self._blocks)])
        worth, steps, minutes = (
            np.concatenate([getattr(part, name) for part in self._blocks])
            for name in ("worth", "steps", "minutes")
        )
        # The last key counts first: of blocks that save the same, the least sure are reviewed first.
        order = np.lexsort((place, steps, -worth))
        self._place, self._minutes = place.astype(np.intp)[order], minutes[order]
        self.most = self.least + float(minutes.sum())

    def choices(self, minutes: float) -> list[TierChoice]:
        """What every tier is to have. Raises ValueError where the minutes do not even do for audits."""
        left = minutes - self.least
        if left < -ROUNDING:
            raise ValueError(
                f"{minutes:.0f} minutes a week are not enough: what is checked at random and what is always "
                f"looked at take {self.least:.0f}; give that many, lower `audit`, or want less precision"
            )
        counts = np.zeros(len(self._tiers), dtype=np.intp)
        place, costs = self._place, self._minutes
        while len(place):
            spent = np.cumsum(costs)
            fitting = int(np.searchsorted(spent, left + ROUNDING, side="right"))
            counts += np.bincount(place[:fitting], minlength=len(counts))
            left -= float(spent[fitting - 1]) if fitting else 0.0
            if fitting == len(place) or self._tiers[place[fitting]].traffic.is_kept:
                break  # audits of a kept tier take any part of what is left, and nothing else saves as much
            rest = place[fitting:] != place[fitting]
            place, costs = place[fitting:][rest], costs[fitting:][rest]
        return _audited([self._choice(number, count) for number, count in enumerate(counts.tolist())], left)

    def _choice(self, number: int, count: int) -> TierChoice:
        """The tier with so many of its blocks reviewed."""
        tier, blocks = self._tiers[number], self._blocks[number]
        if tier.traffic.is_kept:
            return TierChoice(replace(tier, audit=1.0) if count else tier, tier.traffic.threshold)
        if len(blocks.steps) == 0:
            return TierChoice(tier, tier.traffic.threshold)
        threshold = None if count >= len(blocks.steps) else float(blocks.steps[count]) / STEPS
        return TierChoice(tier, threshold)


def _blocks(tier: PlannedTier) -> _Blocks:
    """What a week saves and takes if a block is reviewed, for each; audits are paid for already."""
    traffic = tier.traffic
    free = tier.accepted(traffic.lowest)
    # Where everything is audited nothing is left to save; 0 would make the ratio of the two 0 / 0.
    rest = np.maximum(1 - tier.audits[free], ROUNDING) / traffic.weeks
    score = np.zeros(len(rest)) if traffic.is_kept else traffic.score[free]
    steps: Floats = np.floor(score * STEPS + ROUNDING)
    names, place = np.unique(steps, return_inverse=True)
    saved, minutes = np.zeros(len(names)), np.zeros(len(names))
    np.add.at(saved, place, rest * traffic.error_cost * tier.wrong[free])
    np.add.at(minutes, place, rest * traffic.minutes)
    return _Blocks(names, saved, minutes)


def _audited(choices: Sequence[TierChoice], minutes: float) -> list[TierChoice]:
    """The same with the minutes that are left spent on audits, where these save the most first."""
    raised = list(choices)
    for number in sorted(range(len(raised)), key=lambda number: -_worth_of_audits(raised[number])):
        tier, threshold = raised[number].tier, raised[number].threshold
        accepted, traffic = tier.accepted(threshold), tier.traffic
        while (more := minutes * traffic.weeks / traffic.minutes) >= 1:  # else no other review fits in
            rest = float((1 - tier.audits)[accepted].sum())
            higher = tier.audited_more(min(1.0, more / rest)) if rest else tier
            if (higher.audit, higher.by_slice) == (tier.audit, tier.by_slice):
                break
            minutes -= higher.spends(threshold, higher.audits)[0] - tier.spends(threshold, tier.audits)[0]
            tier = higher
        raised[number] = TierChoice(tier, threshold)
    return raised


def _worth_of_audits(choice: TierChoice) -> float:
    """What a minute of audits saves in a tier."""
    tier = choice.tier
    accepted = tier.accepted(choice.threshold)
    rest = 1 - tier.audits[accepted]
    if not rest.sum():
        return 0.0
    return (
        tier.traffic.error_cost / tier.traffic.minutes * float(np.average(tier.wrong[accepted], weights=rest))
    )
