"""Which decisions count: those that no later decision replaced, no Undo took back and nobody contests."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from routing.case.decision import Method
from storage.cases.origins import IS_PRODUCTION
from storage.tables import cases, decision_feed, decisions, predictions

HAS_CONFIDENCE = predictions.c.has_confidence.is_not(sa.false())
"""Version 0.1 left it empty: it took no prediction without a confidence."""
_later = decisions.alias("later")
_REPLACED = sa.select(_later.c.row_id).where(
    _later.c.case_id == decisions.c.case_id, _later.c.sequence > decisions.c.sequence
)
# Undo leaves the decision's row as it is: only the feed says that it no longer holds. A contested decision
# counts no more either: what comes of it is the next decision, also where that says the same.
_UNDONE = sa.select(decision_feed.c.cursor).where(
    decision_feed.c.decision_id == decisions.c.decision_id,
    decision_feed.c.event.in_(("reopened", "contested")),
)
_BY_EXPERTS = decisions.c.method != Method.EXPIRED.value
IS_FINAL = decisions.c.is_provisional.is_not(sa.true())
"""A provisional decision tells its service early and nobody else: the second opinion may say otherwise."""


USUAL_DELAY = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Window:
    """Which decisions and predictions belong to a period; only production counts."""

    tasks: tuple[str, ...]
    since: datetime
    until: datetime

    @property
    def counted(self) -> tuple[sa.ColumnElement[bool], ...]:
        """The conditions for predictions that count."""
        return predictions.c.task.in_(self.tasks), IS_PRODUCTION

    def holds(self, moment: sa.Column[Any]) -> tuple[sa.ColumnElement[bool], ...]:
        """The conditions for a moment of the period."""
        return moment >= self.since, moment < self.until

    @property
    def received(self) -> tuple[sa.ColumnElement[bool], ...]:
        """The conditions for predictions that count and came in during the period."""
        return *self.counted, *self.holds(predictions.c.received_at)

    @property
    def came_later(self) -> sa.ColumnElement[bool]:
        """Of what came in, the condition for what had happened before the period.

        Pipelines take their time: what lies less than an hour back belongs to the period that it came in.
        """
        return predictions.c.occurred_at < self.since - USUAL_DELAY


def in_period(window: Window, *columns: Any) -> sa.Select[Any]:
    """The decisions of the period that no later decision of it replaced and that nobody undid or contests."""
    # A later decision belongs to a later period: last week's figures are the same whenever they are made.
    replaced = _REPLACED.where(_later.c.decided_at < window.until)
    return (
        sa.select(*columns)
        .select_from(
            decisions.join(cases, cases.c.case_id == decisions.c.case_id).join(
                predictions, predictions.c.case_id == decisions.c.case_id
            )
        )
        .where(*window.counted, *window.holds(decisions.c.decided_at), IS_FINAL)
        .where(~replaced.exists(), ~_UNDONE.exists())
    )


def in_period_by_experts(window: Window, *columns: Any) -> sa.Select[Any]:
    """As `in_period`, without what was decided by a time-out: that says nothing about the model."""
    return in_period(window, *columns).where(_BY_EXPERTS)


def by_experts() -> sa.Subquery:
    """Every case's decision by experts that stands now; `loss_of` reads how far the prediction is from it."""
    names = ("case_id", "label", "loss", "method", "decided_at", "row_id")
    columns = [decisions.c[name] for name in names]
    return (
        sa.select(*columns)
        .where(_BY_EXPERTS, IS_FINAL, ~_REPLACED.exists(), ~_UNDONE.exists())
        .subquery("standing")
    )


def loss_of(decided: sa.FromClause) -> sa.ColumnElement[float]:
    """How far predictions are from their decisions, 0 to 1; null where nothing was decided."""
    # Rows of earlier versions have none until they are filled; those versions knew choices only.
    is_other = decided.c.label != predictions.c.label
    return sa.func.coalesce(decided.c.loss, sa.case((is_other, 1.0), (~is_other, 0.0)))
