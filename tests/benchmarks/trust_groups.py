"""Promises and alarms where predictions come in groups that are wrong together."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from scipy.special import bdtr

from routing.evidence.promise import Certificate, Promise
from routing.measures.certification.fallback import fallback, parts_of
from routing.measures.certification.guarantee import certify
from routing.measures.certification.monitor import monitor
from routing.measures.certification.threshold_tests import FROM_LABELS
from routing.measures.estimation.coverage_curve import Traffic
from routing.measures.sample import Floats
from tests.benchmarks.figure import Figure, at_least, at_most
from tests.benchmarks.parallel import spread
from tests.benchmarks.real_sets import SEED, Bools, Columns, RealSet
from tests.benchmarks.trust_experts import DELTA, kept, most_broken, outcome

PROMISED = 0.05
PREDICTIONS = 5_000
AUDITS = 2_000
RING = 10
BETS = np.array([0.1, 0.2, 0.4, 0.6, 0.8])
"""Of the largest stake that can be lost: they share the wealth, and none depends on a group's size."""
EXCESS = 1.8
"""Beside rings, so much more than promised is wrong: whatever is granted is broken."""


@dataclass(frozen=True, slots=True)
class Grouping:
    """Groups of `largest`, or of 1 to that at random; a member is like the first with the chance `common`."""

    largest: int
    common: float
    is_mixed: bool = False

    def __str__(self) -> str:
        sizes = f"1 to {self.largest}" if self.is_mixed else str(self.largest)
        return f"groups of {sizes}, {self.common:.0%} in common"

    def sizes(self, rng: np.random.Generator) -> list[int]:
        """Sizes that add up to the predictions, or a few less."""
        if not self.is_mixed:
            return [self.largest] * (PREDICTIONS // self.largest)
        sizes = rng.integers(1, self.largest + 1, size=PREDICTIONS)
        return [int(size) for size in sizes[np.cumsum(sizes) <= PREDICTIONS]]


GROUPINGS = (
    Grouping(1, 0.0),
    *(Grouping(size, common) for size in (3, 10) for common in (0.0, 0.5, 1.0)),
    Grouping(10, 1.0, is_mixed=True),
)


def measure(sets: Sequence[RealSet], replications: int) -> Iterator[Figure]:
    """Promises broken and traffic accepted beside valid references and today's test; false revocations."""
    cells = list(product(sets, (*GROUPINGS, None)))
    jobs = [(*cell, replications, number) for number, cell in enumerate(cells)]
    broken, alarms = [], []
    for (one, grouping), rows in zip(cells, spread(_runs, jobs, "Groups"), strict=True):
        what = f"{one.name}, {grouping or 'rings beside right singles'}"
        breaks, ours, draw, bets, today, today_breaks, false = rows.mean(axis=0)
        broken.append(float(breaks))
        alarms.append(float(false))
        yield kept(what, float(breaks), replications)
        if grouping is not None:
            shown = f"one draw {draw:.3f}, bets {bets:.3f}; today {today:.3f}, broken {today_breaks:.0%}"
            is_single = grouping.largest == 1
            least = 0.95 * rows[:, 4] if is_single else rows[:, 2 if draw >= bets else 3]
            # Differences of the same runs: chance allows three of their standard errors.
            chance = 3 * float((rows[:, 1] - least).std()) / math.sqrt(replications)
            limit = round(float(least.mean()) - chance, 4)
            yield at_least(f"{what}: traffic", float(ours), limit, "", f"{shown}; chance {chance:.3f}")
        yield at_most(
            f"{what}: false revocations", 100 * float(false), round(100 * most_broken(replications), 1), "%"
        )
    yield at_most(
        "groups, promises broken, mean of the cells", 100 * float(np.mean(broken)), 100 * DELTA, "%"
    )
    yield at_most(
        "groups, false revocations, mean of the cells", 100 * float(np.mean(alarms)), 100 * DELTA, "%"
    )


def _runs(one: RealSet, grouping: Grouping | None, replications: int, number: int) -> Floats:
    rng = np.random.default_rng((SEED, 14, number))
    return np.array([_run(one, grouping, rng) for _ in range(replications)])


def _run(one: RealSet, grouping: Grouping | None, rng: np.random.Generator) -> list[float]:
    labels = _rings(one, rng) if grouping is None else _grouped(one, grouping, rng)
    promise = Promise(PROMISED, 1 - DELTA)
    answers = [certify(labels, promise), certify(replace(labels, group=None), promise)]
    ours, today = (answer.threshold if isinstance(answer, Certificate) else None for answer in answers)
    thresholds = [ours, _by_draw(labels, promise, rng), _by_bets(labels, promise), today]
    results = [_judged(one, threshold, is_ring=grouping is None) for threshold in thresholds]
    (breaks, accepted), (_, draw), (_, bets), (today_breaks, now) = results
    return [breaks, accepted, draw, bets, now, today_breaks, _revoked(grouping, rng)]


def _judged(one: RealSet, threshold: float | None, *, is_ring: bool) -> tuple[float, float]:
    """Whether the promise is broken, and the share of traffic accepted."""
    breaks, granted, traffic = outcome(one, threshold, PROMISED)
    return (granted if is_ring else breaks), traffic


def _grouped(one: RealSet, grouping: Grouping, rng: np.random.Generator) -> Traffic:
    group = np.repeat(np.arange(len(sizes := grouping.sizes(rng))), sizes)
    first = rng.integers(len(one), size=len(sizes))[group]
    own = rng.integers(len(one), size=len(group))
    drawn = np.where(rng.random(len(group)) < grouping.common, first, own)
    return _labeled(one.score[drawn], one.is_error[drawn], group)


def _rings(one: RealSet, rng: np.random.Generator) -> Traffic:
    """Rings that are wrong together, singles that are right; scores tell nothing of it."""
    rings = rng.binomial(PREDICTIONS // RING, EXCESS * PROMISED)
    sizes = [RING] * rings + [1] * (PREDICTIONS - RING * rings)
    group = np.repeat(np.arange(len(sizes)), sizes)
    return _labeled(rng.choice(one.score, len(group)), group < rings, group)


def _labeled(score: Floats, is_error: Bools, group: Columns) -> Traffic:
    asked = np.ones(len(score), dtype=bool)
    return Traffic(score, np.full(len(score), 0.5), asked, asked, is_error, group)


def _by_draw(labels: Traffic, promise: Promise, rng: np.random.Generator) -> float | None:
    """The exact test of one prediction of each group, kept in proportion to how many of it are accepted."""
    delta, group = promise.spent_by(1), labels.group
    assert group is not None
    keep, pick = rng.random(int(group.max()) + 1)[group], rng.random(len(group))
    thresholds = _thresholds(labels)
    drawn, wrong, sizes = [], [], []
    for threshold in thresholds:
        places = np.flatnonzero(labels.score >= threshold)
        _, member, counts = np.unique(group[places], return_inverse=True, return_counts=True)
        order = np.lexsort((pick[places], member))
        first = places[order[np.concatenate(([0], np.cumsum(counts)[:-1]))]]
        draw = first[keep[first] < counts / counts.max()]
        drawn.append(len(draw))
        wrong.append(int(labels.is_error[draw].sum()))
        sizes.append(len(places))
    made_up = [
        np.array([bdtr(min(count, n), n, promise.error) for n in drawn])
        for count in range(FROM_LABELS.tolerated + 1)
    ]
    exact = np.array([bdtr(x, n, promise.error) for x, n in zip(wrong, drawn, strict=True)])
    result = fallback(exact, parts_of(made_up, np.array(sizes), delta, FROM_LABELS))
    return None if result is None else float(thresholds[result[0]])


def _thresholds(labels: Traffic) -> Floats:
    shares = 1 - np.arange(1, 201) / 200
    grid = np.quantile(labels.score, np.maximum(shares, 0), method="inverted_cdf")
    return np.asarray(np.unique(grid)[::-1])


def _by_bets(labels: Traffic, promise: Promise) -> float | None:
    """Bets Π(1 − λ·Σ(loss − α)/m) on each group; begins where a third of the promised error would pass."""
    assert labels.group is not None
    thresholds, enough = _thresholds(labels), 1 / promise.spent_by(1)
    most, loosest = int(np.bincount(labels.group).max()), None
    for threshold in thresholds:
        group = labels.group[labels.score >= threshold]
        sizes = np.bincount(group)
        hoped = sizes * (promise.error / 3 - promise.error)
        if loosest is None and _wealth(hoped / most, promise.error) < enough:
            continue
        wrong = np.bincount(group, labels.is_error[labels.score >= threshold])
        if _wealth((wrong - sizes * promise.error) / most, promise.error) < enough:
            break
        loosest = float(threshold)
    return loosest


def _wealth(gains: Floats, error: float) -> float:
    stakes = BETS[:, None] / (1 - error)
    return float(np.exp(np.log1p(-stakes * gains).sum(axis=1)).mean())


def _revoked(grouping: Grouping | None, rng: np.random.Generator) -> float:
    """Whether a year of audits is revoked although the error of predictions is as promised."""
    if grouping is None:
        rings = rng.random(AUDITS // RING) < 0.5
        sizes = np.where(rings, RING, 1)
        wrong = rings & (rng.random(len(sizes)) < PROMISED * sizes.mean() / (RING * 0.5))
        errors, group = np.repeat(wrong, sizes), np.repeat(np.arange(len(sizes)), sizes)
    else:
        counts = np.array(grouping.sizes(rng))
        counts = counts[np.cumsum(counts) <= AUDITS]
        group = np.repeat(np.arange(len(counts)), counts)
        own, first = rng.random(len(group)) < PROMISED, (rng.random(len(counts)) < PROMISED)[group]
        errors = np.where(rng.random(len(group)) < grouping.common, first, own)
    return float(monitor(errors.astype(np.float64), None, PROMISED, DELTA, group=group).is_revoked)
