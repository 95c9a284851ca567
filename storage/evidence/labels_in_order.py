"""What experts decided of a model's predictions, in the order these came in: what a test over weeks reads."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile
from typing import Any, Protocol, TypeVar

import sqlalchemy as sa

from routing.case.case import CaseStatus
from routing.case.decision import Method
from routing.prediction import ModelRef
from storage.cases.origins import IS_PRODUCTION
from storage.engine.database import Transaction
from storage.engine.packed_columns import slices_of
from storage.evidence.check_columns import CHECK_CHANCE, IS_CLAIM, IS_DRAWN
from storage.evidence.decisions_in_force import Window, by_experts, loss_of
from storage.evidence.model_evidence import SLICES_TEXT
from storage.evidence.tier_window import is_of
from storage.tables import cases, decisions, follow_ups, predictions

_IS_EXPIRED = (cases.c.status == CaseStatus.EXPIRED.value) | sa.exists().where(
    decisions.c.case_id == cases.c.case_id, decisions.c.method == Method.EXPIRED.value
)
_CHANCE = sa.case((CHECK_CHANCE > 0, CHECK_CHANCE), else_=1.0)


@dataclass(frozen=True, slots=True)
class LabelInOrder:
    """A decision about a prediction that was drawn with this `inclusion_probability`.

    `group_key` is shared by those of a group.
    """

    case_id: str
    received_at: datetime
    inclusion_probability: float
    is_error: bool
    group_key: int


@dataclass(frozen=True, slots=True)
class AuditInOrder:
    """An audit; `calibrated` is the confidence it would have been accepted with.

    `is_error` means nothing before `is_labeled`; `has_time`: it still waits, and is not overdue, or others
    are being asked about it. `is_silent`: its time is over and nobody has decided it. `again_chance` is
    the chance with which it was drawn to be asked again, None where that was not drawn for. A second opinion
    was drawn with `check_chance`, 1 where its tier draws none; `is_caught`: it was wrong although the first
    answer confirmed it.
    """

    slices: Mapping[str, str]
    calibrated: float
    case_id: str
    received_at: datetime
    inclusion_probability: float
    is_error: bool
    group_key: int
    is_labeled: bool
    has_time: bool
    is_silent: bool
    again_chance: float | None = None
    is_asked_again: bool = False
    check_chance: float = 1.0
    is_caught: bool = False

    @property
    def is_late(self) -> bool:
        """Whether somebody answered it who was asked because nobody had in time."""
        return self.is_labeled and self.is_asked_again

    @property
    def stands_for(self) -> float:
        """How many audits it speaks for: what is asked again for all it was drawn from (Hansen & Hurwitz)."""
        if self.again_chance is None:
            return 1.0
        return 1 / self.again_chance if self.is_asked_again else 0.0

    @property
    def loss(self) -> float:
        """The error, for as many as it stands for: what second opinions caught, one answer alone missed."""
        return 1 / self.check_chance if self.is_caught else float(self.is_error)


class _Settling(Protocol):
    @property
    def is_labeled(self) -> bool: ...
    @property
    def has_time(self) -> bool: ...


_Prediction = TypeVar("_Prediction", bound=_Settling)


def settled(predictions_in_order: Iterable[_Prediction]) -> list[_Prediction]:
    """The labeled among them, up to the oldest that still has time.

    Taken as they are decided, the quick ones would count first, and "wrong" is quicker said than "right".
    What is overdue or ended without an answer of experts is passed over.
    """
    return [each for each in ended(predictions_in_order) if each.is_labeled]


def ended(predictions_in_order: Iterable[_Prediction]) -> Iterator[_Prediction]:
    """Those before the oldest that still has time, whether somebody answered or not."""
    return takewhile(lambda each: each.is_labeled or not each.has_time, predictions_in_order)


def of_everything(
    tx: Transaction, task: str, model: ModelRef, since: datetime, until: datetime
) -> tuple[LabelInOrder, ...]:
    """The decided predictions of a model of a task, received from `since` to before `until`."""
    return _labels(tx, until, *Window((task,), since, until).received, *is_of(model))


def of_accepted(
    tx: Transaction,
    task: str,
    tier: str,
    model: ModelRef,
    since: datetime,
    until: datetime,
    threshold: float,
) -> tuple[LabelInOrder, ...]:
    """The decided audits of a tier and model that `threshold` accepts, received in that time."""
    return _labels(
        tx,
        until,
        *Window((task,), since, until).received,
        *is_of(model),
        predictions.c.tier == tier,
        predictions.c.is_audit,
        predictions.c.calibrated >= threshold,
    )


def audits(
    tx: Transaction, task: str, tier: str, model: ModelRef, since: datetime, now: datetime
) -> tuple[AuditInOrder, ...]:
    """All audits of a tier and model received since then; those due by `now` are overdue."""
    # By arrival, not by decision: what came in before the grant is what the grant was tested on.
    query = _in_order(now, SLICES_TEXT, predictions.c.calibrated).where(
        predictions.c.is_audit, predictions.c.task == task, predictions.c.received_at >= since
    )
    query = query.where(IS_PRODUCTION, predictions.c.tier == tier, *is_of(model))
    query = query.add_columns(_CHANCE, IS_DRAWN & ~IS_CLAIM & query.selected_columns.is_error)
    return tuple(AuditInOrder(slices_of(text), *rest) for text, *rest in tx.execute(query))


def _labels(
    tx: Transaction, until: datetime, *conditions: sa.ColumnElement[bool]
) -> tuple[LabelInOrder, ...]:
    rows = settled(tx.execute(_in_order(until).where(*conditions)))
    return tuple(LabelInOrder(*row[:5]) for row in rows)


def _in_order(now: datetime, *first: Any) -> sa.Select[Any]:
    decided = by_experts()
    # What was taken back by its service, or could not be told, is not for want of an answer.
    is_over = _IS_EXPIRED | (cases.c.is_open & (cases.c.due_at <= now))
    is_followed = follow_ups.c.ask_at.is_not(None) & (follow_ups.c.ends_at > now)
    return (
        sa.select(
            *first,
            predictions.c.case_id,
            predictions.c.received_at,
            predictions.c.inclusion_probability,
            sa.func.coalesce(loss_of(decided) > 0, sa.false()).label("is_error"),
            sa.func.coalesce(predictions.c.group_key, predictions.c.row_id).label("group_key"),
            decided.c.case_id.is_not(None).label("is_labeled"),
            (is_followed | (cases.c.is_open & (cases.c.due_at > now))).label("has_time"),
            (decided.c.case_id.is_(None) & is_over & ~is_followed).label("is_silent"),
            follow_ups.c.chance,
            sa.func.coalesce(follow_ups.c.is_drawn, sa.false()).label("is_asked_again"),
        )
        .select_from(predictions.join(cases, cases.c.case_id == predictions.c.case_id))
        .outerjoin(decided, decided.c.case_id == predictions.c.case_id)
        .outerjoin(follow_ups, follow_ups.c.case_id == predictions.c.case_id)
        .order_by(predictions.c.received_at, predictions.c.row_id)
    )
