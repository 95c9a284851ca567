"""Thresholds with a promise about predictions that come in groups which are wrong together."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.special import bdtr, logsumexp, xlogy

from routing.evidence.promise import Certificate, Promise
from routing.measures.certification.acceptance_regions import GRID
from routing.measures.certification.fallback import fallback, parts_of
from routing.measures.certification.threshold_tests import FROM_LABELS
from routing.measures.intervals import clopper_pearson_upper
from routing.measures.sample import Floats

Bools = npt.NDArray[np.bool_]
Places = npt.NDArray[np.intp]
METHOD = "groups"
DRAW = 0.9
"""The part of δ for the exact test of one draw; the rest is for bets on whole groups.

Of 54 cells (groups of 3, 10, 1 to 10, and rings beside singles; common outcomes, none, and half) this passed
0.07 less often than the draw alone at worst, and up to 0.31 more often where outcomes were not in common;
equal parts lost up to 0.27, bets alone nearly everything where groups were few."""
STEPS = np.array([1.0, 2.0, 4.0])
"""How far the bets lie above the evidence that is needed: groups that are not wrong together bear more."""
MOST_AT_STAKE = 0.999


@dataclass(frozen=True, slots=True)
class GroupedScores:
    """Labels drawn with the same chance, an entry for each; `is_error` also where nobody answered.

    `group` numbers the groups. `keep` is a number from 0 to 1 by keyed hash, one for each group, `pick` one
    for each prediction: they decide what the draw holds, and must not depend on what was answered.
    """

    score: Floats
    is_error: Bools
    group: Places
    keep: Floats
    pick: Floats


@dataclass(frozen=True, slots=True)
class _Region:
    """What a threshold accepts: group sizes, errors of each, and the draw's size and errors."""

    sizes: Floats
    wrong: Floats
    drawn: int
    errors: int

    @property
    def largest(self) -> float:
        return float(self.sizes.max(initial=1.0))


def draw_of(accepted: Bools, labels: GroupedScores) -> Bools:
    """One of the accepted of each group, kept with the probability of its size as a share of the largest.

    Each that is kept is then a random prediction, whatever the group's size has to do with its errors. Where
    no two share a group it is everything that is accepted.
    """
    places = np.flatnonzero(accepted)
    groups, member, sizes = np.unique(labels.group[places], return_inverse=True, return_counts=True)
    order = np.lexsort((labels.pick[places], member))
    first = places[order[np.concatenate(([0], np.cumsum(sizes)[:-1]))]] if len(groups) else places
    drawn = np.zeros(len(accepted), dtype=bool)
    drawn[first[labels.keep[first] < sizes / sizes.max(initial=1)]] = True
    return drawn


def certify_groups(
    received: Floats, labels: GroupedScores, promise: Promise, attempt: int = 1, share: float = 1.0
) -> Certificate | None:
    """The lowest threshold that keeps the promise about predictions, whatever their groups have in common.

    `received` are the scores of everything, of which `labels` are a random sample. Where no two accepted
    labels share a group it is the test of `guarantee.certify`; elsewhere that test of `draw_of` at the part
    DRAW of δ, or else bets on whole groups (`log_wealth`) at the rest. Which of them is decided by sizes. The
    promise, `attempt` and `share` are as in `certify`. None where nothing passes.
    """
    spent = share * promise.spent_by(attempt)
    shares = np.maximum(1 - np.arange(1, GRID + 1) / GRID, 0)
    thresholds = np.unique(np.quantile(received, shares, method="inverted_cdf"))[::-1]
    accepts = [labels.score >= threshold for threshold in thresholds]
    regions = [_region(accepted, labels) for accepted in accepts]
    parts = parts_of(
        [_if_errors(regions, count, promise.error) for count in range(FROM_LABELS.tolerated + 1)],
        np.array([int(region.sizes.sum()) for region in regions]),
        spent,
        FROM_LABELS,
    )
    loosest = fallback(np.array([_chance(region, promise.error, spent) for region in regions]), parts)
    if loosest is None:
        return None
    place, part = loosest
    region = regions[place]
    limit = clopper_pearson_upper(region.errors, region.drawn, part * _draw_part(region))
    return Certificate(
        threshold=float(thresholds[place]),
        promise=promise,
        method=METHOD,
        attempt=attempt,
        spent=spent,
        accepted=int(np.count_nonzero(received >= thresholds[place])),
        labels=int(region.sizes.sum()),
        errors=int(region.wrong.sum()),
        bound=min(limit, promise.error),
    )


def _region(accepted: Bools, labels: GroupedScores) -> _Region:
    _, member = np.unique(labels.group[accepted], return_inverse=True)
    sizes: Floats = np.bincount(member).astype(np.float64)
    wrong: Floats = np.bincount(member, weights=labels.is_error[accepted]).astype(np.float64)
    drawn = draw_of(accepted, labels)
    return _Region(sizes, wrong, int(drawn.sum()), int((drawn & labels.is_error).sum()))


def _draw_part(region: _Region) -> float:
    return 1.0 if region.largest == 1 else DRAW


def _if_errors(regions: Sequence[_Region], errors: int, error: float) -> Floats:
    draws = ((min(errors, region.drawn), region.drawn, _draw_part(region)) for region in regions)
    return np.array([float(bdtr(wrong, drawn, error)) / part for wrong, drawn, part in draws])


def _chance(region: _Region, error: float, delta: float) -> float:
    """The p-value: the smaller of both, each by its part of δ."""
    draw = float(bdtr(region.errors, region.drawn, error)) / _draw_part(region)
    if region.largest == 1:
        return draw
    wealth = log_wealth(region.sizes, region.wrong, error, delta * (1 - DRAW))
    return min(draw, math.exp(-wealth) / (1 - DRAW))


def log_wealth(sizes: Floats, wrong: Floats, error: float, delta: float) -> float:
    """The logarithm of the wealth of who bets on groups against an error above `error`.

    The mean over λ of Π(1 − λ·Z), Z = Σ(loss − error)/m with m the size of the largest group: the mean of the
    e-values of all draws that `draw_of` could make, as a product of means is the mean of products. Neither λ
    nor m depends on a group's own size. λ is Kelly's for the error at which Σ sizes/m draws would just show
    what is needed at `delta`, and for those at which they would show it twice and four times.
    """
    largest = float(sizes.max(initial=1.0))
    bets = _bets(float(sizes.sum()) / largest, error, delta)
    scores = (wrong - error * sizes) / largest
    return float(logsumexp(np.log1p(-bets[:, None] * scores).sum(axis=1)) - math.log(len(bets)))


def _bets(draws: float, error: float, delta: float) -> Floats:
    """λ = (error − q)/(error·(1 − error)), with draws·KL(q ‖ error) = ln 1/δ, and so on."""

    def lacks(share: float, step: float) -> float:
        divergence = xlogy(share, share / error) + xlogy(1 - share, (1 - share) / (1 - error))
        return float(draws * divergence + step * math.log(delta))

    shares = [
        float(brentq(lacks, 0.0, error, args=(step,))) if lacks(0.0, step) > 0 else 0.0 for step in STEPS
    ]
    return np.minimum((error - np.array(shares)) / error, MOST_AT_STAKE) / (1 - error)


def group_losses(losses: Floats, weights: Floats, group: Sequence[str | int]) -> tuple[Floats, Floats]:
    """What an alarm bets on: mean loss and weight of each group, in the order of its first prediction.

    Entries are audits in the order their predictions were received. With `monitor.e_values` and a largest
    weight that is fixed beforehand (the largest group there may be, times the largest weight) each factor is
    1 + λ·Σ w·(loss − α)/largest: a group bets once, with what its predictions weigh. Feed no group before its
    time is over, whatever was answered. Raises ValueError for columns of unequal length.
    """
    if not len(losses) == len(weights) == len(group):
        raise ValueError("losses, weights and groups need one value per audit")
    place = {name: number for number, name in enumerate(dict.fromkeys(group))}
    member = np.fromiter((place[name] for name in group), dtype=np.intp, count=len(group))
    masses: Floats = np.bincount(member, weights=weights, minlength=len(place)).astype(np.float64)
    sums: Floats = np.bincount(member, weights=weights * losses, minlength=len(place)).astype(np.float64)
    return np.clip(sums / masses, 0.0, 1.0), masses
