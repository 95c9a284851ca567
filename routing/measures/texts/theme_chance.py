"""Whether groups of rationales are more than chance: the same words, dealt to the same texts at random.

Whoever looks for groups gets some, so that some hold together in any texts, the more so in few. A dealing
keeps how often each word occurs and how long every text is, and breaks which words go together. Groups of
as many dealings are formed in the same way (a permutation test: Fisher 1935).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from routing.measures.texts.rationale_words import Run

Groups = npt.NDArray[np.intp]
Grouped = Callable[[Sequence[Sequence[Run]]], "tuple[Any, Groups] | None"]
"""Vectors of unit length and groups of texts, each as its runs of words; None if they share too few."""
DEALINGS = 39
AS_GOOD = 1
"""As many of 39 dealings may fit as well: then chance does so with a probability of at most 5 %."""
MOST_BEATEN = 1 / 3
"""A group that more of the dealings beat, by a group as large and as alike, is no theme."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """How many texts a group has, and how alike two of them are on average (cosine)."""

    n: int
    mean: float

    def beats(self, other: "Likeness") -> bool:
        """Whether it is at least as large and as alike."""
        return self.n >= other.n and self.mean >= other.mean


def likenesses(vectors: Any, groups: Groups, size: int) -> list[Likeness]:
    """Of each group; of fewer than two texts none are alike."""
    return [_likeness(vectors[groups == group]) for group in range(size)]


def _likeness(vectors: Any) -> Likeness:
    n = vectors.shape[0]
    if n < 2:
        return Likeness(n, 0.0)
    # A word of no text has an empty column, a text of no word an empty row, which is like no other.
    total = np.asarray(vectors.sum(axis=0)).ravel()
    own = float(vectors.multiply(vectors).sum())
    return Likeness(n, (float(total @ total) - own) / (n * (n - 1)))


def are_more_than_chance(
    groups: Sequence[Likeness],
    texts: Sequence[Sequence[Run]],
    grouped: Grouped,
    least: int,
    rng: np.random.Generator,
) -> list[bool]:
    """For each group whether it is: none if dealt words fit as well, nor where they beat it too often.

    Groups of fewer than `least` texts do not count.
    """
    beaten, as_good = np.zeros(len(groups)), 0
    for _ in range(DEALINGS):
        dealt = grouped(_dealt(texts, rng))
        by_chance = [] if dealt is None else likenesses(*dealt, len(groups))
        by_chance = [rival for rival in by_chance if rival.n >= least]
        as_good += _fit(by_chance, least) >= _fit(groups, least)
        # No further dealing could change the verdict, and each costs a factorization.
        if as_good > AS_GOOD:
            return [False] * len(groups)
        beaten += [any(rival.beats(group) for rival in by_chance) for group in groups]
    return [bool(times <= MOST_BEATEN * DEALINGS) for times in beaten]


def _fit(groups: Sequence[Likeness], least: int) -> float:
    """How alike the texts are to those of their groups, summed."""
    return sum(group.n * group.mean for group in groups if group.n >= least)


def _dealt(texts: Sequence[Sequence[Run]], rng: np.random.Generator) -> list[list[Run]]:
    """All the words in an order of chance, as many to each run as it has."""
    words = [word for runs in texts for run in runs for word in run]
    order = iter(rng.permutation(len(words)))
    return [[tuple(words[next(order)] for _ in run) for run in runs] for runs in texts]
