"""Logged predictions as they were routed, beside what experts decided: to route them once more."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from routing.prediction import Submission
from routing.routing import Routing
from storage.cases.prediction_columns import routing_of, submission_of
from storage.engine.database import Transaction
from storage.evidence.decisions_in_force import Window, by_experts, loss_of
from storage.tables import predictions

ROWS_PER_FETCH = 1_000
"""Whole submissions are large."""


@dataclass(frozen=True, slots=True)
class LoggedPrediction:
    """A prediction, what was made of it, and how far it is from what experts decided, if they did."""

    submission: Submission
    routing: Routing
    received_at: datetime
    loss: float | None
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class TrafficExtent:
    """How many predictions there are, and when the first of them came in."""

    count: int
    first_at: datetime | None


def extent(tx: Transaction, tasks: Collection[str], since: datetime, until: datetime) -> TrafficExtent:
    """Of the production predictions of these tasks received from `since` to before `until`."""
    window = Window(tuple(sorted(tasks)), since, until)
    query = sa.select(sa.func.count(), sa.func.min(predictions.c.received_at)).where(*window.received)
    return TrafficExtent(*tx.execute(query).one())


def newest_since(
    tx: Transaction, tasks: Collection[str], since: datetime, until: datetime, most: int
) -> datetime:
    """From when on there are about `most` of the same predictions: what came in together stays together.

    `since` itself where there are no more than that.
    """
    window = Window(tuple(sorted(tasks)), since, until)
    moments = sa.select(predictions.c.received_at).where(*window.received)
    boundary = tx.scalar(moments.order_by(predictions.c.received_at.desc()).offset(most).limit(1))
    if boundary is None:
        return since
    newer = moments.where(predictions.c.received_at > boundary)
    first: datetime | None = tx.scalar(newer.order_by(predictions.c.received_at).limit(1))
    return first or boundary


def logged(
    tx: Transaction, tasks: Collection[str], since: datetime, until: datetime
) -> Iterator[tuple[LoggedPrediction, ...]]:
    """The same predictions in the order they came in, some at a time; what was decided since then counts."""
    window = Window(tuple(sorted(tasks)), since, until)
    decided = by_experts()
    query = (
        sa.select(predictions, loss_of(decided).label("loss"), decided.c.decided_at)
        .select_from(predictions.outerjoin(decided, decided.c.case_id == predictions.c.case_id))
        .where(*window.received)
        .order_by(predictions.c.row_id)
    )
    # Streamed: the transaction has to stay open until the last portion was taken.
    rows = tx.execute(query, execution_options={"yield_per": ROWS_PER_FETCH})
    for portion in rows.partitions():
        yield tuple(
            LoggedPrediction(submission_of(row), routing_of(row), row.received_at, row.loss, row.decided_at)
            for row in portion
        )
