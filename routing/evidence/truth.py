"""What stands behind the labels that numbers rest on: one expert, two who agree, or an adjudicator."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from routing.evidence.estimate import StratumKey
from routing.stable_code import Code

LEAST_SHARE = 0.9
"""So much of what a number rests on has to be at least that strong to be called so."""


class Truth(Code):
    """What counts as right, the weakest first: as one says, as two agree, as adjudicated."""

    SINGLE = "as_one_says"
    AGREED = "as_two_agree"
    ADJUDICATED = "as_adjudicated"


@dataclass(frozen=True, slots=True)
class TruthCount:
    """Of how many predictions of a task and stratum that is what counts as right."""

    task: str
    stratum: StratumKey
    truth: Truth
    n: int


@dataclass(frozen=True, slots=True)
class TaskTruth:
    """What counts as right in the numbers of a task, which rest on `n` decisions.

    `two` and `adjudicated` are the shares, 0 to 1, that two experts agreed on and that were adjudicated.
    """

    task: str
    truth: Truth
    n: int
    two: float
    adjudicated: float


def task_truths(
    counts: Iterable[TruthCount], weights: Mapping[StratumKey, float] = MappingProxyType({})
) -> tuple[TaskTruth, ...]:
    """The truth of every task that something was decided of, by name.

    A decision weighs as it does in the numbers (`label_weights`), or 1: where what was accepted is checked by
    one expert, many pairs who looked at what was not must not hide it.
    """
    by_task: dict[str, list[TruthCount]] = {}
    for count in counts:
        by_task.setdefault(count.task, []).append(count)
    return tuple(_task_truth(task, by_task[task], weights) for task in sorted(by_task))


def _task_truth(task: str, counts: Iterable[TruthCount], weights: Mapping[StratumKey, float]) -> TaskTruth:
    n, shares = 0, dict.fromkeys(Truth, 0.0)
    for count in counts:
        n += count.n
        shares[count.truth] += count.n * weights.get(count.stratum, 1.0)
    total = math.fsum(shares.values())
    two, adjudicated = shares[Truth.AGREED] / total, shares[Truth.ADJUDICATED] / total
    return TaskTruth(task, _truth(two, adjudicated), n, two, adjudicated)


def _truth(two: float, adjudicated: float) -> Truth:
    if adjudicated >= LEAST_SHARE:
        return Truth.ADJUDICATED
    return Truth.AGREED if two + adjudicated >= LEAST_SHARE else Truth.SINGLE
