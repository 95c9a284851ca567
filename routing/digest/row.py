"""A number of a digest, as a line of a table: what it is about, its interval and what it rests on."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

Cell = str | float | None
"""Text or a code, a number (counts are whole), or nothing."""


@dataclass(frozen=True, slots=True)
class DigestRow:
    """A number: `measure` says which and in what unit, `section` and `name` of what, `before` what it was.

    Shares lie between 0 and 1, moments are in ISO 8601. `low` and `high` bound its interval, `n` is how many
    labels (or durations, or alike) it rests on, `reach` what it speaks of. `value` is None where that is too
    few for a number, and where there is none.
    """

    section: str
    name: str
    measure: str
    value: Cell
    low: float | None = None
    high: float | None = None
    n: int | None = None
    reach: str = ""
    before: Cell = None


def measured_rows(
    section: str, name: str, values: Mapping[str, Cell], n: int | None = None
) -> Iterator[DigestRow]:
    """A row for each value that there is."""
    for measure, value in values.items():
        if value is not None:
            yield DigestRow(section, name, measure, value, n=n)
