"""Experts' answers: labels, which are only ever added or withdrawn, and abstentions."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from routing.label import Abstention, ExpertConfidence, ExpertId, Label, Mark, Obstacle, Rationale, Via
from storage.cases.answer_columns import answer_columns, answer_of
from storage.engine.database import Transaction
from storage.record import record
from storage.tables import abstentions, labels

_CASE_IDS: sa.BindParameter[list[str]] = sa.bindparam("case_ids", expanding=True)
# By arrival, not by `labeled_at`: under the case's lock rows follow each other, replicas' clocks need not.
_OF_CASES = sa.select(labels).where(labels.c.case_id.in_(_CASE_IDS)).order_by(labels.c.row_id)
_ABSTENTIONS_OF_CASES = (
    sa.select(abstentions).where(abstentions.c.case_id.in_(_CASE_IDS)).order_by(abstentions.c.row_id)
)


def add(tx: Transaction, label: Label) -> bool:
    """Store a label; False when this expert's answer of this round to this case is there already."""
    rationale = label.rationale
    row = {
        "label_id": label.label_id,
        "case_id": label.case_id,
        "team_id": label.expert.team_id,
        "user_id": label.expert.user_id,
        "round": label.round,
        "label": label.label,
        **answer_columns(label.answer),
        "labeled_at": label.labeled_at,
        "via": label.via.value,
        "screen_version": label.screen_version,
        "rationale": rationale and rationale.text,
        "reason_code": rationale and rationale.reason_code,
        "expert_confidence": label.expert_confidence and label.expert_confidence.value,
        "withdrawn_at": label.withdrawn_at,
        "is_adjudication": label.is_adjudication,
        "is_sealed": label.is_sealed,
        "is_assigned": label.is_assigned,
        "shown_at": label.shown_at,
        "mark": label.mark and label.mark.value,
    }
    return record.add_once(tx, labels, row)


def withdraw(tx: Transaction, label_id: str, at: datetime) -> bool:
    """Mark a label as taken back; False when it is unknown or was taken back before."""
    # Marked, never deleted: Undo is part of what happened, and the first `withdrawn_at` stays.
    return record.change(tx, labels, {"label_id": label_id}, {"withdrawn_at": at}, unless="withdrawn_at")


def add_abstention(tx: Transaction, abstention: Abstention) -> bool:
    """Store an abstention; False when the same is there already."""
    row = {
        "case_id": abstention.case_id,
        "team_id": abstention.expert.team_id,
        "user_id": abstention.expert.user_id,
        "abstained_at": abstention.abstained_at,
        "note": abstention.note,
        "obstacle": abstention.obstacle.value,
    }
    return record.add_once(tx, abstentions, row)


def of_expert(tx: Transaction, expert: ExpertId, limit: int) -> list[Label]:
    """The expert's labels, latest first, those withdrawn included."""
    mine = (labels.c.team_id == expert.team_id) & (labels.c.user_id == expert.user_id)
    query = sa.select(labels).where(mine).order_by(labels.c.row_id.desc()).limit(limit)
    return [_label(row) for row in tx.execute(query)]


def of_cases(tx: Transaction, case_ids: Sequence[str]) -> dict[str, tuple[Label, ...]]:
    """The labels of each case in the order they came."""
    by_case: dict[str, tuple[Label, ...]] = {}
    for row in tx.execute(_OF_CASES, {"case_ids": case_ids}):
        by_case[row.case_id] = (*by_case.get(row.case_id, ()), _label(row))
    return by_case


def abstentions_of_cases(tx: Transaction, case_ids: Sequence[str]) -> dict[str, tuple[Abstention, ...]]:
    """The abstentions of each case in the order they came."""
    by_case: dict[str, tuple[Abstention, ...]] = {}
    for row in tx.execute(_ABSTENTIONS_OF_CASES, {"case_ids": case_ids}):
        abstention = Abstention(
            row.case_id,
            ExpertId(row.team_id, row.user_id),
            row.abstained_at,
            row.note,
            Obstacle.MISSING if row.obstacle is None else Obstacle(row.obstacle),
        )
        by_case[row.case_id] = (*by_case.get(row.case_id, ()), abstention)
    return by_case


def _label(row: Any) -> Label:
    confidence = row.expert_confidence
    return Label(
        label_id=row.label_id,
        case_id=row.case_id,
        expert=ExpertId(row.team_id, row.user_id),
        round=row.round,
        answer=answer_of(row),
        labeled_at=row.labeled_at,
        via=Via(row.via),
        screen_version=row.screen_version,
        rationale=None if row.rationale is None else Rationale(row.rationale, row.reason_code),
        expert_confidence=None if confidence is None else ExpertConfidence(confidence),
        withdrawn_at=row.withdrawn_at,
        is_adjudication=row.is_adjudication,
        is_sealed=row.is_sealed,
        is_assigned=row.is_assigned,
        shown_at=row.shown_at,
        mark=None if row.mark is None else Mark(row.mark),
    )
