"""Fits of calibrators, whether used or not; the latest of a task and model speaks."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from routing.prediction import ModelRef
from storage.engine.database import Transaction
from storage.sql.rows import columns_of, value_of
from storage.sql.upserts import add_once
from storage.tables import calibrators

_MODEL = (calibrators.c.task, calibrators.c.model_name, calibrators.c.model_version)


@dataclass(frozen=True, slots=True)
class StoredCalibrator:
    """The fit number `sequence` (from 1) for a task and model, as the JSON of the calibrator and its report.

    `is_used` is False where the fit was no better than none: then confidences count as they are.
    """

    task: str
    model: ModelRef
    sequence: int
    version: str
    calibrator: dict[str, Any]
    report: dict[str, Any]
    is_used: bool
    fitted_at: datetime


def add(tx: Transaction, fitted: StoredCalibrator) -> bool:
    """Store a fit; False when this task and model has a fit of that sequence: somebody was faster."""
    columns = columns_of(fitted)
    model: ModelRef = columns.pop("model")
    row = {**columns, "model_name": model.name, "model_version": model.version}
    # The number decides: replicas that fit at the same time must not both be the latest.
    return add_once(tx, calibrators, row)


def latest(tx: Transaction) -> list[StoredCalibrator]:
    """The latest fit of every task and model."""
    # Of all fits, not of those in use: a latest that is no better than none ends the use of the one before.
    later = calibrators.alias("later")
    is_replaced = sa.exists().where(
        *(later.c[column.name] == column for column in _MODEL), later.c.sequence > calibrators.c.sequence
    )
    query = sa.select(calibrators).where(~is_replaced).order_by(*_MODEL)
    return [_stored(row) for row in tx.execute(query)]


def versions_in_force(tx: Transaction) -> dict[tuple[str, ModelRef], str]:
    """The version of the calibrator in force by task and model, where the latest fit is used."""
    return {(fit.task, fit.model): fit.version for fit in latest(tx) if fit.is_used}


def history(tx: Transaction, task: str, model: ModelRef | None = None) -> list[StoredCalibrator]:
    """Every fit of a task, or of its `model`, oldest first."""
    query = sa.select(calibrators).where(calibrators.c.task == task)
    if model is not None:
        query = query.where(
            calibrators.c.model_name == model.name, calibrators.c.model_version == model.version
        )
    return [_stored(row) for row in tx.execute(query.order_by(calibrators.c.row_id))]


def _stored(row: Any) -> StoredCalibrator:
    model = ModelRef(row.model_name, row.model_version)
    return value_of(StoredCalibrator, row, model=model)
