"""Counts and pairs for the digest and the demo's report, aggregated by the database."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from routing.case.case import CaseStatus
from routing.case.decision import Method
from routing.digest.facts import Concordance, Confusion, OldestCase, PeriodFacts, UnreadableRule
from routing.disposition import Disposition
from routing.prediction import Origin
from storage.engine.database import Transaction
from storage.evidence.decisions_in_force import (
    HAS_CONFIDENCE,
    ORIGIN,
    Window,
    in_period,
    in_period_by_experts,
    loss_of,
)
from storage.tables import cases, decisions, events, labels, outbox, predictions, steps

OLDEST_SHOWN = 5
REMINDS = "thread"
"""Steps to a case's own thread remind; those to other people or another channel escalate."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What the database can say of a run. `reviewed` are predictions sent to review, audits included."""

    cases: int
    auto_accepted: int
    audited: int
    reviewed: int
    decided: int
    labels: int
    with_rationale: int
    callbacks_delivered: int
    reminders: int
    escalations: int
    digests: int


class _Decided(NamedTuple):
    opened_at: datetime
    due_at: datetime
    decided_at: datetime
    is_by_experts: bool
    confidence: float | None
    is_agreed: bool


class _Judged(NamedTuple):
    task: str
    tier: str
    model_name: str
    model_version: str
    predicted: str
    decided: str
    is_agreed: bool
    n: int


def period(tx: Transaction, tasks: Collection[str], since: datetime, until: datetime) -> PeriodFacts:
    """What happened to the production cases of these tasks from `since` up to but not including `until`."""
    window = Window(tuple(sorted(tasks)), since, until)
    decided = _decided(tx, window)
    judged = _judged(tx, window)
    return PeriodFacts(
        since_at=since,
        until_at=until,
        **_received(tx, window),
        decided=len(decided),
        overdue=sum(one.decided_at > one.due_at for one in decided) + _open_overdue(tx, window),
        seconds_to_decision=tuple(
            sorted((one.decided_at - one.opened_at).total_seconds() for one in decided)
        ),
        by_task=_concordance(judged, _task),
        by_tier=_concordance(judged, _task_and_tier if len(window.tasks) > 1 else _tier),
        by_model=_concordance(judged, _model),
        confusions=_confusions(judged),
        oldest_open=_oldest_open(tx, window),
        reliability_pairs=_pairs(decided),
        unreadable=unreadable(tx, window.tasks, since, until),
    )


def unreadable(
    tx: Transaction, tasks: Collection[str], since: datetime, until: datetime
) -> tuple[UnreadableRule, ...]:
    """The rules that could not be judged on production predictions of the period, most frequent first."""
    window = Window(tuple(sorted(tasks)), since, until)
    named = predictions.c.task, predictions.c.tier, predictions.c.unreadable
    number = sa.func.count()
    query = (
        sa.select(*named, number)
        .where(*window.received, predictions.c.unreadable.is_not(None))
        .group_by(*named)
        .order_by(number.desc(), *named)
    )
    return tuple(UnreadableRule(*row) for row in tx.execute(query))


def received_by_origin(
    tx: Transaction, tasks: Collection[str], since: datetime, until: datetime
) -> dict[Origin, int]:
    """How many predictions came in of each origin: `production`, and apart from it what does not count."""
    window = Window(tuple(sorted(tasks)), since, until)
    query = (
        sa.select(ORIGIN, sa.func.count())
        .where(window.counted[0], *window.holds(predictions.c.received_at))
        .group_by(ORIGIN)
    )
    return {Origin(origin): number for origin, number in tx.execute(query)}


def counts(tx: Transaction) -> Counts:
    """The totals of the whole database."""
    is_reminder = steps.c.to == REMINDS
    callback_done = (outbox.c.kind == "callback") & outbox.c.delivered_at.is_not(None)
    numbers = {
        "cases": _rows(predictions),
        "auto_accepted": _rows(predictions, predictions.c.disposition == Disposition.AUTO_ACCEPTED.value),
        "audited": _rows(predictions, predictions.c.is_audit),
        "reviewed": _rows(predictions, predictions.c.disposition == Disposition.REVIEW.value),
        "decided": _rows(cases, cases.c.status == CaseStatus.DECIDED.value),
        "labels": _rows(labels),
        "with_rationale": _rows(labels, labels.c.rationale.is_not(None)),
        "callbacks_delivered": _rows(outbox, callback_done),
        "reminders": _rows(steps, is_reminder),
        "escalations": _rows(steps, ~is_reminder),
        "digests": _rows(events, events.c.key.like("digest:%")),
    }
    row = tx.execute(sa.select(*(number.label(name) for name, number in numbers.items()))).one()
    return Counts(**row._mapping)


def _rows(table: sa.Table, *conditions: sa.ColumnElement[bool]) -> sa.ScalarSelect[int]:
    return sa.select(sa.func.count()).select_from(table).where(*conditions).scalar_subquery()


def _received(tx: Transaction, window: Window) -> dict[str, int]:
    disposition = predictions.c.disposition
    query = sa.select(
        sa.func.count().label("received"),
        sa.func.count().filter(disposition == Disposition.AUTO_ACCEPTED.value).label("auto_accepted"),
        sa.func.count().filter(predictions.c.is_audit).label("audited"),
        sa.func.count().filter(disposition == Disposition.REVIEW.value).label("reviewed"),
        sa.func.count().filter(~HAS_CONFIDENCE).label("without_confidence"),
    ).where(*window.counted, *window.holds(predictions.c.received_at))
    return dict(tx.execute(query).one()._mapping)


def _decided(tx: Transaction, window: Window) -> list[_Decided]:
    """When each case decided in the period was opened, due and decided, and whether experts agreed."""
    query = in_period(
        window,
        cases.c.opened_at,
        cases.c.due_at,
        decisions.c.decided_at,
        (decisions.c.method != Method.EXPIRED.value).label("is_by_experts"),
        sa.case((HAS_CONFIDENCE, predictions.c.confidence)),
        (loss_of(decisions) == 0).label("is_agreed"),
    )
    return [_Decided(*row) for row in tx.execute(query)]


def _open_overdue(tx: Transaction, window: Window) -> int:
    """Cases due before the period's end that waited then; a later decision does not change the past."""
    decided_by_then = sa.select(decisions.c.row_id).where(
        decisions.c.case_id == cases.c.case_id, decisions.c.decided_at < window.until
    )
    decided_since = sa.select(decisions.c.row_id).where(
        decisions.c.case_id == cases.c.case_id, decisions.c.decided_at >= window.until
    )
    was_open = cases.c.is_open | (decided_since.exists() & ~decided_by_then.exists())
    query = (
        sa.select(sa.func.count())
        .select_from(cases.join(predictions, predictions.c.case_id == cases.c.case_id))
        .where(*window.counted, cases.c.due_at < window.until, was_open)
    )
    return tx.execute(query).scalar_one()


def _judged(tx: Transaction, window: Window) -> list[_Judged]:
    """How often each label was predicted and decided, by everything the facts tell apart."""
    columns = (
        predictions.c.task,
        cases.c.tier,
        predictions.c.model_name,
        predictions.c.model_version,
        predictions.c.label,
        decisions.c.label,
        loss_of(decisions) == 0,
    )
    query = in_period_by_experts(window, *columns, sa.func.count()).group_by(*columns)
    return [_Judged(*row) for row in tx.execute(query)]


def _concordance(
    judged: Iterable[_Judged], name_of: Callable[[_Judged], tuple[str, ...]]
) -> tuple[Concordance, ...]:
    agreed, n = Counter[tuple[str, ...]](), Counter[tuple[str, ...]]()
    for one in judged:
        n[name_of(one)] += one.n
        agreed[name_of(one)] += one.n * one.is_agreed
    return tuple(Concordance(" ".join(name), agreed[name], n[name]) for name in sorted(n))


def _task(outcome: _Judged) -> tuple[str, ...]:
    return (outcome.task,)


def _tier(one: _Judged) -> tuple[str, ...]:
    return (one.tier,)


def _task_and_tier(one: _Judged) -> tuple[str, ...]:
    return one.task, one.tier


def _model(one: _Judged) -> tuple[str, ...]:
    return one.model_name, one.model_version


def _confusions(judged: Iterable[_Judged]) -> tuple[Confusion, ...]:
    n = Counter[tuple[str, str, str]]()
    for one in judged:
        if not one.is_agreed:
            n[one.task, one.predicted, one.decided] += one.n
    return tuple(Confusion(*names, n[names]) for names in sorted(n, key=lambda names: (-n[names], names)))


def _pairs(decided: Iterable[_Decided]) -> tuple[tuple[float, bool], ...]:
    return tuple(
        sorted(
            (one.confidence, one.is_agreed)
            for one in decided
            if one.is_by_experts and one.confidence is not None
        )
    )


def _oldest_open(tx: Transaction, window: Window) -> tuple[OldestCase, ...]:
    query = (
        sa.select(
            cases.c.case_id,
            predictions.c.task,
            cases.c.opened_at,
            cases.c.due_at,
            cases.c.tier,
            cases.c.channel,
        )
        .join(predictions, predictions.c.case_id == cases.c.case_id)
        .where(*window.counted, cases.c.is_open, cases.c.opened_at < window.until)
        .order_by(cases.c.opened_at, cases.c.row_id)
        .limit(OLDEST_SHOWN)
    )
    return tuple(OldestCase(*row) for row in tx.execute(query))
