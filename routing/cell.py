"""Cells: the parts of a tier's traffic that may have thresholds of their own, a slice each and the rest."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

OTHERS = "!="
"""No slice's name has a "!"."""
LONGEST_KEY = 1_500
"""Bytes: PostgreSQL's index, which the key is in, takes rows of up to 2,704."""


@dataclass(frozen=True)  # without slots, where cached_property could not keep its value
class Cell:
    """The predictions whose slice `name` is among `values`; where `is_rest`, those that have none of them.

    Without a name it is all of the traffic. Cells of a list are disjoint and hold everything together.
    """

    name: str = ""
    values: tuple[str, ...] = ()
    is_rest: bool = True

    @classmethod
    def of(cls, key: str) -> "Cell":
        """The cell that has this `key`. Raises ValueError for a key that no cell has."""
        if not key:
            return cls()
        name, is_others, values = key.partition(OTHERS)
        if is_others and "=" not in name:
            return cls(name, tuple(json.loads(values)))
        name, value = slice_parts(key)
        return cls(name, (value,), is_rest=False)

    @cached_property
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

    def overlaps(self, other: "Cell") -> bool:
        """Whether some prediction may belong to both."""
        if self.name != other.name or (self.is_rest and other.is_rest):
            return True
        if self.is_rest or other.is_rest:
            rest, named = (self, other) if self.is_rest else (other, self)
            return not set(named.values) <= set(rest.values)
        return bool(set(self.values) & set(other.values))


EVERYTHING = Cell()
"""A tier's whole traffic."""


def cells(slices: Iterable[str]) -> tuple[Cell, ...]:
    """A cell for each of the slices "name=value", and the rest; none without slices.

    Raises ValueError for what is no slice, for two names, a slice named twice, and more than can be kept.
    """
    # Sorted: the key of the rest names all of them, and must not change with their order in the policy.
    pairs = sorted(map(slice_parts, slices))
    names = {name for name, _ in pairs}
    if len(names) > 1:
        raise ValueError(f"slices of {' and '.join(sorted(names))} would overlap; take those of one name")
    if len(set(pairs)) < len(pairs):
        raise ValueError("a slice is named twice; remove one")
    if not pairs:
        return ()
    (name,) = names
    values = tuple(value for _, value in pairs)
    rest = Cell(name, values)
    if len(rest.key.encode()) > LONGEST_KEY:
        raise ValueError(f"the slices are more than {LONGEST_KEY} bytes long together; name fewer of them")
    return *(Cell(name, (value,), is_rest=False) for value in values), rest


def slice_parts(named: str) -> tuple[str, str]:
    """The name and the value of a slice "name=value". Raises ValueError for what is none."""
    name, _, value = named.partition("=")
    if not name or not value or "!" in name:
        raise ValueError(f'{named!r} is no slice; write its name and its value, such as "country=PT"')
    if (name.strip(), value.strip()) != (name, value):
        raise ValueError(f'{named!r} has blanks at an end; write "{name.strip()}={value.strip()}"')
    return name, value
