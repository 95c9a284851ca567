"""Labels until the first certificate where calibrators are fitted anew meanwhile, or labels are split."""

import math
from collections.abc import Iterator, Sequence
from enum import StrEnum
from itertools import product

import numpy as np

from bot.usecases.learning.calibrate import FEWEST, GROWTH_WITH_PROMISE
from bot.usecases.thresholds.attempt import FEWEST_NEW, GROWTH
from routing.evidence.calibrator import IDENTITY, Calibrator
from routing.evidence.promise import Certificate, Promise
from routing.measures.calibration.recalibration import applied, of_probabilities
from routing.measures.certification.guarantee import certify
from routing.measures.certification.label_needs import zero_error_labels
from routing.measures.estimation.coverage_curve import Traffic
from routing.measures.sample import Floats
from routing.measures.seeds import choose_calibrator
from tests.benchmarks.figure import Figure, at_most, told
from tests.benchmarks.parallel import spread
from tests.benchmarks.real_sets import SEED, Columns, RealSet
from tests.benchmarks.trust_experts import DELTA, kept, outcome

PROMISED = (0.02, 0.05)
MOST = 10_000
"""Who has no certificate by then counts as if it came with the next label."""
MOST_BY_REFITS = 1.1
MOST_BY_SPLIT = 1.3


class Refit(StrEnum):
    """Which calibrators may come into force meanwhile."""

    NONE = "none"
    IN_ORDER = "those that keep the order"
    ANY = "any"


def measure(sets: Sequence[RealSet], replications: int) -> Iterator[Figure]:
    """Labels with refits beside those without; what a split would cost is told beside its limit."""
    cells = list(product(sets, PROMISED))
    jobs = [(*cell, replications, number) for number, cell in enumerate(cells)]
    broken = []
    for (one, error), rows in zip(cells, spread(_runs, jobs, "Refits"), strict=True):
        what = f"{one.name}, {error:.0%}"
        plain, refits, split, reordered, breaks = rows.mean(axis=0)
        broken.append(float(breaks))
        yield kept(f"{what}, with refits", float(breaks), replications)
        if plain > MOST:
            yield told(f"{what}: no certificate from {MOST:,} labels", 0.0)
            continue
        chance = 3 * float((rows[:, 1] - rows[:, 0]).std()) / math.sqrt(replications) / plain
        shown = f"{plain:,.0f} without; {reordered / plain:.2f} x if a fit may change the order"
        limit = round(MOST_BY_REFITS + chance, 2)
        yield at_most(f"{what}: labels with refits / without", float(refits / plain), limit, "x", shown)
        is_worth = "worth it" if split <= MOST_BY_SPLIT * plain else f"above {MOST_BY_SPLIT:g}: none is made"
        yield told(f"{what}: labels with halves apart / today", float(split / plain), "x", is_worth)
    yield at_most(
        "refits, promises broken, mean of the cells", 100 * float(np.mean(broken)), 100 * DELTA, "%"
    )


def _runs(one: RealSet, error: float, replications: int, number: int) -> Floats:
    rng = np.random.default_rng((SEED, 16, number))
    return np.array([_run(one, error, rng) for _ in range(replications)])


def _run(one: RealSet, error: float, rng: np.random.Generator) -> list[float]:
    """Labels without and with refits, with halves apart, with any refit; whether the second is broken."""
    drawn = rng.integers(len(one), size=MOST)
    promise = Promise(error, 1 - DELTA)
    plain, _ = _first(one, drawn, promise, Refit.NONE)
    ours, threshold = _first(one, drawn, promise, Refit.IN_ORDER)
    # A half speaks for the threshold, and no refit ends what it says; labels come to both alike.
    split, _ = _first(one, drawn[::2], promise, Refit.NONE)
    reordered, _ = _first(one, drawn, promise, Refit.ANY)
    return [plain, ours, 2 * split, reordered, outcome(one, threshold, error)[0]]


def _first(one: RealSet, drawn: Columns, promise: Promise, refit: Refit) -> tuple[float, float | None]:
    """How many labels the first certificate takes, attempted as the product does, and its raw threshold."""
    attempt, tried, begins, calibrator = 1, 0, 0, IDENTITY
    following = FEWEST
    while (labels := tried + max(FEWEST_NEW, math.ceil(GROWTH * tried))) <= len(drawn):
        tried = labels
        while refit is not Refit.NONE and following <= labels:
            before, calibrator = calibrator, _fitted(one, drawn[:following], refit)
            if calibrator != before and not (before.keeps_order and calibrator.keeps_order):
                begins = following
            following = math.ceil(following * (1 + GROWTH_WITH_PROMISE))
        if labels - begins < zero_error_labels(promise.error, promise.spent_by(attempt)):
            continue
        places = drawn[begins:labels]
        answer = certify(_traffic(one, places, calibrator), promise, attempt=attempt)
        attempt += 1
        if isinstance(answer, Certificate):
            accepted = _scores(one, places, calibrator) >= answer.threshold
            return float(labels), float(one.score[places][accepted].min())
    return float(len(drawn) + 1), None


def _fitted(one: RealSet, places: Columns, refit: Refit) -> Calibrator:
    columns = one.predicted[places].tolist(), one.truth[places].tolist()
    labeled = of_probabilities(one.probabilities[places], *columns)
    return choose_calibrator(labeled, SEED, keeps_order=refit is Refit.IN_ORDER).calibrator


def _traffic(one: RealSet, places: Columns, calibrator: Calibrator) -> Traffic:
    asked = np.ones(len(places), dtype=bool)
    return Traffic(_scores(one, places, calibrator), np.ones(len(places)), asked, asked, one.is_error[places])


def _scores(one: RealSet, places: Columns, calibrator: Calibrator) -> Floats:
    own = one.predicted[places].tolist()
    return applied(calibrator, of_probabilities(one.probabilities[places], own, own))
