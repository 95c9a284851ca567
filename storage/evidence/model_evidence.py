"""What the measures of a model rest on: production traffic and what experts decided about it.

Decisions count while they stand, those by a time-out never do. The *accepted part* is what was accepted
without review and the audits drawn from it.
"""

from array import array
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import compress
from typing import Any

import sqlalchemy as sa

from routing.cell import EVERYTHING
from routing.evidence.estimate import Stratum
from routing.prediction import ModelRef
from routing.routing import Disposition
from storage.engine.database import Transaction
from storage.engine.packed_columns import Probabilities, Slices, packed, portions, slices_of
from storage.evidence.check_columns import CHECKS
from storage.evidence.decisions_in_force import (
    HAS_CONFIDENCE,
    Window,
    by_experts,
    in_period_by_experts,
    loss_of,
)
from storage.evidence.label_columns import LabelColumns
from storage.evidence.tier_window import TierWindow, is_of
from storage.sql.rows import value_of
from storage.tables import decisions, predictions

IS_ACCEPTED_PART = (
    predictions.c.is_audit | (predictions.c.disposition == Disposition.AUTO_ACCEPTED.value)
).label("is_accepted")
IS_ASKED = (predictions.c.disposition == Disposition.REVIEW.value).label("is_asked")
SLICES_TEXT = sa.cast(predictions.c.slices, sa.Text()).label("slices_text")
_TEXTS = ("model", "case_id", "tier", "predicted", "decided")
_NUMBERS = {
    "loss": "d",
    "confidence": "d",
    "calibrated": "d",
    "has_confidence": "b",
    "inclusion_probability": "d",
    "is_accepted": "b",
}
_MOMENTS = ("received_at", "decided_at")
Calibrate = Callable[[float], float]
"""From a raw confidence to a calibrated one."""


@dataclass(frozen=True, slots=True)
class TrafficCount:
    """How much of a stratum came in, was asked, labeled and wrong, for a tier, model and slices."""

    task: str
    tier: str
    model: ModelRef
    slices: Mapping[str, str]
    stratum: Stratum


@dataclass(frozen=True, slots=True)
class Scores:
    """Every prediction received, an entry in each column, as buffers that arrays can be made of.

    `calibrated` is the confidence it was routed by. Flags are 0 or 1: `is_asked` for what was sent to review;
    `is_error` is 0 where `is_labeled` is. `group_key` is shared by those of a group, `received_at` in seconds
    since 1970. Where they are asked for, `check_chance` is that of a second opinion when the case opened,
    `is_drawn` what came of it, and `is_claim` whether the first answer was not the model's; else empty.
    """

    calibrated: "array[float]"
    inclusion_probability: "array[float]"
    is_asked: "array[int]"
    is_labeled: "array[int]"
    is_error: "array[int]"
    group_key: "array[int]"
    received_at: "array[float]"
    check_chance: "array[float]" = field(default_factory=lambda: array("d"))
    is_drawn: "array[int]" = field(default_factory=lambda: array("b"))
    is_claim: "array[int]" = field(default_factory=lambda: array("b"))

    def __len__(self) -> int:
        return len(self.calibrated)


def strata(
    tx: Transaction, tasks: Collection[str], since: datetime, until: datetime
) -> tuple[TrafficCount, ...]:
    """The traffic of these tasks received from `since` to before `until`, counted by the database.

    What was decided about it since then counts too.
    """
    decided = by_experts()
    names = (
        predictions.c.task,
        predictions.c.tier,
        predictions.c.model_name,
        predictions.c.model_version,
        SLICES_TEXT,
        predictions.c.inclusion_probability,
        IS_ACCEPTED_PART,
    )
    counts = (
        sa.func.count().label("received"),
        sa.func.count().filter(IS_ASKED).label("asked"),
        sa.func.count(decided.c.label).label("labeled"),
        sa.func.count().filter(loss_of(decided) > 0).label("errors"),
    )
    window = Window(tuple(sorted(tasks)), since, until)
    query = _with_decision(decided, *names, *counts).where(*window.received).group_by(*names).order_by(*names)
    return tuple(_traffic_count(row) for row in tx.execute(query))


def scores(
    tx: Transaction, received: TierWindow, calibrate: Calibrate | None = None, *, with_checks: bool = False
) -> Scores:
    """All of these predictions, with the confidence each was routed by, or as `calibrate` would have it."""
    columns, checks = _score_columns(with_checks), CHECKS if with_checks else ()
    for confidence, *portion in packed(tx, _scored(tx, received, calibrate, *checks), predictions.c.row_id):
        _extend(columns, (_calibrated(confidence, calibrate), *portion))
    return Scores(*columns)


def scores_of_each(
    tx: Transaction,
    windows: Sequence[TierWindow],
    calibrate: Calibrate | None = None,
    *,
    with_checks: bool = False,
) -> list[Scores]:
    """The `scores` of several cells of a tier and model, read at once."""
    if len(windows) == 1:
        return [scores(tx, windows[0], calibrate, with_checks=with_checks)]
    first, starts = windows[0], sorted({window.since for window in windows})
    whole = replace(first, since=starts[0], until=max(window.until for window in windows), cell=EVERYTHING)
    begun = sum((sa.case((predictions.c.received_at >= at, 1), else_=0) for at in starts), sa.literal(0))
    more = (*(CHECKS if with_checks else ()), SLICES_TEXT, begun)
    tables, slices = [_score_columns(with_checks) for _ in windows], Slices()
    for confidence, *rest, texts, starts_passed in packed(
        tx, _scored(tx, whole, calibrate, *more), predictions.c.row_id
    ):
        portion = (_calibrated(confidence, calibrate), *rest)
        numbers = slices.numbers(texts)
        for columns, window in zip(tables, windows, strict=True):
            is_in = [window.cell.holds(values) for values in slices.values]
            least = starts.index(window.since) + 1
            kept = [
                is_in[number] and passed >= least
                for number, passed in zip(numbers, starts_passed, strict=True)
            ]
            _extend(columns, (compress(column, kept) for column in portion))
    return [Scores(*columns) for columns in tables]


def _score_columns(with_checks: bool) -> tuple[Any, ...]:
    return tuple(array(code) for code in ("ddbbbqddbb" if with_checks else "ddbbbqd"))


def _calibrated(confidence: Sequence[float], calibrate: Calibrate | None) -> Sequence[float]:
    return confidence if calibrate is None else [calibrate(each) for each in confidence]


def _seconds(tx: Transaction, moment: sa.Column[Any]) -> sa.ColumnElement[float]:
    """Seconds since 1970, from the database: a million datetimes would take longer than their test."""
    if tx.dialect.name == "sqlite":
        return sa.cast(sa.type_coerce(moment, sa.BigInteger()), sa.Float()) / 1_000_000.0
    return sa.cast(sa.extract("epoch", moment), sa.Float())


def _scored(tx: Transaction, received: TierWindow, calibrate: Calibrate | None, *more: Any) -> sa.Select[Any]:
    decided = by_experts()
    # Without a decision the loss is null, which a flag of a byte cannot hold.
    is_error = sa.func.coalesce(loss_of(decided), 0) > 0
    columns = (
        predictions.c.calibrated if calibrate is None else predictions.c.confidence,
        predictions.c.inclusion_probability,
        IS_ASKED,
        decided.c.label.is_not(None),
        is_error,
        # Rows of earlier versions have no group: each is alone, by a number that is no hash of any other.
        sa.func.coalesce(predictions.c.group_key, predictions.c.row_id),
        _seconds(tx, predictions.c.received_at),
    )
    return _with_decision(decided, *columns, *more).where(*received.conditions(tx))


def labeled(
    tx: Transaction,
    task: str,
    since: datetime,
    until: datetime,
    model: ModelRef | None = None,
) -> LabelColumns:
    """The predictions of a task, or of its `model`, that experts decided from `since` to before `until`."""
    columns = _label_columns(decisions, predictions.c.probabilities)
    query = in_period_by_experts(Window((task,), since, until), *columns)
    if model is not None:
        query = query.where(*is_of(model))
    return _labeled(tx, query.order_by(decisions.c.decided_at, decisions.c.row_id))


def labeled_of_received(tx: Transaction, task: str, since: datetime, until: datetime) -> LabelColumns:
    """The labeled ones among the predictions that `strata` counts, so that both speak of the same traffic.

    Without probabilities, which take half of the time: every row of them is None.
    """
    decided = by_experts()
    query = (
        _with_decision(decided, *_label_columns(decided, sa.null()))
        .where(*Window((task,), since, until).received, decided.c.label.is_not(None))
        .order_by(decided.c.decided_at, decided.c.row_id)
    )
    return _labeled(tx, query)


def _label_columns(decided: sa.FromClause, probabilities: Any) -> tuple[Any, ...]:
    return (
        predictions.c.model_name,
        predictions.c.model_version,
        predictions.c.case_id,
        predictions.c.tier,
        predictions.c.label.label("predicted"),
        decided.c.label.label("decided"),
        loss_of(decided).label("loss"),
        predictions.c.confidence,
        predictions.c.calibrated,
        HAS_CONFIDENCE,
        predictions.c.inclusion_probability,
        IS_ACCEPTED_PART,
        predictions.c.received_at,
        decided.c.decided_at,
        probabilities,
        SLICES_TEXT,
    )


def _with_decision(decided: sa.Subquery, *columns: Any) -> sa.Select[Any]:
    joined = predictions.outerjoin(decided, decided.c.case_id == predictions.c.case_id)
    return sa.select(*columns).select_from(joined)


def _traffic_count(row: Any) -> TrafficCount:
    stratum = value_of(Stratum, row)
    model = ModelRef(row.model_name, row.model_version)
    return TrafficCount(row.task, row.tier, model, slices_of(row.slices_text), stratum)


def _labeled(tx: Transaction, query: sa.Select[Any]) -> LabelColumns:
    slices, probabilities, models = Slices(), Probabilities(), dict[tuple[str, str], ModelRef]()
    columns: dict[str, Any] = {name: [] for name in _TEXTS}
    columns |= {name: array(code) for name, code in _NUMBERS.items()}
    columns |= {name: [] for name in _MOMENTS}
    slice_number = array("L")
    for names, versions, *portion, probability_rows, slices_texts in portions(tx.execute(query)):
        refs = (models.setdefault(key, ModelRef(*key)) for key in zip(names, versions, strict=True))
        _extend(columns.values(), (refs, *portion))
        for row in probability_rows:
            probabilities.add(row)
        slice_number.extend(slices.numbers(slices_texts))
    kept: dict[str, Any] = {
        name: column if name in _NUMBERS else tuple(column) for name, column in columns.items()
    }
    return LabelColumns(
        **kept,
        labels=probabilities.labels,
        probabilities=probabilities.rows(),
        slice_number=slice_number,
        slices=slices.values,
    )


def _extend(columns: Iterable[Any], portion: Iterable[Iterable[Any]]) -> None:
    for column, more in zip(columns, portion, strict=True):
        column.extend(more)
