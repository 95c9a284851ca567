"""Tests of errors among predictions that come in groups which are wrong together."""

import math

import numpy as np
from scipy.optimize import brentq
from scipy.special import bdtr, betainc, gammaln, xlog1py, xlogy

from routing.measures.certification.fallback import Counts
from routing.measures.certification.group_sizes import Places, SizeCounts
from routing.measures.intervals import clopper_pearson_upper
from routing.measures.sample import Floats

TILTS = np.geomspace(0.01, 30.0, 25)
"""For each, the split of errors among size classes that Chernoff's bound takes for the worst: from where
large groups vary most (0) to where all have to be right (∞)."""
BISECTIONS = 50
FAR_BELOW, FAR_ABOVE = 0.02, 20.0
"""So many times what is asked for, a bound decides as well as the exact chance, which is near it."""
MOST_COUNTED = 300
"""With more errors expected, Chernoff's bound comes close, and counting them out takes long."""


def group_chances(sizes: SizeCounts, wrong: Counts, error: float, most: float = 1.0) -> Floats:
    """The p-values of the hypotheses that more than a share of `error` is wrong, a test for each region.

    Of the predictions in groups of `sizes`, `wrong` are wrong at most. Where no two share a group it is the
    binomial test. Elsewhere groups are independent, and what their members have in common, and how errors go
    with sizes, is anything at all: the p-value is the largest chance of so few errors, over all splits of the
    error among sizes. However the errors of a group are distributed, a group that is wrong altogether or not
    at all is more spread out in the convex order, so for every convex φ that is 1 or more up to `wrong`,
    E φ(errors) is at most that of such groups. That is the chance itself while singles alone make their
    binomial convex there; else the best of φ(s) = (t − s)₊/(t − wrong) (Bentkus 2004; Pinelis 2006). A
    p-value above `most` may be larger than what is returned, which is above `most` too.

    One draw from every group, kept in proportion to its size, halves the labels as soon as two share a group:
    of 300 with 2 % wrong and 3 pairs among them it granted 5 % in 0.4 of runs, this in 0.8 as if there were
    no pairs; where all groups are of 3 or of 10 both grant about as often.
    """
    chances = np.asarray(bdtr(wrong, sizes.total, error), dtype=np.float64)
    # Errors that have nothing in common are among the hypotheses, so what they explain is not refuted.
    open_places = np.flatnonzero(~sizes.are_single & (chances <= most))
    if len(open_places):
        chances[open_places] = _worst(sizes.only(open_places), wrong[open_places], error, most)
    return chances


def _worst(sizes: SizeCounts, wrong: Counts, error: float, most: float) -> Floats:
    expected = error * sizes.total
    splits = _splits(sizes, error)
    logs = _log_bounds(sizes, splits, wrong)
    bounds = np.where(wrong < expected, np.exp(np.minimum(logs.min(axis=0), 0.0)), 1.0)
    is_close = (most * FAR_BELOW < bounds) & (bounds < most * FAR_ABOVE)
    for place in np.flatnonzero(is_close & (wrong < expected) & (expected <= MOST_COUNTED)):
        columns = (splits[:, :, place], logs[:, place])
        bounds[place] = _largest_chance(sizes, int(place), *columns, int(wrong[place]), error, most)
    return np.asarray(bounds)


def _largest_chance(
    sizes: SizeCounts, place: int, splits: Floats, logs: Floats, wrong: int, error: float, most: float
) -> float:
    """The largest chance over the splits, or one above `most`; first where Chernoff's bound is least."""
    chance = 0.0
    for tilt in np.argsort(np.abs(np.arange(len(TILTS)) - np.argmin(logs))):
        chance = max(chance, _chance(sizes, place, splits[tilt], wrong, error))
        if chance > most:
            break
    return chance


def _log_bounds(sizes: SizeCounts, splits: Floats, wrong: Counts | Floats) -> Floats:
    """Chernoff's bounds of the chance of so few errors, as logarithms, by tilt and region."""
    right = np.log1p(splits * np.expm1(-TILTS[:, None, None] * sizes.largest[None, :, None]))
    return np.asarray(TILTS[:, None] * wrong + (sizes.groups * right).sum(axis=1))


def _splits(sizes: SizeCounts, error: float) -> Floats:
    """The chance that a group is wrong altogether, by tilt, size class and region.

    The largest of Σ groups·log(1 − c·p), c = 1 − exp(−tilt·size), where Σ size·groups·p is what is expected:
    by its multiplier μ, p = 1/c − 1/(μ·size). A class holds groups smaller than its largest, which p allows
    for: none is wrong more often than always.
    """
    largest = sizes.largest[None, :, None]
    masses = largest * sizes.groups
    caps = sizes.members / np.maximum(masses, 1)
    target = error * sizes.total
    inverse = -1 / np.expm1(-TILTS[:, None, None] * largest)
    low = np.full((len(TILTS), len(target)), -40.0)
    high = -low
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        chances = np.clip(inverse - np.exp(-middle)[:, None, :] / largest, 0.0, caps)
        is_low = (masses * chances).sum(axis=1) < target
        low, high = np.where(is_low, middle, low), np.where(is_low, high, middle)
    return np.asarray(np.clip(inverse - np.exp(-low)[:, None, :] / largest, 0.0, caps))


def _chance(sizes: SizeCounts, place: int, chances: Floats, wrong: int, error: float) -> float:
    """The largest chance of at most `wrong` errors where groups are wrong altogether with these chances."""
    last = max(wrong + 1, math.ceil(error * int(sizes.total[place])) + 1)
    errors = np.zeros(last + 1)
    errors[0] = 1.0
    for size, groups, chance in zip(sizes.largest, sizes.groups[:, place], chances, strict=True):
        if groups:
            errors = np.convolve(errors, _binomial(int(size), int(groups), float(chance), last))[: last + 1]
    up_to = np.cumsum(errors)
    # The binomial of the singles rises up to its mode: there its sums are convex.
    if (sizes.groups[0, place] + 1) * chances[0] >= wrong:
        return float(up_to[wrong])
    further = np.arange(wrong + 1, last + 1)
    return float((np.cumsum(up_to)[further - 1] / (further - wrong)).min())


def _binomial(size: int, groups: int, chance: float, last: int) -> Floats:
    """The chances of 0 to `last` errors by groups of this size that are wrong altogether or not at all."""
    number = np.arange(min(groups, last // size) + 1)
    logs = gammaln(groups + 1) - gammaln(number + 1) - gammaln(groups - number + 1)
    errors = np.zeros(last + 1)
    errors[number * size] = np.exp(logs + xlogy(number, chance) + xlog1py(groups - number, -chance))
    return errors


def group_limit(sizes: SizeCounts, wrong: int, delta: float, error: float) -> float:
    """The largest error of the only region that is not refuted at `delta`; `error` is refuted."""
    if sizes.are_single[0]:
        return clopper_pearson_upper(wrong, int(sizes.total[0]), delta)
    least, counts = wrong / int(sizes.total[0]), np.array([wrong])

    def excess(share: float) -> float:
        return float(group_chances(sizes, counts, share, delta)[0]) - delta

    return float(brentq(excess, least, error, xtol=1e-6)) if least < error else error


def counts_like(sizes: SizeCounts, error: float) -> int:
    """How many predictions, each alone, would tell as much as those of the only region.

    That is, have the same p-value if a third of the promised error is wrong: by sizes only.
    """
    total, third = int(sizes.total[0]), error / 3
    if sizes.are_single[0]:
        return total
    splits, wrong = _splits(sizes, error), math.floor(third * total)
    logs = _log_bounds(sizes, splits, np.array([wrong]))[:, 0]
    if error * total > MOST_COUNTED:
        alone = xlogy(third, third / error) + (1 - third) * (math.log1p(-third) - math.log1p(-error))
        return max(1, round(max(0.0, -float(logs.min())) / float(alone)))
    chance = _largest_chance(sizes, 0, splits[:, :, 0], logs, wrong, error, 1.0)

    # The binomial tail between whole numbers; it falls.
    shares = np.arange(1, total + 1) / total
    tails = betainc(shares * (total - wrong), shares * wrong + 1, 1 - error)
    return max(1, int(np.count_nonzero(tails >= chance)))


def group_bets(losses: Floats, shares: Floats, group: Places | None) -> tuple[Floats, Floats]:
    """What an alarm bets on: mean loss and weight of each group, in the order of its first audit.

    Entries are audits in the order their predictions were received, with weights as `shares` of the largest.
    Each factor is 1 + λ·Σ share·(loss − α)/size of the largest group: a group bets once, with what its
    predictions weigh, whatever has become of it so far. A bet that depended on its own group's size would win
    where small groups err more and large ones less. Without `group` each is alone. Raises ValueError for
    columns of unequal length.
    """
    if group is None:
        return losses, shares
    if not len(losses) == len(shares) == len(group):
        raise ValueError("losses, weights and groups need one value per audit")
    _, first, member = np.unique(group, return_index=True, return_inverse=True)
    place = np.empty(len(first), dtype=np.intp)
    place[np.argsort(first)] = np.arange(len(first))
    member = place[member]
    masses: Floats = np.bincount(member, weights=shares).astype(np.float64)
    sums: Floats = np.bincount(member, weights=shares * losses).astype(np.float64)
    return np.clip(sums / masses, 0.0, 1.0), masses / np.bincount(member).max(initial=1)
