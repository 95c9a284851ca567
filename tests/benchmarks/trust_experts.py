"""Estimates and promises where experts err and nod, with second opinions and adjudicators."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from routing.evidence.estimate import Estimate, Stratum
from routing.evidence.phases import CheckedLabel, phases_of
from routing.evidence.promise import Certificate, Promise
from routing.measures.certification.checked_thresholds import CheckedScores, certify_checked, checked_regions
from routing.measures.estimation.error_estimate import estimate
from routing.measures.estimation.two_phase import two_phase
from routing.measures.sample import Floats
from tests.benchmarks.figure import Figure, at_least, at_most, told
from tests.benchmarks.parallel import spread
from tests.benchmarks.real_sets import SEED, Bools, Columns, RealSet

ADJUDICATORS = 0.99
ACCEPTED, AUDITED = 0.7, 0.1
DELTA = 0.05
ALL_EQUAL_BELOW, EQUAL_SHARE = 30, 0.2
"""Equal claims against the model: an adjudicator sees all while they are so few, then this share."""


@dataclass(frozen=True, slots=True)
class Experts:
    """How often an expert is right, and waves a wrong label of the model through that is shown."""

    right: float
    nods: float

    def __str__(self) -> str:
        return f"right {self.right:.0%}, nodding {self.nods:.0%}"


EXPERTS = (
    *(Experts(right, 0.0) for right in (0.98, 0.95, 0.9)),
    *(Experts(1.0, nods) for nods in (0.15, 0.3, 0.5)),
    *(Experts(right, nods) for right, nods in ((0.98, 0.15), (0.95, 0.3), (0.9, 0.5))),
)


@dataclass(frozen=True, slots=True)
class Answers:
    """The first answer and the second opinion as columns, what is equal, and what adjudicators would say."""

    is_claim: Bools
    is_equal: Bools
    is_error: Bools

    @property
    def final(self) -> Bools:
        """Whether the model is wrong if all is looked at but equal claims are taken for the truth."""
        return np.where(self.is_equal, self.is_claim, self.is_error)


def answers(one: RealSet, drawn: Columns, experts: Experts, rng: np.random.Generator) -> Answers:
    """What two experts and an adjudicator say of these cases, their errors independent."""
    truth, predicted = one.truth[drawn], one.predicted[drawn]
    first = _answered(truth, experts.right, one, rng)
    nods = (predicted != truth) & (rng.random(len(drawn)) < experts.nods)
    first = np.where(nods, predicted, first)
    second = _answered(truth, experts.right, one, rng)
    settled = _answered(truth, ADJUDICATORS, one, rng)
    return Answers(first != predicted, first == second, settled != predicted)


def _answered(truth: Columns, right: float, one: RealSet, rng: np.random.Generator) -> Columns:
    """Who errs says any of the other labels."""
    columns = one.probabilities.shape[1]
    others = (truth + rng.integers(1, columns, size=len(truth))) % columns
    return np.where(rng.random(len(truth)) < right, truth, others)


@dataclass(frozen=True, slots=True)
class Volume:
    """Predictions of a period, the share of reviews outside audits that is checked, and of labels allowed."""

    received: int
    checked: float
    allowed: float


VOLUMES = (Volume(1_000, 0.12, 0.3), Volume(5_000, 0.36, 0.5))
"""70 and 350 audits a period."""


def estimates(sets: Sequence[RealSet], replications: int) -> Iterator[Figure]:
    """Bias, coverage and width beside perfect labels', overall and of the accepted."""
    cells = list(product(sets, VOLUMES, EXPERTS))
    jobs = [(*cell, replications, number) for number, cell in enumerate(cells)]
    coverage = []
    for (one, volume, experts), rows in zip(cells, spread(_periods, jobs, "Estimates"), strict=True):
        what = f"{one.name}, {volume.received * ACCEPTED * AUDITED:.0f} audits, {experts}"
        yield at_most(f"{what}: labels checked", 100 * float(rows[:, 0].mean()), 100 * volume.allowed, "%")
        for place, part in ((1, "overall"), (6, "accepted")):
            off, held, width, perfect, paired = rows[:, place : place + 5].T
            chance = 3 * float(off.std()) / math.sqrt(replications)
            limit = (1.0 if experts.right == 0.9 else 0.3) + 100 * chance
            bias, shown = 100 * float(off.mean()), f"against perfect labels' {100 * paired.mean():+.2f}"
            yield at_most(f"{what}, {part}: bias, either way", abs(bias), round(limit, 2), "pt", shown)
            yield _covered(f"{what}, {part}", float(held.mean()), replications)
            yield at_most(
                f"{what}, {part}: width / perfect labels'", float(width.mean() / perfect.mean()), 2.0
            )
            coverage.append(float(held.mean()))
    yield at_least("estimates, mean coverage of the cells", 100 * float(np.mean(coverage)), 94.5, "%")


def _covered(what: str, share: float, replications: int) -> Figure:
    least = 0.95 - 3 * math.sqrt(0.95 * 0.05 / replications)
    return at_least(f"{what}: covered", 100 * share, round(100 * least, 1), "%")


def _periods(one: RealSet, volume: Volume, experts: Experts, replications: int, number: int) -> Floats:
    rng = np.random.default_rng((SEED, 11, number))
    return np.array([_period(one, volume, experts, rng) for _ in range(replications)])


def _period(one: RealSet, volume: Volume, experts: Experts, rng: np.random.Generator) -> list[float]:
    drawn = rng.integers(len(one), size=volume.received)
    accepted = one.score[drawn] >= np.quantile(one.score, 1 - ACCEPTED)
    wrong = one.is_error[drawn]
    asked = rng.random(len(drawn)) < np.where(accepted, AUDITED, 1.0)
    said = answers(one, drawn, experts, rng)
    checked = asked & (rng.random(len(drawn)) < np.where(accepted, 1.0, volume.checked))
    labels = _labels(said, accepted, asked, checked, volume.checked, rng)
    strata = _strata(accepted, asked, wrong)
    row = [float(checked.sum() / asked.sum())]
    for chosen in (strata, strata[:1]):
        keys = {stratum.key for stratum in chosen}
        result = two_phase(phases_of(chosen, [label for label in labels if label.stratum in keys]))
        perfect = estimate("all", chosen).period
        truth = float(wrong.mean() if len(chosen) == 2 else wrong[accepted].mean())
        row.extend(_compared(result, perfect, truth))
    return row


def _compared(result: Estimate | None, perfect: Estimate | None, truth: float) -> list[float]:
    if result is None or perfect is None:
        raise ValueError("a period without labels has no estimate")
    held = result.low - 1e-12 <= truth <= result.high + 1e-12
    widths = result.high - result.low, perfect.high - perfect.low
    return [result.value - truth, float(held), *widths, result.value - perfect.value]


def _strata(accepted: Bools, asked: Bools, wrong: Bools) -> list[Stratum]:
    """The audited and the reviewed."""
    kinds = ((AUDITED, accepted, True), (1.0, ~accepted, False))
    return [_stratum(chance, kind, asked & kind, wrong, is_accepted) for chance, kind, is_accepted in kinds]


def _stratum(chance: float, kind: Bools, asked: Bools, wrong: Bools, is_accepted: bool) -> Stratum:
    drawn = int(asked.sum())
    return Stratum(chance, int(kind.sum()), drawn, drawn, int((asked & wrong).sum()), is_accepted)


def _labels(
    said: Answers, accepted: Bools, asked: Bools, checked: Bools, share: float, rng: np.random.Generator
) -> list[CheckedLabel]:
    labels, equal = [], 0
    for place in np.flatnonzero(asked):
        is_accepted, is_claim = bool(accepted[place]), bool(said.is_claim[place])
        stratum = (AUDITED if is_accepted else 1.0, is_accepted)
        chance = 1.0 if is_accepted else share
        if not checked[place]:
            labels.append(CheckedLabel(stratum, is_claim, chance))
        elif is_accepted and is_claim and said.is_equal[place]:
            equal += 1
            settle = 1.0 if equal <= ALL_EQUAL_BELOW else EQUAL_SHARE
            is_settled = bool(rng.random() < settle)
            labels.append(
                CheckedLabel(stratum, True, chance, True, settle, is_settled, bool(said.is_error[place]))
            )
        else:
            labels.append(CheckedLabel(stratum, is_claim, chance, True, 1.0, True, bool(said.final[place])))
    return labels


@dataclass(frozen=True, slots=True)
class Plan:
    """What is promised from how many labels, with which share of confirmations checked."""

    error: float
    labels: int
    share: float


PLANS = (Plan(0.02, 5_000, 0.2), Plan(0.05, 2_000, 0.2), Plan(0.02, 10_000, 0.2), Plan(0.05, 5_000, 0.2))
ENOUGH = 20
"""A promise is expected where labels × accepted share reach this over error × share checked."""


def promises(sets: Sequence[RealSet], replications: int) -> Iterator[Figure]:
    """Promises broken, and granted beside perfect labels'."""
    cells = list(product(sets, PLANS, EXPERTS))
    jobs = [(*cell, replications, number) for number, cell in enumerate(cells)]
    broken = []
    for (one, plan, experts), rows in zip(cells, spread(_attempts, jobs, "Promises"), strict=True):
        what = f"{one.name}, {plan.error:.0%}, {plan.labels:,} labels, {experts}"
        breaks, granted, perfect, traffic, most, both = rows.mean(axis=0)
        broken.append(float(breaks))
        yield kept(what, float(breaks), replications)
        if not perfect:
            yield told(f"{what}: perfect labels grant nothing", 0.0)
            continue
        shown = f"granted {granted:.2f}, perfect {perfect:.2f}; traffic {traffic:.3f} of {most:.3f}"
        accepted = plan.labels * float(most / perfect)
        least = _least(plan, experts) if accepted >= ENOUGH / (plan.error * plan.share) else None
        share = float(both / perfect)
        name = f"{what}: granted / perfect labels'"
        yield told(name, share, "x", shown) if least is None else at_least(name, share, least, "x", shown)
    yield at_most("promises broken, mean of the cells", 100 * float(np.mean(broken)), 100 * DELTA, "%")


def _least(plan: Plan, experts: Experts) -> float | None:
    if experts.nods:
        return 0.7 if plan.labels >= 10_000 else None
    return 0.85


def kept(what: str, share: float, replications: int) -> Figure:
    """A share of promises broken beside what chance allows."""
    return at_most(f"{what}: promises broken", 100 * share, round(100 * most_broken(replications), 1), "%")


def most_broken(replications: int) -> float:
    """The largest share of runs that chance allows where δ is the truth: three standard errors more."""
    return DELTA + 3 * math.sqrt(DELTA * (1 - DELTA) / replications)


def _attempts(one: RealSet, plan: Plan, experts: Experts, replications: int, number: int) -> Floats:
    rng = np.random.default_rng((SEED, 12, number))
    return np.array([_attempt(one, plan, experts, rng) for _ in range(replications)])


def _attempt(one: RealSet, plan: Plan, experts: Experts, rng: np.random.Generator) -> list[float]:
    drawn = rng.integers(len(one), size=plan.labels)
    score, wrong = one.score[drawn], one.is_error[drawn]
    said = answers(one, drawn, experts, rng)
    equal = said.is_claim & said.is_equal
    seen = equal & ((np.cumsum(equal) <= ALL_EQUAL_BELOW) | (rng.random(len(drawn)) < EQUAL_SHARE))
    # A claim that an equal one confirms counts as wrong until an adjudicator has seen it.
    confirmed = said.is_claim & np.where(equal & ~seen, True, said.is_error)
    # Claims that were refuted are right for certain: they are checked as everything else is.
    chance = np.where(said.is_claim, 1.0, plan.share)
    checked = ~confirmed & (rng.random(len(drawn)) < chance)
    missed = checked & ~said.is_claim & said.final
    no = np.zeros(len(drawn), dtype=bool)
    promise = Promise(plan.error, 1 - DELTA)
    ours = _outcome(one, CheckedScores(score, confirmed, no, chance, checked, missed), promise)
    best = _outcome(one, CheckedScores(score, wrong, no, np.ones(len(drawn)), ~wrong, no), promise)
    (is_broken, granted, traffic), (_, perfect, most) = ours, best
    return [is_broken, granted, perfect, traffic, most, min(granted, perfect)]


def _outcome(one: RealSet, labels: CheckedScores, promise: Promise) -> tuple[float, float, float]:
    """Whether it is broken, whether anything is granted, and the share of traffic accepted."""
    answer = certify_checked(checked_regions(labels.score, labels), promise)
    return outcome(one, answer.threshold if isinstance(answer, Certificate) else None, promise.error)


def outcome(one: RealSet, threshold: float | None, error: float) -> tuple[float, float, float]:
    """Whether a promise of a threshold is broken, whether there is one, and the share of traffic accepted."""
    if threshold is None:
        return 0.0, 0.0, 0.0
    accepts = one.score >= threshold
    return float(one.is_error[accepts].mean() > error), 1.0, float(accepts.mean())
