"""Cells: the parts of a tier's traffic that may have thresholds of their own, a slice each and the rest."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

__all__ = ["EVERYTHING", "Cell", "cells"]

OTHERS = "!="
"""No slice's name has a "!"."""


@dataclass(frozen=True, slots=True)
class Cell:
    """The predictions whose slice `name` has one of `values`; where `is_rest`, those that have none of them.

    Without a name it is all of the traffic. Cells of one list are disjoint and hold everything together.
    """

    name: str = ""
    values: tuple[str, ...] = ()
    is_rest: bool = True

    @classmethod
    def of(cls, key: str) -> "Cell":
        """The cell that has this `key`. Raises ValueError for one that no cell has."""
        if not key:
            return cls()
        name, is_others, values = key.partition(OTHERS)
        if is_others and "=" not in name:
            return cls(name, tuple(json.loads(values)))
        name, value = _parts(key)
        return cls(name, (value,), is_rest=False)

    @property
    def key(self) -> str:
        """How it is kept: "name=value", the rest with all the values it lacks, everything as nothing."""
        if not self.name:
            return ""
        if self.is_rest:
            return f"{self.name}{OTHERS}{json.dumps(self.values, ensure_ascii=False)}"
        return f"{self.name}={self.values[0]}"

    @property
    def words(self) -> str:
        """How people call it; nothing for everything."""
        if not self.name:
            return ""
        return f"{self.name} other than {', '.join(self.values)}" if self.is_rest else self.key

    def holds(self, slices: Mapping[str, str]) -> bool:
        """Whether a prediction with these slices belongs to it."""
        return (slices.get(self.name) in self.values) != self.is_rest


EVERYTHING = Cell()
"""A tier's whole traffic."""


def cells(slices: Iterable[str]) -> tuple[Cell, ...]:
    """A cell for each of the slices "name=value", and the rest; none without slices.

    Raises ValueError for what is no slice, for two names and for a slice named twice.
    """
    pairs = sorted(map(_parts, slices))
    names = {name for name, _ in pairs}
    if len(names) > 1:
        raise ValueError(f"slices of {' and '.join(sorted(names))} would overlap; take those of one name")
    if len(set(pairs)) < len(pairs):
        raise ValueError("a slice is named twice; remove one")
    if not pairs:
        return ()
    (name,) = names
    values = tuple(value for _, value in pairs)
    return *(Cell(name, (value,), is_rest=False) for value in values), Cell(name, values)


def _parts(named: str) -> tuple[str, str]:
    name, _, value = named.partition("=")
    if not name or not value or "!" in name:
        raise ValueError(f'{named!r} is no slice; write its name and its value, such as "country=PT"')
    return name, value
