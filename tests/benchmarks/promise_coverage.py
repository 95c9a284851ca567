"""How often thresholds break their promise, and how much traffic they accept beside others."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from routing.evidence.estimate import Reach
from routing.evidence.promise import Certificate, Promise
from routing.measures.calibration.recalibration import applied, choose, of_probabilities
from routing.measures.certification.guarantee import certify
from routing.measures.estimation.coverage_curve import Traffic
from routing.measures.sample import Floats
from tests.benchmarks.figure import Figure, at_least, at_most, told
from tests.benchmarks.parallel import spread
from tests.benchmarks.real_sets import SEED, Bools, DataAbsent, RealSet, real_sets
from tests.benchmarks.sgr import differences_from_known, sgr

CONFIDENCE = 0.95
SETTINGS = tuple(product((0.01, 0.02, 0.05), (500, 1_000, 2_000)))
"""The error promised, and the number of labels."""
RECEIVED = (5_000, 10_000)
"""Predictions of a period of census and audits."""
PRESENT = (0.4, 0.6)
"""Shares that the threshold in force accepts; all below it is reviewed."""
AUDITED = 0.1
AUDITED_ERROR = 0.05
LEAST_OF_SGR = 1.2
LEAST_OF_ORACLE = 0.85
OURS, SGR, NAIVE = "certified", "SGR", "naive"


@dataclass(frozen=True, slots=True)
class Population:
    """Calibrated scores of what was neither trained nor calibrated on, and whether the model is wrong."""

    name: str
    score: Floats
    is_error: Bools

    def outcome(self, threshold: float | None, error: float) -> "Outcome":
        """What becomes of a promise that at most `error` of all from the threshold on are wrong."""
        if threshold is None:
            return Outcome(0.0, is_broken=False)
        accepts = self.score >= threshold
        return Outcome(float(accepts.mean()), bool(self.is_error[accepts].mean() > error))

    def oracle(self, error: float) -> float:
        """The share of traffic that who knows every answer would accept."""
        return self.outcome(plug_in(self.score, self.is_error, error), error).coverage


@dataclass(frozen=True, slots=True)
class Outcome:
    """The share of traffic that a threshold accepts, and whether it errs more often than promised."""

    coverage: float
    is_broken: bool


@dataclass(frozen=True, slots=True)
class Kept:
    """By way of finding a threshold: the share of traffic accepted, and the share of promises broken."""

    coverage: Mapping[str, float]
    broken: Mapping[str, float]


def measure(replications: int) -> Iterator[Figure]:
    """Promises from labels alone beside SGR, then from census and audits beside the oracle."""
    try:
        yield at_most("SGR: other errors allowed than known", differences_from_known(), 0)
    except DataAbsent as reason:
        print(f"     SGR is not checked: {reason}")
    populations = [_population(one) for one in real_sets()]
    yield from _from_labels(populations, replications)
    yield from _from_audits(populations, replications)


def _population(one: RealSet) -> Population:
    """A third of the cases calibrate."""
    rng = np.random.default_rng(SEED)
    order = rng.permutation(len(one))
    labeled = of_probabilities(one.probabilities, one.predicted.tolist(), one.truth.tolist())
    chosen = choose(labeled.at(order[: len(one) // 3]), rng)
    rest = labeled.at(order[len(one) // 3 :])
    return Population(one.name, applied(chosen.calibrator, rest), rest.sample.correct == 0)


def plug_in(score: Floats, is_error: Bools, error: float, weights: Floats | None = None) -> float | None:
    """The lowest threshold above which the weighted share of errors is at most `error`."""
    falling = np.argsort(-score, kind="stable")
    mass = np.ones(len(score)) if weights is None else weights[falling]
    share = np.cumsum(mass * is_error[falling]) / np.cumsum(mass)
    scores = score[falling]
    is_last = np.append(scores[1:] < scores[:-1], True)
    passing = np.flatnonzero(is_last & (share <= error))
    return float(scores[passing[-1]]) if len(passing) else None


def _from_labels(populations: Sequence[Population], replications: int) -> Iterator[Figure]:
    jobs = [
        (one, *setting, replications, number)
        for number, (one, setting) in enumerate(product(populations, SETTINGS))
    ]
    ours, others = [], []
    for job, kept in zip(jobs, spread(_labeled, jobs, "Promises from labels"), strict=True):
        population, error, labels, *_ = job
        yield from _beside_sgr(population, error, labels, replications, kept)
        ours.append(kept.coverage[OURS])
        others.append(kept.coverage[SGR])
    ratios = [mine / other for mine, other in zip(ours, others, strict=True) if other > 0]
    shown = f"of {len(ratios)} settings in which SGR accepts anything, median {np.median(ratios):.2f}"
    yield at_least("coverage / SGR's, mean", float(np.mean(ratios)), LEAST_OF_SGR, "x", shown)
    total = math.fsum(ours) / math.fsum(others)
    shown = f"of all {len(ours)} settings"
    yield at_least("mean coverage / SGR's mean coverage", total, LEAST_OF_SGR, "x", shown)


def _beside_sgr(
    population: Population, error: float, labels: int, replications: int, kept: Kept
) -> Iterator[Figure]:
    what = f"{population.name}, {error:.0%}, {labels:,} labels"
    yield _broken(what, kept, replications)
    coverage, others = kept.coverage, kept.coverage[NAIVE]
    shown = f"SGR {coverage[SGR]:.1%}, naive {others:.1%}, oracle {population.oracle(error):.1%}"
    yield _at_least_sgr(f"{what}: coverage", coverage, shown)


def _at_least_sgr(name: str, coverage: Mapping[str, float], shown: str) -> Figure:
    return at_least(name, 100 * coverage[OURS], 100 * coverage[SGR], "%", shown)


def _broken(what: str, kept: Kept, replications: int) -> Figure:
    delta = 1 - CONFIDENCE
    most = delta + 2 * math.sqrt(delta * (1 - delta) / replications)
    others = ", ".join(f"{name} {share:.1%}" for name, share in kept.broken.items() if name != OURS)
    return at_most(f"{what}: promises broken", 100 * kept.broken[OURS], 100 * most, "%", others)


def _labeled(population: Population, error: float, labels: int, replications: int, number: int) -> Kept:
    """Labels drawn from the population, each way on the same ones."""
    rng = np.random.default_rng((SEED, 1, number))
    outcomes = []
    for _ in range(replications):
        drawn = rng.integers(len(population.score), size=labels)
        score, is_error = population.score[drawn], population.is_error[drawn]
        asked = np.ones(labels, dtype=bool)
        traffic = Traffic(score, np.full(labels, 0.5), asked, asked, is_error)
        ways = {
            OURS: _certified(traffic, error),
            SGR: sgr(score, is_error, error, 1 - CONFIDENCE),
            NAIVE: plug_in(score, is_error, error),
        }
        outcomes.append({name: population.outcome(one, error) for name, one in ways.items()})
    return _tallied(outcomes)


def _certified(
    traffic: Traffic, error: float, present: float | None = None, reach: Reach = Reach.FUTURE
) -> float | None:
    answer = certify(traffic, Promise(error, CONFIDENCE), present, reach=reach)
    return answer.threshold if isinstance(answer, Certificate) else None


def _tallied(outcomes: Sequence[Mapping[str, Outcome]]) -> Kept:
    names = outcomes[0].keys()
    return Kept(
        {name: float(np.mean([one[name].coverage for one in outcomes])) for name in names},
        {name: float(np.mean([one[name].is_broken for one in outcomes])) for name in names},
    )


def _from_audits(populations: Sequence[Population], replications: int) -> Iterator[Figure]:
    jobs = [
        (*setting, replications, number)
        for number, setting in enumerate(product(populations, RECEIVED, PRESENT))
    ]
    found = spread(_audited, jobs, "Promises from census and audits")
    for (population, received, present, *_), by_reach in zip(jobs, found, strict=True):
        for reach, kept in by_reach.items():
            what = f"{population.name}, {received:,} received, {present:.0%} accepted, {reach}"
            yield _broken(what, kept, replications)
            oracle = population.oracle(AUDITED_ERROR)
            shown = ", ".join(f"{name} {share:.1%}" for name, share in kept.coverage.items())
            share = kept.coverage[OURS] / oracle
            name, shown = f"{what}: coverage / oracle's", f"{shown}, oracle {oracle:.1%}"
            if reach is Reach.PERIOD:
                yield at_least(name, share, LEAST_OF_ORACLE, "x", shown)
            else:  # to promise what is to come asks for more than the bound on the period
                yield told(name, share, "x", shown)


def _audited(
    population: Population, received: int, present: float, replications: int, number: int
) -> dict[Reach, Kept]:
    """Periods in which all below the present threshold is reviewed, and the rest audited.

    A promise about a period is kept or broken by that period, one about the future by the population.
    """
    rng = np.random.default_rng((SEED, 2, number))
    threshold = float(np.quantile(population.score, 1 - present))
    found: dict[Reach, list[Mapping[str, Outcome]]] = {Reach.PERIOD: [], Reach.FUTURE: []}
    for _ in range(replications):
        drawn = rng.integers(len(population.score), size=received)
        period = Population(population.name, population.score[drawn], population.is_error[drawn])
        chances = np.where(period.score >= threshold, AUDITED, 1.0)
        asked = rng.random(received) < chances
        traffic = Traffic(period.score, chances, asked, asked, period.is_error)
        weights = 1 / chances[asked]
        naive = plug_in(period.score[asked], period.is_error[asked], AUDITED_ERROR, weights)
        for reach, judge in ((Reach.PERIOD, period), (Reach.FUTURE, population)):
            ways = {OURS: _certified(traffic, AUDITED_ERROR, threshold, reach), NAIVE: naive}
            found[reach].append({name: judge.outcome(one, AUDITED_ERROR) for name, one in ways.items()})
    return {reach: _tallied(outcomes) for reach, outcomes in found.items()}
