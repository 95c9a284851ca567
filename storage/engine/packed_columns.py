"""Answers of many rows, read column by column so that a million of them stay small."""

from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa

from storage.engine.database import Transaction
from storage.sql.json_documents import load

ROWS_PER_FETCH = 20_000


def portions(rows: sa.Result[Any]) -> Iterator[tuple[Any, ...]]:
    """The columns of the answer, some thousand rows at a time; nothing for an answer without rows."""
    for portion in rows.partitions(ROWS_PER_FETCH):
        yield tuple(zip(*portion, strict=True))


def packed(tx: Transaction, query: sa.Select[Any], arrival: sa.Column[int]) -> Iterator[tuple[Any, ...]]:
    """As `portions`, for answers of a million rows: fetched as they are read.

    PostgreSQL packs the rows of a stretch of `arrival`, the row id, into an array for each column: that takes
    a third of the time that so many rows do.
    """
    if tx.dialect.name != "postgresql":
        yield from portions(tx.execute(query, execution_options={"yield_per": ROWS_PER_FETCH}))
        return
    # In no order, but in the same in each column: a group's aggregates read its rows in a single pass.
    arrays = [sa.func.array_agg(column) for column in query.selected_columns]
    stretches = query.with_only_columns(*arrays).group_by(arrival // ROWS_PER_FETCH)
    yield from map(tuple, tx.execute(stretches, execution_options={"yield_per": 1}))


@dataclass(slots=True)
class Slices:
    """The different slices of the rows, each kept once; rows refer to them by number."""

    _numbers: dict[str | None, int] = field(default_factory=dict)

    def numbers(self, texts: tuple[str | None, ...]) -> list[int]:
        """The number of each text, from 0 in the order they come."""
        return [self._numbers.setdefault(text, len(self._numbers)) for text in texts]

    @property
    def values(self) -> tuple[Mapping[str, str], ...]:
        """The slices by number."""
        return tuple(slices_of(text) for text in self._numbers)


def slices_of(text: str | None) -> Mapping[str, str]:
    """The slices of their JSON text, empty without any."""
    return MappingProxyType({} if text is None else load(text))


@dataclass(slots=True)
class Probabilities:
    """Probabilities of labels as rows of numbers that share an order of labels."""

    _places: dict[str, int] = field(default_factory=dict)
    _rows: "list[array[float] | None]" = field(default_factory=list)

    def add(self, named: Mapping[str, float] | None) -> None:
        """Append a row; labels that come up for the first time get a place behind the others."""
        if named is None:
            self._rows.append(None)
            return
        for label in named:
            self._places.setdefault(label, len(self._places))
        row = array("d", bytes(8 * len(self._places)))
        for label, probability in named.items():
            row[self._places[label]] = probability
        self._rows.append(row)

    @property
    def labels(self) -> tuple[str, ...]:
        """The order of the labels."""
        return tuple(self._places)

    def rows(self) -> "tuple[array[float] | None, ...]":
        """The rows, all of the same length: 0 for labels a row did not have, None for rows without any."""
        for row in self._rows:
            if row is not None:
                row.extend([0.0] * (len(self._places) - len(row)))
        return tuple(self._rows)
