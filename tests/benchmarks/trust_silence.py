"""Promises and alarms where cases stay unanswered, at random or twice as often when the model is wrong."""

from collections.abc import Iterator, Sequence
from itertools import product

import numpy as np

from routing.evidence.promise import Certificate, Promise
from routing.measures.certification.checked_thresholds import CheckedScores, certify_checked, checked_regions
from routing.measures.certification.monitor import monitor
from routing.measures.certification.silence import imputed
from routing.measures.sample import Floats
from routing.triage.follow_up import follow_up_chance
from tests.benchmarks.figure import Figure, at_least, at_most, told
from tests.benchmarks.parallel import spread
from tests.benchmarks.real_sets import SEED, Bools, RealSet
from tests.benchmarks.trust_experts import DELTA, kept, most_broken, outcome

PROMISED = 0.02
LABELS = 5_000
AUDITS = 2_000
"""A year of 40 a week."""
A_WEEK = 200
"""Labels of a week, whose unanswered are counted together."""
STILL_SILENT = 0.2
HOPED = (2 / 3,)
"""Where the sequence starts: silence counts as wrong, so less than that would not pass."""
UNANSWERED = (0.01, 0.02, 0.05, 0.1)
FACTORS = (1.0, 2.0)
"""How much more often a case stays unanswered when the model is wrong."""


def measure(sets: Sequence[RealSet], replications: int) -> Iterator[Figure]:
    """Promises broken and granted, and years with a false alarm."""
    cells = list(product(sets, UNANSWERED, FACTORS))
    jobs = [(*cell, replications, number) for number, cell in enumerate(cells)]
    broken: list[float] = []
    alarms: list[float] = []
    limit = round(100 * most_broken(replications), 1)
    for (one, share, factor), rows in zip(cells, spread(_runs, jobs, "Silence"), strict=True):
        what = f"{one.name}, {share:.0%} unanswered{', more when wrong' if factor > 1 else ''}"
        breaks, granted, perfect, both, at_half, at_full = rows.mean(axis=0)
        broken.append(float(breaks))
        alarms.extend((float(at_half), float(at_full)))
        yield kept(what, float(breaks), replications)
        name, shown = f"{what}: granted / full answers'", f"granted {granted:.2f}, full answers {perfect:.2f}"
        ratio = float(both / perfect) if perfect else 1.0
        yield at_least(name, ratio, 0.7, "x", shown) if share <= 0.05 else told(name, ratio, "x", shown)
        for error, false in (("half of what is promised", at_half), ("all that is promised", at_full)):
            yield at_most(f"{what}, error {error}: false revocations", 100 * float(false), limit, "%")
    yield at_most(
        "silence, promises broken, mean of the cells", 100 * float(np.mean(broken)), 100 * DELTA, "%"
    )
    yield at_most(
        "silence, false revocations, mean of the cells", 100 * float(np.mean(alarms)), 100 * DELTA, "%"
    )


def _runs(one: RealSet, share: float, factor: float, replications: int, number: int) -> Floats:
    rng = np.random.default_rng((SEED, 13, number))
    return np.array([_run(one, share, factor, rng) for _ in range(replications)])


def _run(one: RealSet, share: float, factor: float, rng: np.random.Generator) -> list[float]:
    drawn = rng.integers(len(one), size=LABELS)
    score, wrong = one.score[drawn], one.is_error[drawn]
    unanswered = _unanswered(wrong, share, factor, rng)
    silent = unanswered & (rng.random(LABELS) < STILL_SILENT)
    by_week = unanswered.reshape(-1, A_WEEK).sum(axis=1)
    chance = np.where(unanswered, np.repeat([follow_up_chance(int(n)) for n in by_week], A_WEEK), 1.0)
    asked = ~unanswered | (rng.random(LABELS) < chance)
    no = np.zeros(LABELS, dtype=bool)
    # In a week in which not all are asked again, who is stands for who is not.
    certain = (wrong | silent) & (chance == 1)
    missed = asked & (wrong | silent) & (chance < 1)
    ours = _granted(one, CheckedScores(score, certain, no, chance, asked & ~certain, missed), HOPED)
    best = _granted(one, CheckedScores(score, wrong, no, np.ones(LABELS), ~wrong, no))
    alarms = [_revoked(error, share, factor, rng) for error in (PROMISED / 2, PROMISED)]
    return [ours[0], ours[1], best[1], min(ours[1], best[1]), *alarms]


def _unanswered(wrong: Bools, share: float, factor: float, rng: np.random.Generator) -> Bools:
    often = np.where(wrong, factor, 1.0)
    return np.asarray(rng.random(len(wrong)) < share * often / often.mean())


def _granted(
    one: RealSet, labels: CheckedScores, hoped: tuple[float, ...] | None = None
) -> tuple[float, float, float]:
    answer = certify_checked(checked_regions(labels.score, labels), Promise(PROMISED, 1 - DELTA), hoped=hoped)
    return outcome(one, answer.threshold if isinstance(answer, Certificate) else None, PROMISED)


def _revoked(error: float, share: float, factor: float, rng: np.random.Generator) -> float:
    """Whether a year of audits is revoked although no more is wrong than promised; all are asked again."""
    wrong = rng.random(AUDITS) < error
    late = _unanswered(wrong, share, factor, rng)
    silent = late & (rng.random(AUDITS) < STILL_SILENT)
    losses = [None if quiet else float(one) for quiet, one in zip(silent, wrong, strict=True)]
    return float(monitor(imputed(losses, late.tolist()), alpha=PROMISED, delta=DELTA).is_revoked)
