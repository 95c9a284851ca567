"""Conditions on the slices of predictions, which are JSON."""

import sqlalchemy as sa

from routing.cell import EVERYTHING, Cell
from storage.engine.database import Transaction
from storage.tables import predictions

_PAIRS = {"sqlite": sa.func.json_each, "postgresql": sa.func.json_each_text}
"""The entries of a JSON object as rows."""


def is_in_slice(tx: Transaction, name: str, *values: str) -> sa.ColumnElement[bool]:
    """Whether the slice `name` of a prediction has any of the values."""
    # A path into JSON cannot name every key on SQLite: a quotation mark in it has no escape.
    pairs = _PAIRS[tx.dialect.name](predictions.c.slices).table_valued("key", "value")
    return sa.exists().select_from(pairs).where(pairs.c.key == name, pairs.c.value.in_(values))


def is_in_cell(tx: Transaction, cell: Cell) -> sa.ColumnElement[bool]:
    """Whether a prediction belongs to the cell."""
    if cell == EVERYTHING:
        return sa.true()
    is_in = is_in_slice(tx, cell.name, *cell.values)
    # EXISTS is never null: what lacks the slice altogether is of the rest.
    return ~is_in if cell.is_rest else is_in
