"""The fallback procedure: which tests may use which part of the chance δ that a promise fails."""

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from routing.measures.sample import Floats

Counts = npt.NDArray[np.int64]
ROOM = 2 / 3
"""A first start that takes more of the labels leaves too little for sequences to go on."""


@dataclass(frozen=True, slots=True)
class Starts:
    """So many sequences of tests; the strictest starts where `tolerated` errors would pass.

    It has the part `first_part` of δ, the others share the rest.
    """

    number: int
    first_part: float
    tolerated: int


def parts_of(if_errors: Sequence[Floats], sizes: Counts, delta: float, starts: Starts) -> dict[int, float]:
    """Where sequences of tests start, and the part of `delta` each has: fixed before labels are seen.

    `if_errors` are the p-values of all tests, strict to loose, had there been 0, 1, 2 … errors. The first
    start is the strictest test that would pass with as many errors as they go up to (for one sample of labels
    and two errors: about 2·ln δ / ln(1 − α) labels), or with fewer where that leaves no room for looser ones;
    the others follow in equal ratios of `sizes`, which ascend. Empty if nothing can pass.
    """
    for number, chances in reversed(list(enumerate(if_errors))):
        possible = np.flatnonzero(chances <= delta * starts.first_part)
        if len(possible) and (number == 0 or sizes[possible[0]] <= ROOM * sizes[-1]):
            return _spread(int(possible[0]), sizes, delta, starts)
    possible = np.flatnonzero(if_errors[0] <= delta)
    return {int(possible[0]): delta} if len(possible) else {}


def _spread(first: int, sizes: Counts, delta: float, starts: Starts) -> dict[int, float]:
    wanted = np.geomspace(sizes[first], sizes[-1], starts.number + 1)[1:-1]
    later = sorted({int(place) for place in np.searchsorted(sizes, wanted)} - {first})
    if not later:
        return {first: delta}
    rest = delta * (1 - starts.first_part) / len(later)
    return {first: delta * starts.first_part, **dict.fromkeys(later, rest)}


def fallback(chances: Floats, parts: Mapping[int, float]) -> tuple[int, float] | None:
    """The loosest test that passes, and the part of δ it was held against; None if none does.

    A test that passes hands its part on to the next looser test, and a start has its own part besides (Wiens
    2003; a graphical procedure of Bretz et al. 2009). The chance that any true hypothesis is refuted is the
    sum of `parts` at most, however the tests depend on each other. With a single start it is the
    fixed-sequence test.
    """
    loosest, held = None, 0.0
    for place, chance in enumerate(chances):
        held += parts.get(place, 0.0)
        if held > 0 and chance <= held:
            loosest = place, held
        else:
            # What fails keeps nothing to hand on: its part is spent, and only another start brings more.
            held = 0.0
    return loosest


def reached(
    chance_of: Callable[[int], float], number: int, parts: Mapping[int, float], delta: float
) -> Floats:
    """The p-values of those of `number` tests that sequences from these starts come to; 1 for all others.

    For tests that take long: what lies behind one that fails at `delta`, all there is, needs none.
    """
    chances = np.ones(number)
    for start in parts:
        for place in range(start, number):
            chances[place] = chance_of(place)
            if chances[place] > delta or place + 1 in parts:
                break
    return chances


def passing_from(passes: Callable[[int], bool], number: int) -> int:
    """The strictest of `number` tests that `passes`, if all that are looser do; `number` if none does.

    It may only decide where a sequence starts: whether the looser ones pass is not looked at.
    """
    return bisect_left(range(number), True, key=passes)
