"""What people answered to the cases that were put in, held against what is settled."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from routing.label import ExpertId
from routing.prediction import Origin
from storage.engine.database import Transaction
from storage.tables import cases, labels, predictions, trials

_FIRST = (
    sa.select(sa.func.min(labels.c.row_id))
    .where(labels.c.case_id == predictions.c.case_id)
    .correlate(predictions)
    .scalar_subquery()
)


@dataclass(frozen=True, slots=True)
class PlantedCount:
    """Of a tier's `planted` cases that were answered, `caught` were answered otherwise than the model did.

    `unanswered` more were not answered in time.
    """

    task: str
    tier: str
    caught: int
    planted: int
    unanswered: int


@dataclass(frozen=True, slots=True)
class GoldAnswer:
    """A person's first answer to a gold case, and whether it is the settled `key`."""

    case_id: str
    task: str
    expert: ExpertId
    label: str
    key: str

    @property
    def is_right(self) -> bool:
        """Whether the answer is the settled answer."""
        return self.label == self.key


def planted(
    tx: Transaction, tasks: Sequence[str], since: datetime, until: datetime
) -> tuple[PlantedCount, ...]:
    """By tier, of the cases with a wrong prediction that were put in from `since` and were due by `until`.

    The first answer counts, whatever it became: whoever heard of the case may take theirs back.
    """
    is_answered = labels.c.row_id.is_not(None)
    is_caught = is_answered & (labels.c.key != predictions.c.label)
    counts = [sa.func.count().filter(condition) for condition in (is_caught, is_answered, ~is_answered)]
    query = (
        sa.select(predictions.c.task, predictions.c.tier, *counts)
        .select_from(trials)
        .join(predictions, predictions.c.case_id == trials.c.case_id)
        .join(cases, cases.c.case_id == trials.c.case_id)
        .outerjoin(labels, labels.c.row_id == _FIRST)
        .where(*_of(tasks, Origin.PLANTED, since), sa.or_(cases.c.due_at < until, is_answered))
        .where(sa.or_(labels.c.labeled_at < until, ~is_answered))
        .group_by(predictions.c.task, predictions.c.tier)
        .order_by(predictions.c.task, predictions.c.tier)
    )
    return tuple(PlantedCount(*row) for row in tx.execute(query))


def gold(tx: Transaction, tasks: Sequence[str], since: datetime, until: datetime) -> tuple[GoldAnswer, ...]:
    """Each person's first answer before `until` to a gold case that was put in from `since`, oldest first.

    Without those of whoever answered the case that it was made of: the settled answer is partly theirs.
    """
    own = labels.alias("own_label")
    has_answered_source = sa.exists().where(
        own.c.case_id == trials.c.source_id, own.c.user_id == labels.c.user_id
    )
    query = (
        sa.select(
            labels.c.case_id,
            predictions.c.task,
            labels.c.team_id,
            labels.c.user_id,
            labels.c.label,
            trials.c.key,
        )
        .select_from(trials)
        .join(predictions, predictions.c.case_id == trials.c.case_id)
        .join(labels, labels.c.case_id == trials.c.case_id)
        .where(*_of(tasks, Origin.GOLD, since), labels.c.labeled_at < until, ~has_answered_source)
        # Settled with all answers in view it says nothing of how people answer by themselves.
        .where(labels.c.round == 1, labels.c.is_adjudication.is_not(sa.true()))
        .order_by(labels.c.row_id)
    )
    return tuple(
        GoldAnswer(case_id, task, ExpertId(team_id, user_id), label, key)
        for case_id, task, team_id, user_id, label, key in tx.execute(query)
    )


def _of(tasks: Collection[str], origin: Origin, since: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        trials.c.origin == origin.value,
        trials.c.task.in_(sorted(tasks)),
        predictions.c.received_at >= since,
    )
