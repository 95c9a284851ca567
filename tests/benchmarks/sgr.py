"""Selection with guaranteed risk, as the promise's benchmark: Geifman & El-Yaniv 2017, algorithm 1."""

import json
import math

import numpy as np
from scipy.special import bdtr

from routing.measures.sample import Floats
from tests.benchmarks.real_sets import Bools, DataAbsent
from tests.places import DATA


def sgr(score: Floats, is_error: Bools, error: float, delta: float) -> float | None:
    """The threshold found by binary search over the labels' scores, each step tested at δ/⌈log2 m⌉.

    A step passes if the exact binomial bound on the error of what it accepts is at most `error`. The loosest
    that passed is taken, as by the union bound all steps hold at once; None if none did.
    """
    ascending = np.argsort(score, kind="stable")
    scores, wrong = score[ascending], is_error[ascending]
    steps = math.ceil(math.log2(len(scores)))
    strictest, loosest = len(scores) - 1, 0
    found = None
    for _ in range(steps):
        place = math.ceil((loosest + strictest) / 2)
        first = int(np.searchsorted(scores, scores[place]))
        if bdtr(int(wrong[first:].sum()), len(scores) - first, error) <= delta / steps:
            found, strictest = float(scores[place]), place
        else:
            loosest = place
    return found


def allowed(labels: int, error: float, delta: float) -> int:
    """How many errors `sgr` allows where it accepts all labels."""
    counts = np.arange(labels + 1)
    part = delta / math.ceil(math.log2(labels))
    return int(np.count_nonzero(bdtr(counts, labels, error) <= part)) - 1


def differences_from_known() -> int:
    """In how many of the known answers another number of errors is allowed. Raises DataAbsent."""
    path = DATA / "known_answers.json"
    if not path.exists():
        raise DataAbsent(f"../shared/data/{path.name} is not here")
    known = json.loads(path.read_text(encoding="utf-8"))["sgr"]["allowed"]
    return sum(allowed(int(labels), 0.02, 0.05) != count for labels, count in known.items())
