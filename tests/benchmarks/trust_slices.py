"""Slices worse by 10 or 20 points are found as often as by their true strata, slices that are harder are not.

A slice is a twelfth of the traffic, of which 1,380 predictions are labeled: all below a threshold, and audits
of the rest. The reference knows the strata of the simulation: what was drawn by what, and the tenth of all
traffic that a confidence lies in.
"""

from collections.abc import Iterator, Sequence
from itertools import product

import numpy as np

from routing.measures.estimation.likeness import alike
from routing.measures.estimation.mantel_haenszel import StratifiedCounts, stratified_p_value
from routing.measures.estimation.slices import LEVEL, worse_slices
from routing.measures.multiplicity import holm
from routing.measures.sample import Floats
from tests.benchmarks.figure import Figure, at_least, at_most, told
from tests.benchmarks.parallel import spread
from tests.benchmarks.real_sets import SEED, Bools, Columns, RealSet
from tests.benchmarks.trust_experts import ACCEPTED, AUDITED

VALUES = 12
LABELS = 1_380
TRAFFIC = round(LABELS / (1 - ACCEPTED + ACCEPTED * AUDITED))
GAPS = (0.1, 0.2)
HARDER = 3.0
"""How many times as often the slice holds a prediction of the less sure half."""
LIMIT = 0.05


def measure(sets: Sequence[RealSet], replications: int) -> Iterator[Figure]:
    """How often the slice is found, and how often any other is or the slice where it is only harder."""
    cells = list(product(sets, (0.0, *GAPS), (1.0, HARDER)))
    jobs = [(*cell, replications, number) for number, cell in enumerate(cells)]
    most = 100 * (LIMIT + 3 * (LIMIT * (1 - LIMIT) / replications) ** 0.5)
    false: list[float] = []
    for (one, gap, harder), rows in zip(cells, spread(runs, jobs, "Slices"), strict=True):
        kind = "a harder slice" if harder > 1 else "a slice"
        found, wrongly, reference = (float(share) for share in rows.mean(axis=0))
        if gap == 0:
            # Nothing is worse: whatever is named is wrong.
            false.append(found + wrongly)
            yield at_most(f"{one.name}, {kind} no worse: named", 100 * false[-1], most, "%")
            continue
        false.append(wrongly)
        what = f"{one.name}, {kind} worse by {gap:.0%}"
        yield at_most(f"{what}: another named", 100 * wrongly, most, "%")
        shown, ratio = f"{found:.2f}, true strata {reference:.2f}", found / reference if reference else 1.0
        # Where the reference finds it in a few runs a ratio says nothing.
        check = at_least(f"{what}: found", ratio, 0.9, "x", shown) if reference >= 0.1 else None
        yield check or told(f"{what}: found", ratio, "x", shown)
    yield at_most("slices named wrongly, mean of the cells", 100 * float(np.mean(false)), 100 * LIMIT, "%")


def runs(one: RealSet, gap: float, harder: float, replications: int, number: int) -> Floats:
    """Of each run whether the slice was found, whether only others were, and what the reference found."""
    rng = np.random.default_rng((SEED, 17, number))
    return np.array([_run(one, gap, harder, rng) for _ in range(replications)])


def _run(one: RealSet, gap: float, harder: float, rng: np.random.Generator) -> list[float]:
    drawn = rng.integers(len(one), size=TRAFFIC)
    score = one.score[drawn]
    is_sure = score >= np.quantile(score, 1 - ACCEPTED)
    is_labeled = ~is_sure | (rng.random(TRAFFIC) < AUDITED)
    inside = _drawn_into(score, harder, rng)
    value = np.where(inside, 0, rng.integers(1, VALUES, size=TRAFFIC))
    wrong = one.is_error[drawn]
    right_inside = max(1e-9, float(1 - wrong[inside].mean()))
    wrong |= inside & (rng.random(TRAFFIC) < gap / right_inside)
    tenth = np.searchsorted(np.quantile(score, np.arange(1, 10) / 10), score)
    kept = np.flatnonzero(is_labeled)
    named = _named(score[kept], is_sure[kept], value[kept], wrong[kept])
    reference = _by_true_strata(is_sure[kept] * 10 + tenth[kept], value[kept], wrong[kept])
    return [float("0" in named), float(bool(named - {"0"}) and "0" not in named), float(0 in reference)]


def _drawn_into(score: Floats, harder: float, rng: np.random.Generator) -> Bools:
    odds = np.where(score < np.median(score), harder, 1.0)
    return np.asarray(rng.random(len(score)) < odds / odds.mean() / VALUES)


def _named(score: Floats, is_sure: Bools, value: Columns, wrong: Bools) -> set[str]:
    report = worse_slices(
        [bool(each) for each in wrong],
        ["label"] * len(wrong),
        [{"segment": str(each)} for each in value],
        [1 / AUDITED if sure else 1.0 for sure in is_sure],
        strata=alike(is_sure.tolist(), score.tolist(), [True] * len(score)),
    )
    return {finding.value for finding in report.findings}


def _by_true_strata(strata: Columns, value: Columns, wrong: Bools) -> set[int]:
    p_values = [stratified_p_value(_tables(strata, value == each, wrong)) for each in range(VALUES)]
    return {each for each, adjusted in enumerate(holm(p_values)) if adjusted <= LEVEL}


def _tables(strata: Columns, inside: Bools, wrong: Bools) -> StratifiedCounts:
    sides = (inside, inside & wrong, ~inside, ~inside & wrong)
    return StratifiedCounts(*(np.bincount(strata[side], minlength=20) for side in sides))
