"""Predictions with input and label, and the same as columns that many looks share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from routing.evidence.alarm import WHOLE
from routing.measures.drift.text_familiarity import Bag, words_in
from routing.prediction import CaseInput, Scalar

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]
MISSING = "(missing)"


@dataclass(frozen=True, slots=True)
class Observation:
    """A prediction with its input and label; `confidence` is calibrated, NaN without any."""

    case_id: str
    input: CaseInput
    label: str
    confidence: float
    slices: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Column:
    """A value of every case: as places in the sorted `names`, and as numbers if all that are there are."""

    names: tuple[str, ...]
    places: Places
    numbers: Floats | None

    @property
    def filled(self) -> int:
        """How many of the values are there."""
        is_missing = np.array([name == MISSING for name in self.names])
        return int(len(self.places) - is_missing[self.places].sum())

    def part(self, start: int, stop: int) -> "Column":
        """The values from `start` to before `stop`."""
        numbers = None if self.numbers is None else self.numbers[start:stop]
        return Column(self.names, self.places[start:stop], numbers)

    def within(self, names: Mapping[str, int]) -> Places:
        """The places of the values among other names, which have all of its own."""
        return np.array([names[name] for name in self.names], dtype=np.intp)[self.places]


@dataclass(frozen=True, slots=True)
class Columns:
    """What is compared of the cases; `members` are the places of each slice's cases, WHOLE for all.

    `confidence` is NaN where the model gave none.
    """

    case_ids: tuple[str, ...]
    texts: tuple[Bag, ...]
    confidence: Floats
    label: Column
    fields: Mapping[str, Column]
    slices: Mapping[str, Column]
    members: Mapping[str, Places]

    def __len__(self) -> int:
        return len(self.case_ids)

    def part(self, start: int, stop: int) -> "Columns":
        """The cases from `start` to before `stop`, of a slice that none of them has too."""
        bounds = {name: np.searchsorted(places, (start, stop)) for name, places in self.members.items()}
        return Columns(
            case_ids=self.case_ids[start:stop],
            texts=self.texts[start:stop],
            confidence=self.confidence[start:stop],
            label=self.label.part(start, stop),
            fields={name: values.part(start, stop) for name, values in self.fields.items()},
            slices={name: values.part(start, stop) for name, values in self.slices.items()},
            members={name: self.members[name][slice(*both)] - start for name, both in bounds.items()},
        )


def columns(cases: Sequence[Observation]) -> Columns:
    """The cases as columns: a column for each name that any of them has."""
    slices = [case.slices for case in cases]
    return Columns(
        case_ids=tuple(case.case_id for case in cases),
        texts=tuple(words_in(case.input.text) if case.input.text else frozenset() for case in cases),
        confidence=np.array([case.confidence for case in cases], dtype=np.float64),
        label=column([case.label for case in cases]),
        fields=_by_name([case.input.fields for case in cases]),
        slices=_by_name(slices),
        members=_members(slices),
    )


def column(values: Sequence[Scalar]) -> Column:
    """The values as a column."""
    present = [value for value in values if value is not None]
    names = [MISSING if value is None else str(value) for value in values]
    place_of = {name: place for place, name in enumerate(sorted(set(names)))}
    # To Python a bool is an int; to people true and false are categories.
    is_numeric = all(isinstance(value, int | float) and not isinstance(value, bool) for value in present)
    return Column(
        names=tuple(place_of),
        places=np.array([place_of[name] for name in names], dtype=np.intp),
        numbers=np.array([_number(value) for value in values], dtype=np.float64) if is_numeric else None,
    )


def lacking(n: int) -> Column:
    """A column in which every value is missing."""
    return Column((MISSING,), np.zeros(n, dtype=np.intp), np.full(n, -np.inf))


def _by_name(mappings: Sequence[Mapping[str, Scalar]] | Sequence[Mapping[str, str]]) -> dict[str, Column]:
    names = dict.fromkeys(name for mapping in mappings for name in mapping)
    return {name: column([mapping.get(name) for mapping in mappings]) for name in names}


def _members(slices: Sequence[Mapping[str, str]]) -> dict[str, Places]:
    members: dict[str, list[int]] = {}
    for place, case_slices in enumerate(slices):
        for key, value in case_slices.items():
            members.setdefault(f"{key}={value}", []).append(place)
    by_slice = {name: np.array(places, dtype=np.intp) for name, places in members.items()}
    return {WHOLE: np.arange(len(slices)), **by_slice}


def _number(value: Scalar) -> float:
    """-inf for what is missing; it counts, and sorts below all numbers."""
    try:
        number = float(value) if value is not None else -np.inf
    except OverflowError:
        # An integer of hundreds of digits is larger than any number that a float holds.
        return np.inf
    return number if number == number else -np.inf  # NaN is no value
