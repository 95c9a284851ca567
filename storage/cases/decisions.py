"""Decisions, and the feed in which services read them in the order of their commits."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Literal

import sqlalchemy as sa

from routing.case.case import CaseStatus
from routing.case.decision import Decision, Method
from routing.label import ExpertId, Label, labels_in_force
from storage.cases import labels
from storage.cases.answer_columns import answer_columns, answer_of
from storage.cases.origins import IS_POSTED
from storage.delivery import claimed_events
from storage.engine.database import Transaction
from storage.record import record
from storage.sql.upserts import insert_in
from storage.tables import cases, counters, decision_feed, decisions, predictions

FeedEvent = Literal["decided", "reopened", "amended", "contested"]
_OF_CASES = (
    sa.select(decisions)
    .where(decisions.c.case_id.in_(sa.bindparam("case_ids", expanding=True)))
    .order_by(decisions.c.sequence)
)
_TASK = sa.select(predictions.c.task).where(predictions.c.case_id == decisions.c.case_id).scalar_subquery()
_SERVICE = sa.select(predictions.c.service).where(predictions.c.case_id == sa.bindparam("of_case_id"))


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """A line of the feed; `cursor` grows in the order in which the lines became visible.

    `labels` are those in force, none where the decision no longer is.
    """

    cursor: int
    decision: Decision
    external_id: str
    event: FeedEvent
    tier: str
    labels: tuple[Label, ...]


def add(tx: Transaction, decision: Decision) -> bool:
    """Store a decision and put it in the feed; False when the case has a decision with this sequence."""
    row = {
        "decision_id": decision.decision_id,
        "case_id": decision.case_id,
        "sequence": decision.sequence,
        "label": decision.label,
        **answer_columns(decision.answer),
        "loss": decision.loss,
        "method": decision.method.value,
        "decided_at": decision.decided_at,
        "policy_version": decision.policy_version,
        "screen_version": decision.screen_version,
        "decided_by": [[expert.team_id, expert.user_id] for expert in decision.decided_by],
        "is_provisional": decision.is_provisional,
        "certainty": decision.certainty,
    }
    is_new = record.add_once(tx, decisions, row)
    if is_new:  # of two at once the slower announces nothing: the feed has a line for each decision
        _announce(tx, decision, "decided")
    return is_new


def reopen(tx: Transaction, decision: Decision) -> bool:
    """Tell the feed that the decision no longer holds; False when the feed has that already."""
    if tx.execute(_lines_of(decision, "reopened")).first() is not None:
        return False
    _announce(tx, decision, "reopened")
    return True


def amend(tx: Transaction, decision: Decision, revision: int) -> bool:
    """Tell the feed that the decision stands on other words; False when it has this `revision` already."""
    again = _lines_of(decision, "amended").where(decision_feed.c.revision == revision)
    if tx.execute(again).first() is not None:
        return False
    _announce(tx, decision, "amended", revision)
    return True


def contest(tx: Transaction, decision: Decision, number: int) -> bool:
    """Tell the feed that somebody objected to the decision, and it is decided anew.

    False when the feed has the objection of this `number` to the case's decisions already.
    """
    again = _lines_of(decision, "contested").where(decision_feed.c.revision == number)
    if tx.execute(again).first() is not None:
        return False
    _announce(tx, decision, "contested", number)
    return True


def feed(tx: Transaction, service: str, after: int, limit: int) -> list[FeedEntry]:
    """The service's lines beyond the cursor `after` (0 for all), oldest first."""
    # The line stays when its decision falls: a service that has read it must be able to read what followed.
    is_in_force = (cases.c.status == CaseStatus.DECIDED.value) & ~_is_replaced()
    query = (
        sa.select(decision_feed.c.cursor, decision_feed.c.event, predictions.c.external_id, decisions)
        .add_columns(cases.c.tier, is_in_force.label("is_in_force"))
        .select_from(decision_feed)
        .join(decisions, decisions.c.decision_id == decision_feed.c.decision_id)
        .join(predictions, predictions.c.case_id == decisions.c.case_id)
        .join(cases, cases.c.case_id == decisions.c.case_id)
        .where(decision_feed.c.service == service, decision_feed.c.cursor > after, IS_POSTED)
        .order_by(decision_feed.c.cursor)
        .limit(limit)
    )
    rows = tx.execute(query).all()
    answers = labels.of_cases(tx, [row.case_id for row in rows if row.is_in_force])
    return [_entry(row, answers.get(row.case_id, ()) if row.is_in_force else ()) for row in rows]


def changes(tx: Transaction) -> int:
    """The cursor of the feed's last line, 0 without any: it grows with all that happens to decisions."""
    last = tx.execute(sa.select(counters.c.value).where(counters.c.name == "decision_feed"))
    return last.scalar_one_or_none() or 0


def of_cases(tx: Transaction, case_ids: Sequence[str]) -> dict[str, tuple[Decision, ...]]:
    """The decisions of each case by sequence."""
    by_case: dict[str, tuple[Decision, ...]] = {}
    for row in tx.execute(_OF_CASES, {"case_ids": case_ids}):
        by_case[row.case_id] = (*by_case.get(row.case_id, ()), _decision(row))
    return by_case


def in_force(
    tx: Transaction,
    tasks: Collection[str],
    since: datetime,
    until: datetime,
    prefix: str,
    limit: int,
    *,
    has_time_outs: bool = False,
) -> list[Decision]:
    """Decisions on these tasks that hold and were made from `since` to `until`, oldest first.

    Those of people, with `has_time_outs` those of the policy, too; without those for which the event `prefix`
    + decision id was claimed.
    """
    query = (
        sa.select(decisions)
        .join(cases, cases.c.case_id == decisions.c.case_id)
        .where(decisions.c.decided_at >= since, decisions.c.decided_at <= until)
        .where(cases.c.status == CaseStatus.DECIDED.value)
        .where(sa.true() if has_time_outs else decisions.c.method != Method.EXPIRED.value)
        .where(_TASK.in_(tasks), ~_is_replaced(), claimed_events.is_free(prefix, decisions.c.decision_id))
        .order_by(decisions.c.decided_at)
        .limit(limit)
    )
    return [_decision(row) for row in tx.execute(query)]


def _lines_of(decision: Decision, event: FeedEvent) -> sa.Select[Any]:
    is_of = (decision_feed.c.decision_id == decision.decision_id, decision_feed.c.event == event)
    return sa.select(decision_feed.c.cursor).where(*is_of)


def _is_replaced() -> sa.Exists:
    later = decisions.alias("later")
    return sa.exists().where(later.c.case_id == decisions.c.case_id, later.c.sequence > decisions.c.sequence)


def _entry(row: Any, answers: Sequence[Label]) -> FeedEntry:
    in_force = labels_in_force(answers)
    return FeedEntry(row.cursor, _decision(row), row.external_id, row.event, row.tier, in_force)


def _announce(tx: Transaction, decision: Decision, event: FeedEvent, revision: int = 0) -> None:
    # A locked counter, not a sequence: no line may become visible after a line with a greater cursor.
    cursor = tx.execute(_next_cursor(tx.dialect.name), {"name": "decision_feed", "value": 1}).scalar_one()
    service = tx.execute(_SERVICE, {"of_case_id": decision.case_id}).scalar_one()
    row = {
        "cursor": cursor,
        "decision_id": decision.decision_id,
        "service": service,
        "event": event,
        "revision": revision,
    }
    record.add(tx, decision_feed, [row], decision.case_id)


@cache
def _next_cursor(dialect: str) -> sa.Insert:
    following = insert_in(dialect, counters).on_conflict_do_update(
        index_elements=["name"], set_={"value": counters.c.value + 1}
    )
    return following.returning(counters.c.value)


def _decision(row: Any) -> Decision:
    return Decision(
        decision_id=row.decision_id,
        case_id=row.case_id,
        sequence=row.sequence,
        answer=answer_of(row),
        method=Method(row.method),
        decided_at=row.decided_at,
        policy_version=row.policy_version,
        screen_version=row.screen_version,
        decided_by=tuple(ExpertId(team_id, user_id) for team_id, user_id in row.decided_by),
        loss=row.loss,
        is_provisional=bool(row.is_provisional),
        certainty=row.certainty,
    )
