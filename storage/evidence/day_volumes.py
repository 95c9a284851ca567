"""How much came in and how long decisions took, day by day."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

import sqlalchemy as sa

from routing.evidence.error_patterns import PREDICTED
from routing.routing import Disposition
from storage.engine.database import Transaction
from storage.evidence.decisions_in_force import Window, in_period
from storage.evidence.slice_conditions import is_in_slice
from storage.tables import cases, decisions, predictions

_IS_ACCEPTED = predictions.c.disposition == Disposition.AUTO_ACCEPTED.value
ARRIVALS = (
    sa.func.count().label("received"),
    sa.func.count().filter(_IS_ACCEPTED).label("auto_accepted"),
    sa.func.count().filter(predictions.c.is_audit).label("audited"),
    sa.func.count().filter(predictions.c.disposition == Disposition.REVIEW.value).label("reviewed"),
)
"""How many predictions came in, and what triage made of them."""


@dataclass(frozen=True, slots=True)
class DayVolume:
    """What happened, and was decided, from `since` to before `until`; `seconds_to_decision` is sorted.

    Of what happened, what came in by the end of all the days: the rest is told as late when it has come.
    """

    since: datetime
    until: datetime
    received: int = 0
    auto_accepted: int = 0
    audited: int = 0
    reviewed: int = 0
    seconds_to_decision: tuple[float, ...] = ()


def by_day(tx: Transaction, tasks: Collection[str], midnights: Sequence[datetime]) -> tuple[DayVolume, ...]:
    """An entry for each day between two of the `midnights`, which come in order and know the time zone.

    Raises ValueError for fewer than two, or if they are not in order.
    """
    days = list(pairwise(midnights))
    if not days or any(since >= until for since, until in days):
        raise ValueError("Midnights must be at least two, each later than the one before.")
    window = Window(tuple(sorted(tasks)), midnights[0], midnights[-1])
    received = _received(tx, window, days)
    seconds = _seconds(tx, window, days)
    return tuple(
        DayVolume(
            since, until, **received.get(day, {}), seconds_to_decision=tuple(sorted(seconds.get(day, ())))
        )
        for day, (since, until) in enumerate(days)
    )


def accepted(tx: Transaction, task: str, tier: str, since: datetime, until: datetime) -> int:
    """How much of a tier came in that was accepted without review, the audits drawn from it included."""
    is_accepted_part = predictions.c.is_audit | _IS_ACCEPTED
    query = sa.select(sa.func.count()).select_from(predictions)
    query = query.where(predictions.c.tier == tier, is_accepted_part)
    return tx.execute(query.where(*Window((task,), since, until).received)).scalar_one()


def accepted_by_tier(
    tx: Transaction,
    tasks: Collection[str],
    slice_of: tuple[str, Collection[str]],
    since: datetime,
    until: datetime,
) -> dict[tuple[str, str], int]:
    """The same of a slice, by task and tier; its name may be PREDICTED, then its values are labels."""
    name, values = slice_of
    is_in = predictions.c.label.in_(values) if name == PREDICTED else is_in_slice(tx, name, *values)
    is_accepted_part = predictions.c.is_audit | _IS_ACCEPTED
    columns = (predictions.c.task, predictions.c.tier)
    query = sa.select(*columns, sa.func.count()).group_by(*columns).order_by(*columns)
    received_then = Window(tuple(sorted(tasks)), since, until).received
    rows = tx.execute(query.where(is_in, is_accepted_part, *received_then))
    return {(task, tier): count for task, tier, count in rows}


def received(tx: Transaction, task: str, since: datetime, until: datetime) -> int:
    """How many predictions of a task came in from `since` to before `until`."""
    query = sa.select(sa.func.count()).select_from(predictions)
    return tx.execute(query.where(*Window((task,), since, until).received)).scalar_one()


Day = tuple[datetime, datetime]


def _number_of(moment: sa.Column[Any], days: Sequence[Day]) -> sa.ColumnElement[int]:
    """Which of the days holds the moment; what is before or after all of them belongs to the nearest."""
    *earlier, last = (sa.literal_column(str(day), sa.Integer()) for day, _ in enumerate(days))
    ends = [(moment < until, day) for day, (_, until) in zip(earlier, days, strict=False)]
    # Of a single day, too: a bare number in GROUP BY would be the place of a column.
    return sa.case(*(ends or [(moment < days[-1][1], last)]), else_=last)


def _received(tx: Transaction, window: Window, days: Sequence[Day]) -> dict[int, dict[str, int]]:
    day = _number_of(predictions.c.occurred_at, days).label("day")
    query = sa.select(day, *ARRIVALS).where(*window.received, ~window.came_later).group_by(day)
    counted = (dict(row) for row in tx.execute(query).mappings())
    return {row.pop("day"): row for row in counted}


def _seconds(tx: Transaction, window: Window, days: Sequence[Day]) -> dict[int, list[float]]:
    """Seconds from opening to decision, by the day of the decision."""
    day = _number_of(decisions.c.decided_at, days)
    seconds: dict[int, list[float]] = {}
    for number, opened_at, decided_at in tx.execute(
        in_period(window, day, cases.c.opened_at, decisions.c.decided_at)
    ):
        seconds.setdefault(number, []).append((decided_at - opened_at).total_seconds())
    return seconds
