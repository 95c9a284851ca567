"""A tier in a budget: what any threshold and audit share of it would take and lose in a week."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from routing.evidence.estimate import Interval
from routing.evidence.plan import Cost, TierPlan
from routing.measures.estimation.error_estimate import estimate
from routing.measures.intervals import WeightedEstimate, mover
from routing.measures.planning.tier_traffic import STEPS, TierTraffic
from routing.measures.sample import Floats

ROUNDING = 1e-9
"""Of the minutes, and of steps: a budget that is spent to the last second is not overspent."""


@dataclass(frozen=True, slots=True)
class LostShare:
    """What would be lost in a week if all that is accepted unseen were wrong, and how much of it is."""

    stake: float
    value: float
    interval: Interval


@dataclass(frozen=True)  # without slots, where cached_property could not keep its value
class PlannedTier:
    """A tier with the chance that each of its predictions is wrong, and the audit shares it will have."""

    traffic: TierTraffic
    wrong: Floats
    audit: float
    by_slice: Mapping[str, float] = field(default_factory=dict)

    @cached_property
    def audits(self) -> Floats:
        """The audit share of each."""
        shares = np.maximum(self.traffic.present_audits, self.audit)
        for name, share in self.by_slice.items():
            of_slice = self.traffic.slices == name
            shares[of_slice] = np.maximum(shares[of_slice], share)
        return shares

    @property
    def audit_slices(self) -> dict[str, float]:
        """The shares of slices as the policy is to have them: none is lowered."""
        more = {name: share for name, share in self.by_slice.items() if share > self.audit}
        present = self.traffic.audit_slices
        return {**present, **{name: max(share, present.get(name, 0.0)) for name, share in more.items()}}

    def accepted(self, threshold: float | None) -> npt.NDArray[np.bool_]:
        """Those that would be accepted, audits included."""
        if self.traffic.is_kept:
            return ~self.traffic.is_due
        if threshold is None:
            return np.zeros(len(self.wrong), dtype=bool)
        return ~self.traffic.is_due & (self.traffic.score >= threshold)

    def spends(self, threshold: float | None, audits: Floats) -> tuple[float, float]:
        """The minutes and the loss of a week, with these audit shares."""
        traffic, accepted = self.traffic, self.accepted(threshold)
        reviews = np.count_nonzero(~accepted) + float(audits[accepted].sum())
        lost = traffic.error_cost * float(((1 - audits) * self.wrong)[accepted].sum())
        return reviews * traffic.minutes / traffic.weeks, lost / traffic.weeks

    def audited_more(self, share: float) -> "PlannedTier":
        """With so much audited of what is not, first where slices have shares of their own; rounded down."""

        def raised(audit: float) -> float:
            return max(audit, math.floor((audit + share * (1 - audit)) * STEPS + ROUNDING) / STEPS)

        by_slice = {name: raised(audit) for name, audit in self.by_slice.items()}
        if by_slice != self.by_slice:
            return replace(self, by_slice=by_slice)
        return replace(self, audit=raised(self.audit))

    def lost(self, threshold: float | None, audits: Floats) -> LostShare:
        """The loss of a week with the limits that the labels of what is accepted set to it."""
        accepted = self.accepted(threshold)
        stake = self.traffic.error_cost * float((1 - audits)[accepted].sum()) / self.traffic.weeks
        if not stake:
            return LostShare(0.0, 0.0, Interval(0.0, 0.0))
        value = min(1.0, self.spends(threshold, audits)[1] / stake)
        strata = self.traffic.stratified.at(accepted).strata
        error = estimate(self.traffic.key[1], strata, are_pooled=True).future
        low, high = (0.0, 1.0) if error is None else (error.low, error.high)
        # The curve is smoother than the labels; what it says is possible, too.
        return LostShare(stake, value, Interval(min(low, value), max(high, value)))

    def plan(self, threshold: float | None) -> TierPlan:
        """The tier's part of a budget."""
        traffic = self.traffic
        number = int(np.count_nonzero(self.accepted(threshold)))
        audit = self.audit if number else traffic.audit if threshold == traffic.threshold else 0.0
        minutes, loss = self.spends(threshold, self.audits)
        return TierPlan(
            task=traffic.key[0],
            tier=traffic.key[1],
            threshold=threshold,
            was_threshold=traffic.threshold,
            audit=audit,
            was_audit=traffic.audit,
            received=len(traffic.score) / traffic.weeks,
            accepted=number / traffic.weeks,
            minutes=minutes,
            loss=loss,
            labels=traffic.labels,
            is_kept=traffic.is_kept,
            audit_slices=self.audit_slices if number else traffic.audit_slices,
            was_audit_slices=traffic.audit_slices,
        )


def loss_of(parts: Sequence[LostShare]) -> Cost:
    """The sum with its interval, the parts being independent."""
    total = sum(part.stake for part in parts)
    if not total:
        return Cost(0.0, 0.0, 0.0)
    value, interval = mover(
        [WeightedEstimate(part.stake / total, part.value, part.interval) for part in parts]
    )
    return Cost(value * total, interval.low * total, interval.high * total)
