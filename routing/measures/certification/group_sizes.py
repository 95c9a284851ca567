"""Groups of predictions that are wrong together: which are, and how many of each size a threshold accepts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import numpy as np
import numpy.typing as npt

from routing.measures.certification.fallback import Counts
from routing.measures.sample import Floats

Bools = npt.NDArray[np.bool_]
Places = npt.NDArray[np.int64]
EDGES: Counts = np.unique(
    np.concatenate((np.arange(1, 11), np.geomspace(10, 1e9, 84).astype(np.int64)))
).astype(np.int64)
"""Bounds of size classes: up to 10 each size has its own, beyond it they end a quarter higher each."""


@dataclass(frozen=True, slots=True)
class SizeCounts:
    """Groups by size class (a row each, up to the size `largest`) and region (a column each).

    Of each class and region so many are `groups`, with so many `members` together. The first class is of
    predictions that are alone.
    """

    largest: Counts
    groups: Counts
    members: Counts

    @property
    def total(self) -> Counts:
        """All predictions of each region."""
        return np.asarray(self.members.sum(axis=0))

    @property
    def are_single(self) -> Bools:
        """In which regions no two predictions share a group."""
        return np.asarray(self.members[1:].sum(axis=0) == 0)

    @property
    def of_a_prediction(self) -> Floats:
        """The size of the group of a prediction of each region, on average."""
        return np.asarray((self.largest[:, None] * self.members).sum(axis=0) / np.maximum(self.total, 1))

    def only(self, places: Bools | Places | slice | list[int]) -> "SizeCounts":
        """Some of the regions."""
        return SizeCounts(self.largest, self.groups[:, places], self.members[:, places])

    def scaled(self, factor: float) -> "SizeCounts":
        """The same regions with so many times as many groups of each size."""
        longer = (scaled_counts(counts, factor) for counts in (self.groups, self.members))
        return SizeCounts(self.largest, *longer)


def scaled_counts(counts: Counts, factor: float) -> Counts:
    """Counts of a window that is `factor` times as long and goes on as it was."""
    # Without the 1e-9 a product that is whole but for its last bits would gain a case.
    return np.asarray(np.ceil(counts * factor - 1e-9).astype(np.int64))


def size_counts(score: Floats, group: Places | None, thresholds: Floats) -> SizeCounts:
    """How large groups are among what has a score of each threshold or more; without `group` each is alone.

    In the order of falling scores, a group is larger than a where its member number a + 1 is accepted.
    """

    def count(chosen: Bools) -> Counts:
        ordered = np.sort(score[chosen])
        return np.asarray(len(ordered) - np.searchsorted(ordered, thresholds), dtype=np.int64)

    number = np.ones(len(score), dtype=np.int64) if group is None else _numbers_within(score, group)
    edges = _edges(group)
    bounds = np.concatenate(([0], edges))
    reached = np.array([count(number == bound + 1) for bound in bounds])
    beyond = np.array([count(number > bound) for bound in bounds]) + bounds[:, None] * reached
    return SizeCounts(edges, -np.diff(reached, axis=0), -np.diff(beyond, axis=0))


def _edges(group: Places | None) -> Counts:
    """The largest size of each class that there is in the end; groups are smaller in stricter regions."""
    sizes = np.ones(1, dtype=np.int64) if group is None else np.unique(group, return_counts=True)[1]
    sizes = np.unique(np.append(sizes, 1))
    ends = np.searchsorted(sizes, EDGES, side="right") - 1
    return np.unique(sizes[np.maximum(ends, 0)])


def _numbers_within(score: Floats, group: Places) -> Places:
    """The number of each prediction in its group, from 1, the highest score first."""
    order = np.lexsort((-score, group))
    places = np.arange(len(order))
    is_first = np.concatenate(([True], np.diff(group[order]) != 0))[: len(order)]
    numbers = np.empty(len(order), dtype=np.int64)
    numbers[order] = places - np.maximum.accumulate(np.where(is_first, places, 0)) + 1
    return numbers


class Labeled(Protocol):
    """What shares a group with others."""

    @property
    def group_key(self) -> int:
        """The same for those of a group."""
        ...

    @property
    def received_at(self) -> datetime:
        """When its prediction came in."""
        ...


def groups_in_order(labels: Sequence[Labeled], group_for: timedelta) -> Places:
    """The `groups_of` labels, in the order they come."""
    moments = [label.received_at.timestamp() for label in labels]
    return groups_of([label.group_key for label in labels], moments, group_for)


def groups_of(keys: npt.ArrayLike, received_at: npt.ArrayLike, group_for: timedelta) -> Places:
    """A number for the group of each prediction: of the same key, within `group_for` of the first of them.

    `received_at` is in seconds. A group ends then, whatever was answered: one that ended when it is found out
    would choose by the outcome. What comes later with its key begins another.
    """
    key, moment = np.asarray(keys, dtype=np.int64), np.asarray(received_at, dtype=np.float64)
    order = np.lexsort((moment, key))
    key, moment = key[order], moment[order]
    begins = np.flatnonzero(np.concatenate(([True], np.diff(key) != 0))[: len(key)])
    ends, seconds = np.append(begins[1:], len(key)), group_for.total_seconds()
    is_first = np.zeros(len(key), dtype=np.int64)
    is_first[begins] = 1
    long = np.flatnonzero(moment[np.maximum(ends - 1, 0)] - moment[begins] >= seconds) if len(key) else begins
    for begin, end in zip(begins[long], ends[long], strict=True):
        first = begin
        while (first := first + np.searchsorted(moment[first:end], moment[first] + seconds)) < end:
            is_first[first] = 1
    numbers = np.empty(len(key), dtype=np.int64)
    numbers[order] = np.cumsum(is_first) - 1
    return numbers
