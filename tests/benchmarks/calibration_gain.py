"""What recalibration does to the calibration of models on cases it was not fitted to."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from routing.evidence.calibrator import CalibratorMethod
from routing.measures.calibration.calibration_error import ece
from routing.measures.calibration.proper_scores import log_loss
from routing.measures.calibration.recalibration import applied, choose, of_probabilities
from routing.measures.sample import Floats
from tests.benchmarks.figure import Figure, at_least, at_most, told
from tests.benchmarks.parallel import spread
from tests.benchmarks.real_sets import SEED, RealSet, real_sets

SPLITS = 40
"""A fit takes a hundred times as long as an interval; every replication is one of so many at most."""
MISCALIBRATED = "banking77"
LEAST_BEFORE = 0.2
MOST_AFTER = 0.03


@dataclass(frozen=True, slots=True)
class Scores:
    """How good confidences are: ECE of 15 bins of equal width, and log loss in nats."""

    ece: float
    log_loss: float


@dataclass(frozen=True, slots=True)
class Split:
    """The calibrator chosen on a half of the cases, and the scores on the other half without and with it."""

    method: CalibratorMethod
    before: Scores
    after: Scores


def measure(replications: int) -> Iterator[Figure]:
    """ECE (15 bins of equal width) and log loss, held out, before and after, mean over random halves."""
    sets, count = real_sets(), min(SPLITS, replications)
    jobs = [(one, number) for one in sets for number in range(count)]
    splits = list(spread(_split, jobs, "Calibration"))
    for place, one in enumerate(sets):
        yield from _figures(one.name, splits[place * count : (place + 1) * count])


def _figures(name: str, splits: list[Split]) -> Iterator[Figure]:
    before, after = _mean([one.before for one in splits]), _mean([one.after for one in splits])
    methods = Counter(one.method for one in splits).most_common()
    shown = f"{len(splits)} halves: {', '.join(f'{method} {count}' for method, count in methods)}"
    if name == MISCALIBRATED:
        yield at_least(f"{name}: ECE before", 100 * before.ece, 100 * LEAST_BEFORE, "%")
        yield at_most(f"{name}: ECE after", 100 * after.ece, 100 * MOST_AFTER, "%", shown)
    else:
        yield told(f"{name}: ECE before", 100 * before.ece, "%")
        yield told(f"{name}: ECE after", 100 * after.ece, "%", shown)
    ratio = after.log_loss / before.log_loss
    shown = f"{after.log_loss:.4f} / {before.log_loss:.4f} nats"
    yield at_most(f"{name}: log loss after / before", ratio, 1, "x", shown)


def _mean(scores: list[Scores]) -> Scores:
    return Scores(
        float(np.mean([one.ece for one in scores])), float(np.mean([one.log_loss for one in scores]))
    )


def _split(one: RealSet, number: int) -> Split:
    rng = np.random.default_rng((SEED, 3, number))
    order = rng.permutation(len(one))
    labeled = of_probabilities(one.probabilities, one.predicted.tolist(), one.truth.tolist())
    fitted, held_out = labeled.at(order[: len(one) // 2]), labeled.at(order[len(one) // 2 :])
    calibrator = choose(fitted, rng).calibrator
    correct = held_out.sample.correct.astype(bool)

    def scores(confidence: Floats) -> Scores:
        return Scores(ece(confidence, correct), log_loss(confidence, correct))

    return Split(calibrator.method, scores(held_out.sample.confidence), scores(applied(calibrator, held_out)))
