"""Cases whose disagreement was marked by whoever settled it: the newest first, and how many."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from routing.evidence.marked_cases import BEGINS, MarkedCase, MarkedCases
from routing.label import Mark
from storage.cases.origins import IS_POSTED
from storage.cases.prediction_columns import input_of
from storage.engine.database import Transaction
from storage.tables import labels, predictions

_LATER = labels.alias("later")


def listed(tx: Transaction, tasks: Collection[str], limit: int, skip: int = 0) -> tuple[MarkedCase, ...]:
    """The marked cases of these tasks, the newest mark first; `limit` of them behind the first `skip`."""
    columns = (labels.c.case_id, predictions.c.task, labels.c.mark, labels.c.label, predictions.c.input)
    query = _marked(tasks, None, *columns).order_by(labels.c.row_id.desc()).limit(limit).offset(skip)
    return tuple(_case(row) for row in tx.execute(query))


def count(tx: Transaction, tasks: Collection[str]) -> int:
    """How many cases of these tasks are marked."""
    total: int = tx.execute(_marked(tasks, None, sa.func.count())).scalar_one()
    return total


def of_period(
    tx: Transaction, tasks: Collection[str], since: datetime, until: datetime, shown: int
) -> MarkedCases:
    """What was marked from `since` to before `until`, with the `shown` newest."""
    period = (since, until)
    counts = _marked(tasks, period, labels.c.mark, sa.func.count()).group_by(labels.c.mark)
    by_mark: dict[str, int] = {row[0]: row[1] for row in tx.execute(counts)}
    columns = (labels.c.case_id, predictions.c.task, labels.c.mark, labels.c.label, predictions.c.input)
    newest = _marked(tasks, period, *columns).order_by(labels.c.row_id.desc()).limit(shown)
    return MarkedCases(
        by_mark.get(Mark.GUIDELINE_GAP.value, 0),
        by_mark.get(Mark.BOTH_DEFENSIBLE.value, 0),
        tuple(_case(row) for row in tx.execute(newest)),
    )


def is_defensible(case_id: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    """Whether whoever settled the case says that both answers are defensible."""
    own, later = labels.alias("settling"), labels.alias("answered_later")
    is_superseded = sa.exists().where(
        later.c.case_id == own.c.case_id,
        later.c.row_id > own.c.row_id,
        later.c.withdrawn_at.is_(None),
        later.c.mark.is_not(None) | (later.c.user_id == own.c.user_id),
    )
    return sa.exists().where(
        own.c.case_id == case_id,
        own.c.mark == Mark.BOTH_DEFENSIBLE.value,
        own.c.withdrawn_at.is_(None),
        ~is_superseded,
    )


def _marked(
    tasks: Collection[str], period: tuple[datetime, datetime] | None, *columns: Any
) -> sa.Select[Any]:
    # Of a case the last mark counts, and of a person the last answer.
    is_superseded = sa.exists().where(
        _LATER.c.case_id == labels.c.case_id,
        _LATER.c.row_id > labels.c.row_id,
        _LATER.c.withdrawn_at.is_(None),
        (_LATER.c.mark.is_not(None)) | (_LATER.c.user_id == labels.c.user_id),
    )
    query = sa.select(*columns).select_from(
        labels.join(predictions, predictions.c.case_id == labels.c.case_id)
    )
    query = query.where(
        IS_POSTED,
        labels.c.mark.is_not(None),
        labels.c.withdrawn_at.is_(None),
        predictions.c.task.in_(sorted(tasks)),
        ~is_superseded,
    )
    if period is None:
        return query
    return query.where(labels.c.labeled_at >= period[0], labels.c.labeled_at < period[1])


def _case(row: Any) -> MarkedCase:
    seen = input_of(row.input)
    begins = seen.text or "; ".join(f"{name}: {value}" for name, value in seen.fields.items())
    return MarkedCase(row.case_id, row.task, Mark(row.mark), row.label, " ".join(begins.split())[:BEGINS])
