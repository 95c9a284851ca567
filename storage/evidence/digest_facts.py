"""Counts and pairs for the digest and the demo's report, aggregated by the database."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from routing.case.case import CaseStatus
from routing.case.decision import Method
from routing.digest.facts import Concordance, Confusion, OldestCase, PeriodFacts, UnreadableRule
from routing.prediction import Origin
from routing.routing import Disposition
from storage.cases.origins import ORIGIN
from storage.engine.database import Transaction
from storage.evidence.day_volumes import ARRIVALS
from storage.evidence.decisions_in_force import (
    HAS_CONFIDENCE,
    IS_FINAL,
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


class _DecidedCase(NamedTuple):
    opened_at: datetime
    due_at: datetime
    decided_at: datetime
    is_by_experts: bool
    confidence: float | None
    is_agreed: bool
    certainty: float | None


class _LabelPair(NamedTuple):
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
    seconds = ((case.decided_at - case.opened_at).total_seconds() for case in decided)
    return PeriodFacts(
        since_at=since,
        until_at=until,
        **_received(tx, window),
        decided=len(decided),
        overdue=sum(case.decided_at > case.due_at for case in decided) + _open_overdue(tx, window),
        seconds_to_decision=tuple(sorted(seconds)),
        by_task=_concordance(judged, "task"),
        by_tier=_concordance(judged, *(("task", "tier") if len(window.tasks) > 1 else ("tier",))),
        by_model=_concordance(judged, "model_name", "model_version"),
        confusions=_confusions(judged),
        oldest_open=_oldest_open(tx, window),
        reliability_pairs=_pairs(decided),
        certainties=tuple(sorted(case.certainty for case in decided if case.certainty is not None)),
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
    without_confidence = sa.func.count().filter(~HAS_CONFIDENCE).label("without_confidence")
    query = sa.select(*ARRIVALS, without_confidence).where(*window.received, ~window.came_later)
    late = sa.select(sa.func.count()).select_from(predictions).where(*window.received, window.came_later)
    return {**tx.execute(query).one()._mapping, "came_later": tx.execute(late).scalar_one()}


def _decided(tx: Transaction, window: Window) -> list[_DecidedCase]:
    """When each case decided in the period was opened, due and decided, and whether experts agreed."""
    query = in_period(
        window,
        cases.c.opened_at,
        cases.c.due_at,
        decisions.c.decided_at,
        (decisions.c.method != Method.EXPIRED.value).label("is_by_experts"),
        sa.case((HAS_CONFIDENCE, predictions.c.confidence)),
        (loss_of(decisions) == 0).label("is_agreed"),
        decisions.c.certainty,
    )
    return [_DecidedCase(*row) for row in tx.execute(query)]


def _open_overdue(tx: Transaction, window: Window) -> int:
    """Cases due before the period's end that waited then; a later decision does not change the past."""
    decided_by_then = sa.select(decisions.c.row_id).where(
        decisions.c.case_id == cases.c.case_id, decisions.c.decided_at < window.until, IS_FINAL
    )
    decided_since = sa.select(decisions.c.row_id).where(
        decisions.c.case_id == cases.c.case_id, decisions.c.decided_at >= window.until, IS_FINAL
    )
    was_open = cases.c.is_open | (decided_since.exists() & ~decided_by_then.exists())
    query = (
        sa.select(sa.func.count())
        .select_from(cases.join(predictions, predictions.c.case_id == cases.c.case_id))
        .where(*window.counted, cases.c.due_at < window.until, was_open)
    )
    return tx.execute(query).scalar_one()


def _judged(tx: Transaction, window: Window) -> list[_LabelPair]:
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
    return [_LabelPair(*row) for row in tx.execute(query)]


def _concordance(judged: Iterable[_LabelPair], *fields: str) -> tuple[Concordance, ...]:
    agreed, n = Counter[tuple[str, ...]](), Counter[tuple[str, ...]]()
    for pair in judged:
        name = tuple(getattr(pair, field) for field in fields)
        n[name] += pair.n
        agreed[name] += pair.n * pair.is_agreed
    return tuple(Concordance(" ".join(name), agreed[name], n[name]) for name in sorted(n))


def _confusions(judged: Iterable[_LabelPair]) -> tuple[Confusion, ...]:
    n = Counter[tuple[str, str, str]]()
    for pair in judged:
        if not pair.is_agreed:
            n[pair.task, pair.predicted, pair.decided] += pair.n
    return tuple(Confusion(*names, n[names]) for names in sorted(n, key=lambda names: (-n[names], names)))


def _pairs(decided: Iterable[_DecidedCase]) -> tuple[tuple[float, bool], ...]:
    return tuple(
        sorted(
            (case.confidence, case.is_agreed)
            for case in decided
            if case.is_by_experts and case.confidence is not None
        )
    )


def _oldest_open(tx: Transaction, window: Window) -> tuple[OldestCase, ...]:
    of_case = (cases.c[name] for name in ("opened_at", "due_at", "tier", "channel"))
    query = (
        sa.select(cases.c.case_id, predictions.c.task, *of_case)
        .join(predictions, predictions.c.case_id == cases.c.case_id)
        .where(*window.counted, cases.c.is_open, cases.c.opened_at < window.until)
        .order_by(cases.c.opened_at, cases.c.row_id)
        .limit(OLDEST_SHOWN)
    )
    return tuple(OldestCase(*row) for row in tx.execute(query))
