"""What each expert answered to the cases of a task, beside what the model predicted and adjudicators decided.

Nothing of it is a decision by count or by certainty: rules that weigh answers are not fitted to themselves.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from routing.case.decision import Method
from routing.prediction import Prediction
from storage.cases.prediction_columns import prediction_of
from storage.engine.database import Transaction
from storage.evidence.decisions_in_force import Window, in_period
from storage.evidence.marked_cases import is_defensible
from storage.tables import decisions, labels, predictions

_PREDICTED = (
    *("case_id", "model_name", "model_version", "label", "confidence", "has_confidence", "probabilities"),
    "scores",
)


@dataclass(frozen=True, slots=True)
class ExpertAnswers:
    """Answers in force as (case, person, label), predictions by case, adjudicated labels by case."""

    answers: tuple[tuple[str, str, str], ...]
    predictions: Mapping[str, Prediction]
    adjudicated: Mapping[str, str]


class _Answer(NamedTuple):
    label: str
    is_adjudication: bool | None
    is_sealed: bool | None


def of_task(tx: Transaction, task: str, since: datetime, until: datetime, limit: int) -> ExpertAnswers:
    """Answers to what was received from `since` to before `until`, the latest `limit` of them.

    Without those by which a disagreement was settled, those that were given with another's in view, and what
    was decided after `until`.
    """
    window = Window((task,), since, until)
    adjudicated = in_period(window, decisions.c.case_id, decisions.c.label, decisions.c.decided_by).where(
        decisions.c.method == Method.ADJUDICATED.value
    )
    settled = {row.case_id: row for row in tx.execute(adjudicated)}
    seniors = {case: {user for _, user in row.decided_by} for case, row in settled.items()}
    answers = tuple(
        (case_id, user_id, answer.label)
        for (case_id, user_id), answer in _in_force(tx, window, limit).items()
        if _is_independent(answer, is_of_senior=user_id in seniors.get(case_id, ()))
    )
    answered = {case_id for case_id, _, _ in answers}
    return ExpertAnswers(
        answers,
        {case: prediction for case, prediction in _predictions(tx, window).items() if case in answered},
        {case: row.label for case, row in settled.items() if case in answered},
    )


def _is_independent(answer: _Answer, *, is_of_senior: bool) -> bool:
    # Who has seen an answer says less by another: they are weighed as if none knew of the others'.
    if answer.is_sealed is False:
        return False
    # Of before it was kept which answers settle: those by which the case was decided.
    return not (is_of_senior if answer.is_adjudication is None else answer.is_adjudication)


def _in_force(tx: Transaction, window: Window, limit: int) -> dict[tuple[str, str], _Answer]:
    """Each person's latest answer to each case that was not taken back, by case and user id."""
    query = (
        sa.select(*(labels.c[name] for name in ("case_id", "user_id", *_Answer._fields)))
        .join(predictions, predictions.c.case_id == labels.c.case_id)
        .where(*window.received, labels.c.withdrawn_at.is_(None), labels.c.labeled_at < window.until)
        # Where both answers are defensible nobody was wrong: it says nothing of what experts are worth.
        .where(~is_defensible(labels.c.case_id))
        .order_by(labels.c.row_id.desc())
        .limit(limit)
    )
    latest: dict[tuple[str, str], _Answer] = {}
    for case_id, user_id, *rest in tx.execute(query):
        latest.setdefault((case_id, user_id), _Answer(*rest))
    return latest


def _predictions(tx: Transaction, window: Window) -> dict[str, Prediction]:
    is_answered = sa.exists().where(labels.c.case_id == predictions.c.case_id)
    query = sa.select(*(predictions.c[name] for name in _PREDICTED)).where(*window.received, is_answered)
    return {row.case_id: prediction_of(row) for row in tx.execute(query)}
