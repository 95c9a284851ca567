"""What another policy would have done with logged predictions: volume, error, late cases and cost.

The error of what it would accept is estimated from the labels that are there, each standing for the
predictions that had the same chance of review; see `error_estimate`. It assumes that experts and the model
would have answered as they did. What both sides accept and what only one of them does are never pooled: else
the answers to what a looser threshold adds would stand for those that are missing in what both accept.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from routing.evidence.estimate import Interval, Stratum, TrafficEstimate
from routing.evidence.plan import (
    ChannelLoad,
    Cost,
    Outcome,
    Placement,
    Price,
    Replay,
    Rerouting,
    TierKey,
    TierOutcome,
)
from routing.measures.estimation.error_estimate import estimate, strata_of
from routing.measures.intervals import WeightedEstimate, mover
from routing.measures.planning.lateness import Delays
from routing.measures.planning.overlap import doubts

Side = Literal["before", "after"]
MINUTES = 60
NO_PRICE = Price()
NEGLIGIBLE = 0.05
"""Of what is at stake in a tier: as much may be without a label, and is taken to be like the rest of it."""


@dataclass(frozen=True, slots=True)
class _Basis:
    """What both sides of a replay are judged by."""

    prices: Mapping[TierKey, Price]
    working_hours: Mapping[str, float]
    delays: Mapping[str, Delays]


def replay(
    rerouted: Sequence[Rerouting], prices: Mapping[TierKey, Price], working_hours: Mapping[str, float]
) -> Replay:
    """What becomes of these predictions by their baseline, and by the other policy.

    `prices` are by task and tier (1 per error and 1 minute per label if left out), `working_hours` say by
    task how many hours of the period people worked; where that is nothing, there is no pace. The numbers
    speak of this very traffic. Late are the cases that were, and of those that experts were not asked
    about the share of the channel's others that took longer than they would have.
    """
    basis = _Basis(prices, working_hours, _delays(rerouted))
    before, after = _outcome(rerouted, "before", basis), _outcome(rerouted, "after", basis)
    return Replay(
        received=len(rerouted),
        newly_accepted=sum(row.after.is_accepted and not row.baseline.is_accepted for row in rerouted),
        newly_reviewed=sum(row.baseline.is_accepted and not row.after.is_accepted for row in rerouted),
        before=before,
        after=after,
        warnings=doubts(rerouted, after),
    )


def accepted_error(rerouted: Iterable[Rerouting], name: str) -> TrafficEstimate:
    """The error of these predictions, from the labels among them, by what both sides accept and what one."""
    parts = defaultdict[bool, list[Rerouting]](list)
    for row in rerouted:
        parts[row.baseline.is_accepted and row.after.is_accepted].append(row)
    strata = [stratum for rows in parts.values() for stratum in _strata(rows)]
    return estimate(name, strata, are_pooled=True)


def _strata(rows: Sequence[Rerouting]) -> tuple[Stratum, ...]:
    return strata_of(
        [row.inclusion_probability for row in rows],
        [row.before.is_reviewed for row in rows],
        [row.is_labeled for row in rows],
        [row.is_error for row in rows],
        [row.before.is_accepted for row in rows],
    )


def _delays(rerouted: Iterable[Rerouting]) -> dict[str, Delays]:
    decided, waiting = defaultdict[str, list[float]](list), defaultdict[str, list[float]](list)
    for row in rerouted:
        if not row.before.is_reviewed:
            continue
        if row.seconds is None:
            waiting[row.before.channel].append(row.waited)
        else:
            decided[row.before.channel].append(row.seconds)
    return {name: Delays(decided[name], waiting[name]) for name in {*decided, *waiting}}


def _placed(row: Rerouting, side: Side) -> Placement:
    return row.baseline if side == "before" else row.after


def _outcome(rerouted: Sequence[Rerouting], side: Side, basis: _Basis) -> Outcome:
    tiers, channels = defaultdict[TierKey, list[Rerouting]](list), defaultdict[str, list[Rerouting]](list)
    for row in rerouted:
        placed = _placed(row, side)
        tiers[row.task, placed.tier].append(row)
        if placed.is_reviewed:
            channels[placed.channel].append(row)
    loads = tuple(_load(name, channels[name], side, basis) for name in sorted(channels))
    by_tier = tuple(_tier(key, tiers[key], side) for key in sorted(tiers))
    stakes = [
        _stakes(
            key,
            [row for row in tiers[key] if _placed(row, side).is_accepted],
            side,
            basis.prices.get(key, NO_PRICE).error,
        )
        for key in sorted(tiers)
    ]
    accepted = sum(tier.accepted for tier in by_tier)
    audited = sum(tier.audited for tier in by_tier)
    return Outcome(
        auto_accepted=accepted - audited,
        audited=audited,
        reviewed=len(rerouted) - accepted + audited,
        expert_hours=sum(load.expert_hours for load in loads),
        channels=loads,
        tiers=by_tier,
        error=accepted_error((row for row in rerouted if _placed(row, side).is_accepted), "accepted"),
        cost=_cost(stakes),
    )


def _load(name: str, rows: Sequence[Rerouting], side: Side, basis: _Basis) -> ChannelLoad:
    minutes = (
        basis.prices.get((row.task, _placed(row, side).tier), NO_PRICE).minutes * _placed(row, side).quorum
        for row in rows
    )
    return ChannelLoad(
        channel=name,
        cases=len(rows),
        expert_hours=sum(minutes) / MINUTES,
        per_working_hour=_pace(Counter(row.task for row in rows), basis.working_hours),
        late=_late(rows, side, basis.delays.get(name)),
    )


def _pace(cases: Mapping[str, int], working_hours: Mapping[str, float]) -> float | None:
    if not all(working_hours.get(task) for task in cases):
        return None
    return sum(number / working_hours[task] for task, number in cases.items())


def _late(rows: Sequence[Rerouting], side: Side, delays: Delays | None) -> float | None:
    """How many were late, and how many more are expected among those without a time of their own."""
    late, due, waited = 0, list[float](), list[float]()
    for row in rows:
        limit = _placed(row, side).due_in.total_seconds()
        so_far = row.waited if row.before.is_reviewed else 0.0
        if row.seconds is not None:
            late += row.seconds > limit
        elif so_far > limit:
            late += 1
        else:
            due.append(limit)
            waited.append(so_far)
    if not due:
        return float(late)
    if delays is None or not delays.are_enough:
        return None
    return late + delays.late(due, waited)


def _tier(key: TierKey, rows: Sequence[Rerouting], side: Side) -> TierOutcome:
    accepted = [row for row in rows if _placed(row, side).is_accepted]
    return TierOutcome(
        task=key[0],
        tier=key[1],
        received=len(rows),
        accepted=len(accepted),
        audited=sum(_placed(row, side).is_audit for row in accepted),
        error=accepted_error(accepted, " ".join(key)) if accepted else None,
    )


@dataclass(frozen=True, slots=True)
class _Stake:
    """A part of what a side accepts of a tier: what it would cost if all of it were wrong, and how much is.

    `share` is None where nothing of the part is labeled.
    """

    amount: float
    share: float | None
    interval: Interval


def _stakes(key: TierKey, rows: Sequence[Rerouting], side: Side, price: float) -> list[_Stake]:
    """The parts of a tier by where the other side has them: a looser threshold adds parts and changes none.

    Audits find their own errors.
    """
    parts = defaultdict[tuple[str, bool], list[Rerouting]](list)
    for row in rows:
        other = _placed(row, "after" if side == "before" else "before")
        parts[other.tier, other.is_accepted].append(row)
    stakes = list[_Stake]()
    for place in sorted(parts):
        part = parts[place]
        amount = price * sum(not _placed(row, side).is_audit for row in part)
        error = accepted_error(part, " ".join(key)).period
        if error is None:
            stakes.append(_Stake(amount, None, Interval(0.0, 1.0)))
        else:
            stakes.append(_Stake(amount, error.value, Interval(error.low, error.high)))
    return [stake for stake in stakes if stake.amount]


def _cost(tiers: Iterable[Sequence[_Stake]]) -> Cost | None:
    """Errors among the auto-accepted times their cost, as independent parts; None if too few are labeled."""
    stakes = list[_Stake]()
    for of_tier in tiers:
        labeled = [stake for stake in of_tier if stake.share is not None]
        at_stake, covered = (sum(stake.amount for stake in part) for part in (of_tier, labeled))
        if at_stake - covered > NEGLIGIBLE * at_stake:
            return None
        mean = sum(stake.amount * (stake.share or 0.0) for stake in labeled) / (covered or 1.0)
        stakes += [replace(stake, share=mean) if stake.share is None else stake for stake in of_tier]
    total = sum(stake.amount for stake in stakes)
    if not total:
        return Cost(0.0, 0.0, 0.0)
    parts = [WeightedEstimate(stake.amount / total, stake.share or 0.0, stake.interval) for stake in stakes]
    value, interval = mover(parts)
    return Cost(value * total, interval.low * total, interval.high * total)
