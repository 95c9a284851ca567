"""Predictions that experts decided, as columns that arrays can be made of."""

from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from itertools import compress
from typing import Any

from routing.prediction import ModelRef


@dataclass(frozen=True, slots=True)
class LabelColumns:
    """Predictions that experts decided, an entry in each column, in the order they were decided.

    A row of `probabilities` has a number for each of `labels` (0 where the model did not name it), and is
    None where the model gave no probabilities. `slice_number` points into `slices`. Where `has_confidence` is
    0, `confidence` and `calibrated` mean nothing.
    """

    model: tuple[ModelRef, ...]
    case_id: tuple[str, ...]
    tier: tuple[str, ...]
    predicted: tuple[str, ...]
    decided: tuple[str, ...]
    loss: "array[float]"
    confidence: "array[float]"
    calibrated: "array[float]"
    has_confidence: "array[int]"
    inclusion_probability: "array[float]"
    is_accepted: "array[int]"
    received_at: tuple[datetime, ...]
    decided_at: tuple[datetime, ...]
    labels: tuple[str, ...]
    probabilities: "tuple[array[float] | None, ...]"
    slice_number: "array[int]"
    slices: tuple[Mapping[str, str], ...]

    def __len__(self) -> int:
        return len(self.case_id)

    @property
    def is_right(self) -> list[bool]:
        """Of each whether the model predicted just what experts decided."""
        return [loss == 0 for loss in self.loss]

    def renamed(self, present_name: Callable[[str], str]) -> "LabelColumns":
        """The same with labels as they are called now; what was predicted of several that are one adds up."""
        names = dict.fromkeys(map(present_name, self.labels))
        places = [list(names).index(present_name(label)) for label in self.labels]
        return replace(
            self,
            predicted=tuple(map(present_name, self.predicted)),
            decided=tuple(map(present_name, self.decided)),
            labels=tuple(names),
            probabilities=tuple(row and _moved(row, places, len(names)) for row in self.probabilities),
        )

    def with_confidence(self) -> "LabelColumns":
        """Those that have a confidence: all that a calibration can speak of."""
        if all(self.has_confidence):
            return self
        kept: dict[str, Any] = {}
        for name in (each.name for each in fields(self) if each.name not in {"labels", "slices"}):
            column = getattr(self, name)
            chosen = compress(column, self.has_confidence)
            kept[name] = array(column.typecode, chosen) if isinstance(column, array) else tuple(chosen)
        return replace(self, **kept)


def _moved(row: "array[float]", places: Sequence[int], width: int) -> "array[float]":
    moved = array("d", bytes(8 * width))
    for place, share in zip(places, row, strict=True):
        moved[place] += share
    return moved
