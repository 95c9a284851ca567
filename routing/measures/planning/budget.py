"""Which thresholds and audit shares lose the least for the expert time there is.

Reviewing a prediction costs minutes and saves what its error would cost, times the chance of it. The least
is lost if those are reviewed that save the most for a minute: a knapsack whose pieces are small, so greedy is
best (Dantzig 1957). Within a tier those are the least confident, so that a threshold says it. Experts are
taken to be right.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from routing.evidence.plan import Budget, BudgetPoint, WatchedStratum
from routing.measures.calibration.recalibration import LABELS_NEEDED
from routing.measures.planning.allocation import FLOOR, allocate
from routing.measures.planning.knapsack import Knapsack, TierChoice
from routing.measures.planning.planned_tier import PlannedTier, loss_of
from routing.measures.planning.tier_traffic import TierTraffic, expected_errors

POINTS = 41
HOUR = 60.0
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
        PlannedTier(tier, wrong, max(floor, tier.audit))
        for tier, (wrong, _) in zip(traffic, errors, strict=True)
    ]
    if half_width is not None:
        thresholds = [choice.threshold for choice in Knapsack(tiers).choices(minutes)]
        tiers = _watched(tiers, thresholds, half_width, floor)
    knapsack = Knapsack(tiers)
    choices = knapsack.choices(minutes)
    plans = tuple(choice.tier.plan(choice.threshold) for choice in choices)
    proposal, longer = (_point(minutes + more, knapsack.choices(minutes + more)) for more in (0.0, HOUR))
    grid = np.linspace(knapsack.least, knapsack.most, POINTS).tolist()
    return Budget(
        minutes=minutes,
        spent=sum(plan.minutes for plan in plans),
        loss=proposal.loss,
        now=_now(tiers),
        hour_saves=proposal.loss - longer.loss,
        tiers=plans,
        points=tuple(_point(spent, knapsack.choices(spent)) for spent in grid),
        warnings=tuple(_warnings(traffic, [rests_on_labels for _, rests_on_labels in errors])),
        low=proposal.low,
        high=proposal.high,
    )


def _point(minutes: float, choices: Sequence[TierChoice]) -> BudgetPoint:
    cost = loss_of([choice.tier.lost(choice.threshold, choice.tier.audits) for choice in choices])
    return BudgetPoint(minutes, cost.value, cost.low, cost.high)


def _watched(
    tiers: Sequence[PlannedTier], thresholds: Sequence[float | None], half_width: float, floor: float
) -> list[PlannedTier]:
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


def _strata(tier: PlannedTier, accepted: npt.NDArray[np.bool_]) -> Iterator[tuple[str, WatchedStratum]]:
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


def _raised(tier: PlannedTier, shares: Mapping[str, float]) -> PlannedTier:
    """The tier with these shares for its slices, and for what is in none of them."""
    by_slice = {name: share for name, share in shares.items() if name != NO_SLICE}
    return replace(tier, audit=max(tier.audit, shares.get(NO_SLICE, 0.0)), by_slice=by_slice)


def _now(tiers: Sequence[PlannedTier]) -> BudgetPoint:
    """What the present policy takes and is expected to lose in a week."""
    present = [(tier, tier.traffic.threshold, tier.traffic.present_audits) for tier in tiers]
    cost = loss_of([tier.lost(threshold, audits) for tier, threshold, audits in present])
    minutes = sum(tier.spends(threshold, audits)[0] for tier, threshold, audits in present)
    return BudgetPoint(minutes, cost.value, cost.low, cost.high)


def _warnings(traffic: Sequence[TierTraffic], rests_on_labels: Sequence[bool]) -> Iterator[str]:
    needed = LABELS_NEEDED["platt"]
    for tier, is_labeled in zip(traffic, rests_on_labels, strict=True):
        name = f"{tier.key[0]} ({tier.key[1]})"
        if len(tier.score) and not is_labeled:
            answers = "1 answer does" if tier.labels == 1 else f"{tier.labels} answers do"
            yield (
                f"{name}: {answers} not tell how much is wrong (about {needed} do); "
                "it is taken to be what the model says of itself"
            )
        if tier.is_kept and len(tier.score):
            yield f"{name} keeps its rule: all of it is looked at, or its limit rests on what answers show"
    if len({tier.error_cost for tier in traffic}) == 1 and len(traffic) > 1:
        yield "an error costs the same everywhere; set `error_cost` where one is worse than another"
