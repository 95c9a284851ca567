"""Which decided cases had a second opinion, and by what chance: for estimates in which labels are checked.

See `routing.evidence.phases`, whose `CheckedLabel` is made of it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from routing.case.ask import AskState
from routing.label import Label, labels_in_force
from routing.prediction import ModelRef
from storage.cases import labels
from storage.engine.database import Transaction
from storage.evidence.decisions_in_force import Window, by_experts, loss_of
from storage.tables import asks, follow_ups, predictions

PORTION = 500
CERTAIN = 1.0
"""The chance with which a claim that an accepted prediction was wrong gets a second opinion."""


@dataclass(frozen=True, slots=True)
class CheckedCase:
    """A decided case that could get a second opinion.

    `is_claim`: the first answer was not the model's. `check_chance` is the chance of a second opinion, which
    was fixed before: that of the draw at the opening, or 1 for a claim about an audit. `is_checked`: there is
    one; `is_blind`: by somebody who was asked by name, from whom the prediction was hidden. `loss` is how
    far the prediction is from the decision, 0 to 1. `again_chance` is the chance with which it was asked
    again because nobody had answered in time, None where somebody had.
    """

    case_id: str
    decided_at: datetime
    task: str
    tier: str
    model: ModelRef
    is_audit: bool
    inclusion_probability: float
    is_claim: bool
    check_chance: float
    is_checked: bool
    is_blind: bool
    loss: float
    again_chance: float | None = None


def decided_cases(tx: Transaction, window: Window) -> list[CheckedCase]:
    """Of what came in during the period, the cases of tiers with second opinions that experts have decided.

    The oldest decision first. What was decided since then counts too, as in `model_evidence.strata`.
    """
    decided = by_experts()
    query = (
        sa.select(
            decided.c.case_id,
            decided.c.decided_at,
            predictions.c.task,
            predictions.c.tier,
            predictions.c.model_name,
            predictions.c.model_version,
            predictions.c.is_audit,
            predictions.c.inclusion_probability,
            predictions.c.second_opinion_chance,
            predictions.c.label,
            loss_of(decided).label("loss"),
            follow_ups.c.chance.label("again_chance"),
        )
        .join(decided, decided.c.case_id == predictions.c.case_id)
        .outerjoin(follow_ups, follow_ups.c.case_id == predictions.c.case_id)
        .where(*window.received, predictions.c.second_opinion_chance.is_not(None))
        # For what was silent and left those speak that were asked again.
        .where(follow_ups.c.is_drawn.is_not(sa.false()))
    )
    rows = tx.execute(query.order_by(decided.c.decided_at, decided.c.row_id)).all()
    starts = range(0, len(rows), PORTION)
    return [case for start in starts for case in _checked(tx, rows[start : start + PORTION])]


def _checked(tx: Transaction, rows: Iterable[Any]) -> Iterator[CheckedCase]:
    case_ids = [row.case_id for row in rows]
    answers, by_name = labels.of_cases(tx, case_ids), _answered_by_name(tx, case_ids)
    for row in rows:
        in_force = _in_order(answers.get(row.case_id, ()))
        if in_force:
            yield _case(row, in_force, by_name)


def _case(row: Any, in_force: list[Label], by_name: set[tuple[str, str]]) -> CheckedCase:
    first, *others = in_force
    is_claim = first.label != row.label
    return CheckedCase(
        case_id=row.case_id,
        decided_at=row.decided_at,
        task=row.task,
        tier=row.tier,
        model=ModelRef(row.model_name, row.model_version),
        is_audit=row.is_audit,
        inclusion_probability=row.inclusion_probability,
        is_claim=is_claim,
        check_chance=CERTAIN if row.is_audit and is_claim else row.second_opinion_chance,
        is_checked=bool(others),
        is_blind=any((row.case_id, label.expert.user_id) in by_name for label in others),
        loss=row.loss,
        again_chance=row.again_chance,
    )


def _in_order(answers: tuple[Label, ...]) -> list[Label]:
    """Each person's answer in force, in the order of their first: a correction keeps its place."""
    arrival = [label.expert.user_id for label in answers if label.withdrawn_at is None]
    return sorted(labels_in_force(answers), key=lambda label: arrival.index(label.expert.user_id))


def _answered_by_name(tx: Transaction, case_ids: list[str]) -> set[tuple[str, str]]:
    """Who answered which case after they were asked by name."""
    is_answered = asks.c.state == AskState.ANSWERED.value
    query = sa.select(asks.c.case_id, asks.c.user_id).where(asks.c.case_id.in_(case_ids), is_answered)
    return {(row.case_id, row.user_id) for row in tx.execute(query)}
