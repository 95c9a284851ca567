"""Answers to the cases that several people answered: what agreement between experts is measured from."""

from datetime import datetime

import sqlalchemy as sa

from storage.engine.database import Transaction
from storage.evidence.decisions_in_force import Window
from storage.tables import labels, predictions

Answer = tuple[str, str, str]
"""Case, person and label."""


def shared(tx: Transaction, task: str, since: datetime, until: datetime, most: int) -> tuple[Answer, ...]:
    """Of the `most` latest answers to what came in from `since` to before `until`, those to shared cases.

    Each person's latest round, where at least two people answered. What settles a disagreement, and what was
    given with another's answer in view, says nothing of how far experts agree by themselves.
    """
    query = (
        sa.select(labels.c.case_id, labels.c.team_id, labels.c.user_id, labels.c.label)
        .select_from(labels.join(predictions, predictions.c.case_id == labels.c.case_id))
        .where(
            *Window((task,), since, until).received,
            labels.c.withdrawn_at.is_(None),
            labels.c.is_adjudication.is_not(sa.true()),
            labels.c.is_sealed.is_not(sa.false()),
        )
        .order_by(labels.c.row_id.desc())
        .limit(most)
    )
    latest: dict[str, dict[str, str]] = {}
    for case_id, team_id, user_id, label in tx.execute(query):
        latest.setdefault(case_id, {}).setdefault(f"{team_id}:{user_id}", label)
    return tuple(
        (case_id, person, label)
        for case_id, answers in sorted(latest.items())
        if len(answers) > 1
        for person, label in sorted(answers.items())
    )
