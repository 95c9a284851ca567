"""Which thresholds and audit shares lose the least for the expert time there is.

Reviewing a prediction costs minutes and saves what its error would cost, times the chance of it. The least
is lost if those are reviewed that save the most for a minute: a knapsack whose pieces are small, so greedy is
best (Dantzig 1957). Within a tier those are the least confident, so that a threshold says it. Experts are
taken to be right.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from routing.evidence.plan import Budget, BudgetPoint, TierPlan, WatchedStratum
from routing.measures.calibration.recalibration import LABELS_NEEDED
from routing.measures.planning.allocation import FLOOR, allocate
from routing.measures.planning.tier_traffic import STEPS, TierTraffic, expected_errors
from routing.measures.sample import Floats

POINTS = 41
HOUR = 60.0
ROUNDING = 1e-9
"""Of the minutes: a budget that is spent to the last second is not overspent."""
NO_SLICE = ""
FEWEST_OF_SLICE = 30
"""A slice of which fewer are accepted in a week counts with the rest."""
MOST_SLICES = 50
"""More than that nobody would keep in a policy, which takes 100 in a tier."""


def plan_budget(
    traffic: Sequence[TierTraffic], minutes: float, half_width: float | None = None, floor: float = FLOOR
) -> Budget:
    """The plan for `minutes` of expert time in a week.

    No tier that accepts anything has an audit share below `floor`, nor below its present share; with
    `half_width` they are raised as `allocate` says, so that the error of the accepted part is measured to
    within that much after a week; so is that of every slice that the traffic names. Raises ValueError where
    that takes more minutes than there are, or without traffic.
    """
    if not any(len(tier.score) for tier in traffic):
        raise ValueError("there is no traffic to plan for; look further back or wait for predictions")
    errors = [expected_errors(tier) for tier in traffic]
    tiers = [
        _Tier(tier, wrong, max(floor, tier.audit)) for tier, (wrong, _) in zip(traffic, errors, strict=True)
    ]
    chosen = _Knapsack(tiers)
    if half_width is not None:
        tiers = _watched(tiers, chosen.thresholds(minutes), half_width, floor)
        chosen = _Knapsack(tiers)
    thresholds = chosen.thresholds(minutes)
    plans = tuple(tier.plan(threshold) for tier, threshold in zip(tiers, thresholds, strict=True))
    return Budget(
        minutes=minutes,
        spent=sum(plan.minutes for plan in plans),
        loss=sum(plan.loss for plan in plans),
        now=_now(tiers),
        hour_saves=chosen.loss(minutes) - chosen.loss(minutes + HOUR),
        tiers=plans,
        points=chosen.points(),
        warnings=tuple(_warnings(traffic, [rests_on_labels for _, rests_on_labels in errors])),
    )


@dataclass(frozen=True)  # without slots, where cached_property could not keep its value
class _Tier:
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

    @property
    def is_free(self) -> npt.NDArray[np.bool_]:
        """Those that a threshold decides about."""
        if self.traffic.is_kept:
            return np.zeros(len(self.wrong), dtype=bool)
        return self.accepted(self.traffic.lowest)

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


class _Knapsack:
    """Every prediction that a threshold decides about, those first that save the most in a minute."""

    def __init__(self, tiers: Sequence[_Tier]) -> None:
        self._tiers = tiers
        lowest = [tier.spends(tier.traffic.lowest, tier.audits) for tier in tiers]
        self.least = sum(minutes for minutes, _ in lowest)
        self._most_lost = sum(loss for _, loss in lowest)
        place = np.concatenate([np.full(np.count_nonzero(tier.is_free), n) for n, tier in enumerate(tiers)])
        score = np.concatenate([tier.traffic.score[tier.is_free] for tier in tiers])
        saved, minutes = (np.concatenate(parts) for parts in zip(*map(_pieces, tiers), strict=True))
        # The last key counts first: of pieces that save the same, the least confident are reviewed first.
        self._order = np.lexsort((score, -saved / minutes))
        self._place = place.astype(np.intp)[self._order]
        self._minutes = np.concatenate([[0.0], np.cumsum(minutes[self._order])])
        self._saved = np.concatenate([[0.0], np.cumsum(saved[self._order])])

    def _reviewed(self, minutes: float) -> int:
        """How many are reviewed, in order. Raises ValueError where the minutes do not even do for audits."""
        left = minutes - self.least
        if left < -ROUNDING:
            raise ValueError(
                f"{minutes:.0f} minutes a week are not enough: audits and what is always reviewed take "
                f"{self.least:.0f}; give at least that many, or lower audit shares or the wanted width"
            )
        return int(np.searchsorted(self._minutes, left + ROUNDING, side="right")) - 1

    def loss(self, minutes: float) -> float:
        """The least expected loss in a week."""
        return self._most_lost - float(self._saved[self._reviewed(minutes)])

    def thresholds(self, minutes: float) -> list[float | None]:
        """The thresholds by tier; of equal scores all are accepted, so no more than `minutes` is spent."""
        first = self._place[: self._reviewed(minutes)]
        counts = np.bincount(first, minlength=len(self._tiers)).tolist()
        return [_threshold(tier, count) for tier, count in zip(self._tiers, counts, strict=True)]

    def points(self) -> tuple[BudgetPoint, ...]:
        """The curve from the fewest minutes to reviewing everything."""
        grid = np.linspace(self.least, self.least + float(self._minutes[-1]), POINTS).tolist()
        return tuple(BudgetPoint(minutes, self.loss(minutes)) for minutes in grid)


def _pieces(tier: _Tier) -> tuple[Floats, Floats]:
    """What a week saves and takes if another is reviewed, for each; audits are paid for already."""
    traffic = tier.traffic
    # Where everything is audited nothing is left to save; 0 would make the ratio of the two 0 / 0.
    rest = np.maximum(1 - tier.audits[tier.is_free], ROUNDING) / traffic.weeks
    saved: Floats = rest * traffic.error_cost * tier.wrong[tier.is_free]
    return saved, rest * traffic.minutes


def _threshold(tier: _Tier, reviewed: int) -> float | None:
    """The threshold below which lie the `reviewed` least sure, rounded down; None to review everything."""
    traffic = tier.traffic
    if traffic.is_kept:
        return traffic.threshold
    scores = np.sort(traffic.score[tier.is_free])
    if len(scores) == 0:
        return traffic.threshold
    if reviewed >= len(scores):
        return None
    return max(math.floor(float(scores[reviewed]) * STEPS + ROUNDING) / STEPS, traffic.lowest)


def _watched(
    tiers: Sequence[_Tier], thresholds: Sequence[float | None], half_width: float, floor: float
) -> list[_Tier]:
    """The tiers with audit shares that measure the error of the accepted part well enough."""
    strata = [
        (place, name, watched)
        for place, (tier, threshold) in enumerate(zip(tiers, thresholds, strict=True))
        for name, watched in _strata(tier, tier.accepted(threshold))
    ]
    if not strata:
        return list(tiers)
    each = half_width if any(tier.traffic.slices is not None for tier in tiers) else None
    shares = allocate([watched for _, _, watched in strata], half_width, floor, each).shares
    by_tier: list[dict[str, float]] = [{} for _ in tiers]
    for (place, name, _), audited in zip(strata, shares, strict=True):
        by_tier[place][name] = audited.share
    return [_raised(tier, own) for tier, own in zip(tiers, by_tier, strict=True)]


def _strata(tier: _Tier, accepted: npt.NDArray[np.bool_]) -> Iterator[tuple[str, WatchedStratum]]:
    """What is accepted, by slice where that is wanted; all but the largest count with what is in none."""
    traffic, kept = tier.traffic, np.flatnonzero(accepted)
    names = np.full(len(kept), NO_SLICE) if traffic.slices is None else traffic.slices[kept]
    slices, counts = np.unique(names, return_counts=True)
    largest = slices[np.argsort(-counts, kind="stable")][:MOST_SLICES]
    large = largest[np.sort(-counts, kind="stable")[:MOST_SLICES] <= -FEWEST_OF_SLICE * traffic.weeks]
    names = np.where(np.isin(names, large), names, NO_SLICE)
    for name in np.unique(names).tolist():
        here = kept[names == name]
        received = max(1, round(len(here) / traffic.weeks))
        title = " ".join(filter(None, (*traffic.key, name)))
        error = float(tier.wrong[here].mean())
        yield name, WatchedStratum(title, received, error, traffic.minutes, is_separate=name != NO_SLICE)


def _raised(tier: _Tier, shares: Mapping[str, float]) -> _Tier:
    """The tier with these shares for its slices, and for what is in none of them."""
    by_slice = {name: share for name, share in shares.items() if name != NO_SLICE}
    return replace(tier, audit=max(tier.audit, shares.get(NO_SLICE, 0.0)), by_slice=by_slice)


def _now(tiers: Sequence[_Tier]) -> BudgetPoint:
    """What the present policy takes and is expected to lose in a week."""
    spent = [tier.spends(tier.traffic.threshold, tier.traffic.present_audits) for tier in tiers]
    return BudgetPoint(sum(minutes for minutes, _ in spent), sum(loss for _, loss in spent))


def _warnings(traffic: Sequence[TierTraffic], rests_on_labels: Sequence[bool]) -> Iterator[str]:
    needed = LABELS_NEEDED["platt"]
    for tier, is_labeled in zip(traffic, rests_on_labels, strict=True):
        name = f"tier {tier.key[1]} of {tier.key[0]}"
        if len(tier.score) and not is_labeled:
            yield (
                f"{name}: {tier.labels} labels do not tell its errors (about {needed} of equal weight do); "
                "they are taken to be what the model's confidence says"
            )
        if tier.is_kept and len(tier.score):
            yield f"{name} keeps its rule: it is always reviewed or under a promise"
    if len({tier.error_cost for tier in traffic}) == 1 and len(traffic) > 1:
        yield "an error costs the same in every tier; set `error_cost` where one is worse than another"
