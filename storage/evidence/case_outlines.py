"""Cases in outline: what the model saw and predicted, and what experts decided, for a look at a few."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from routing.evidence.error_patterns import PREDICTED
from routing.prediction import CaseInput
from storage.cases.prediction_columns import input_of
from storage.engine.database import Transaction
from storage.evidence.decisions_in_force import Window, by_experts, in_period_by_experts, loss_of
from storage.evidence.slice_conditions import is_in_slice
from storage.tables import decisions, predictions

_PREDICTED = (predictions.c.case_id, predictions.c.task, predictions.c.input, predictions.c.label)


@dataclass(frozen=True, slots=True)
class Outline:
    """A prediction; `decided` is None while no expert's decision about it stands."""

    case_id: str
    task: str
    input: CaseInput
    predicted: str
    decided: str | None


def wrong_in_slice(
    tx: Transaction,
    tasks: Collection[str],
    key: str,
    values: Collection[str],
    since: datetime,
    until: datetime,
    limit: int,
) -> tuple[Outline, ...]:
    """What experts decided against the model in a slice from `since` to before `until`, newest first.

    It has the predictions with one of the `values`, which are names of labels where `key` is `PREDICTED`.
    """
    window = Window(tuple(sorted(tasks)), since, until)
    is_in = predictions.c.label.in_(values) if key == PREDICTED else is_in_slice(tx, key, *values)
    query = (
        in_period_by_experts(window, *_PREDICTED, decisions.c.label.label("decided"))
        .where(loss_of(decisions) > 0, is_in)
        .order_by(decisions.c.decided_at.desc(), decisions.c.row_id.desc())
        .limit(limit)
    )
    return tuple(_outline(row) for row in tx.execute(query))


def of_cases(tx: Transaction, case_ids: Collection[str]) -> tuple[Outline, ...]:
    """The predictions with these ids that are stored, in the order of the ids."""
    decided = by_experts()
    query = (
        sa.select(*_PREDICTED, decided.c.label.label("decided"))
        .select_from(predictions.outerjoin(decided, decided.c.case_id == predictions.c.case_id))
        .where(predictions.c.case_id.in_(list(case_ids)))
    )
    outlines = {row.case_id: _outline(row) for row in tx.execute(query)}
    return tuple(outlines[case_id] for case_id in case_ids if case_id in outlines)


def _outline(row: Any) -> Outline:
    return Outline(row.case_id, row.task, input_of(row.input), row[3], row.decided)
