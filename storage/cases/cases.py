"""Cases under review: their state, and the queues that experts and ticks read."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from routing.case.case import Case, CaseStatus
from routing.label import ExpertId
from routing.slack_channel import ChannelName
from storage.cases import contests, decisions, labels
from storage.cases.prediction_columns import routing_of, submission_of
from storage.delivery import claimed_events
from storage.engine.database import Transaction
from storage.errors import CaseUnknown
from storage.record import record
from storage.sql.upserts import Row
from storage.tables import ask_turns, cases, follow_ups, predictions

_AWAITING = (CaseStatus.OPEN, CaseStatus.DISPUTED)
_PREDICTED = [
    column
    for column in predictions.c
    # Where both tables have a column the case's counts: a
    # repair moves a case, its prediction stays as routed.
    if column.name not in {"row_id", "case_id", "tier", "channel", "quorum", "body_digest", "salt"}
]
_JOINED = (
    sa.select(cases, *_PREDICTED, ask_turns.c.ask_at, follow_ups.c.is_drawn)
    .join(predictions, predictions.c.case_id == cases.c.case_id)
    .outerjoin(ask_turns, ask_turns.c.case_id == cases.c.case_id)
    .outerjoin(follow_ups, follow_ups.c.case_id == cases.c.case_id)
)
_THIS = cases.c.case_id == sa.bindparam("this_case_id")
_GET = _JOINED.where(_THIS)
# Of the case alone: without `of` PostgreSQL locks the row of the prediction, too.
_LOCK = _GET.with_for_update(of=cases)
_TASK = sa.select(predictions.c.task).where(predictions.c.case_id == cases.c.case_id).scalar_subquery()


def add_many(tx: Transaction, new: Sequence[Case]) -> None:
    """Open cases whose predictions are stored; reasons and circumstances stay with the prediction."""
    record.add(tx, cases, [{"case_id": case.case_id, **_state(case)} for case in new])


def get(tx: Transaction, case_id: str) -> Case:
    """The case with all its answers and decisions; raises `CaseUnknown`."""
    return _only(tx, _GET, case_id)


def lock(tx: Transaction, case_id: str) -> Case:
    """The case, held until the transaction ends so that answers to it come after each other."""
    return _only(tx, _LOCK, case_id)


def save(tx: Transaction, case: Case) -> None:
    """Store the case's state; its answers, decisions and whom it asks are added by their own modules."""
    if not record.change(tx, cases, {"case_id": case.case_id}, _state(case)):
        raise CaseUnknown(case.case_id)


def open_for(tx: Transaction, expert: ExpertId | None, limit: int) -> list[Case]:
    """Cases that wait, soonest due first: those assigned to the expert, or all with None."""
    query = _JOINED.where(cases.c.is_open)
    if expert is not None:
        mine = (cases.c.assigned_user_id == expert.user_id) & (cases.c.assigned_team_id == expert.team_id)
        # Spelled out as the partial index over assigned cases has it.
        query = query.where(cases.c.assigned_user_id.is_not(None), mine)
    return _assembled(tx, query.order_by(cases.c.due_at, cases.c.row_id).limit(limit))


def queue(tx: Transaction, channel: ChannelName | None, limit: int, skip: int = 0) -> list[Case]:
    """Cases that wait in a channel of the policy, or in all with None, soonest due first.

    Without the first `skip`.
    """
    query = _JOINED.where(cases.c.is_open)
    if channel is not None:
        query = query.where(cases.c.channel == channel)
    return _assembled(tx, query.order_by(cases.c.due_at, cases.c.row_id).limit(limit).offset(skip))


def due_steps(tx: Transaction, now: datetime, limit: int) -> list[str]:
    """Ids of open cases whose next escalation step has come, longest waiting first."""
    return _ids_until(tx, cases.c.next_step_at, now, limit)


def expiring(tx: Transaction, now: datetime, limit: int) -> list[str]:
    """Ids of open cases whose time is over, longest waiting first."""
    return _ids_until(tx, cases.c.expires_at, now, limit)


def latest_overdue(tx: Transaction, now: datetime) -> datetime | None:
    """When the latest of the waiting cases that are overdue was due; None where none is."""
    overdue = sa.select(cases.c.due_at).where(cases.c.is_open, cases.c.due_at <= now)
    return tx.execute(overdue.order_by(cases.c.due_at.desc()).limit(1)).scalar()


def newly_overdue(
    tx: Transaction, tasks: Collection[str], since: datetime, until: datetime, prefix: str, limit: int
) -> list[str]:
    """Ids of cases of these tasks that wait and were due from `since` to before `until`, soonest due first.

    Without those for which the event `prefix` + case id was claimed.
    """
    query = (
        sa.select(cases.c.case_id)
        .where(cases.c.is_open, cases.c.due_at >= since, cases.c.due_at < until)
        .where(_TASK.in_(tasks), claimed_events.is_free(prefix, cases.c.case_id))
        .order_by(cases.c.due_at)
        .limit(limit)
    )
    return list(tx.execute(query).scalars())


@dataclass(frozen=True, slots=True)
class OpenGroup:
    """Open cases of the same task, tier, channel and opening: how many."""

    task: str
    tier: str
    channel: ChannelName
    policy_version: str
    count: int


def open_groups(tx: Transaction) -> list[OpenGroup]:
    """Which kinds of cases wait."""
    kinds = (predictions.c.task, cases.c.tier, cases.c.channel, predictions.c.policy_version)
    query = (
        sa.select(*kinds, sa.func.count())
        .join(predictions, predictions.c.case_id == cases.c.case_id)
        .where(cases.c.is_open)
        .group_by(*kinds)
        .order_by(*kinds)
    )
    return [OpenGroup(*row) for row in tx.execute(query)]


def first_of(tx: Transaction, group: OpenGroup) -> Case:
    """The case of a group that is due first; raises `CaseUnknown` if none waits any more."""
    query = _JOINED.where(
        cases.c.is_open,
        predictions.c.task == group.task,
        cases.c.tier == group.tier,
        cases.c.channel == group.channel,
        predictions.c.policy_version == group.policy_version,
    )
    cases_of_group = _assembled(tx, query.order_by(cases.c.due_at, cases.c.row_id).limit(1))
    if not cases_of_group:
        raise CaseUnknown
    return cases_of_group[0]


def due_at_of(tx: Transaction, case_ids: Sequence[str]) -> dict[str, datetime]:
    """When each of these cases is overdue; ids that name no case are left out."""
    query = sa.select(cases.c.case_id, cases.c.due_at).where(cases.c.case_id.in_(case_ids))
    return {row.case_id: row.due_at for row in tx.execute(query)}


def assignees(tx: Transaction) -> list[ExpertId]:
    """Everybody to whom a waiting case is assigned."""
    columns = (cases.c.assigned_team_id, cases.c.assigned_user_id)
    query = sa.select(*columns).where(cases.c.is_open, cases.c.assigned_user_id.is_not(None))
    return [ExpertId(*row) for row in tx.execute(query.distinct().order_by(*columns))]


def _ids_until(tx: Transaction, moment: sa.Column[Any], now: datetime, limit: int) -> list[str]:
    # Spelled out as the partial index over the moment has it.
    is_due = (cases.c.is_open, moment.is_not(None), moment <= now)
    # Ids, not cases: each is locked and read anew by whoever acts on it, as a click may come in between.
    return list(tx.execute(sa.select(cases.c.case_id).where(*is_due).order_by(moment).limit(limit)).scalars())


def _only(tx: Transaction, query: sa.Select[Any], case_id: str) -> Case:
    matches = _assembled(tx, query, this_case_id=case_id)
    if not matches:
        raise CaseUnknown(case_id)
    return matches[0]


def _assembled(tx: Transaction, query: sa.Select[Any], **parameters: str) -> list[Case]:
    rows = tx.execute(query, parameters).all()
    if not rows:
        return []
    case_ids = [row.case_id for row in rows]
    labels_by_case = labels.of_cases(tx, case_ids)
    abstained = labels.abstentions_of_cases(tx, case_ids)
    decided = decisions.of_cases(tx, case_ids)
    # Nobody objects before there is a decision: a list of open cases costs no query more.
    contested = contests.of_cases(tx, list(decided))
    return [
        _case(
            row,
            labels=labels_by_case.get(row.case_id, ()),
            abstentions=abstained.get(row.case_id, ()),
            decisions=decided.get(row.case_id, ()),
            contests=contested.get(row.case_id, ()),
        )
        for row in rows
    ]


def _state(case: Case) -> Row:
    assigned, snoozed_by = case.assigned_to, case.snoozed_by
    return {
        "tier": case.tier,
        "channel": case.channel,
        "quorum": case.quorum,
        "status": case.status.value,
        "is_open": case.status in _AWAITING,
        "opened_at": case.opened_at,
        "due_at": case.due_at,
        "assigned_team_id": assigned and assigned.team_id,
        "assigned_user_id": assigned and assigned.user_id,
        "snoozed_until": case.snoozed_until,
        "snoozed_team_id": snoozed_by and snoozed_by.team_id,
        "snoozed_user_id": snoozed_by and snoozed_by.user_id,
        "expires_at": case.expires_at,
        "steps_taken": case.steps_taken,
        "held_steps": list(case.held_steps) or None,
        "next_step_at": case.next_step_at,
        "consensus_version": case.consensus_version,
    }


def _case(row: Any, **history: Any) -> Case:
    return Case(
        case_id=row.case_id,
        submission=submission_of(row),
        routing=routing_of(row),
        policy_version=row.policy_version,
        opened_at=row.opened_at,
        due_at=row.due_at,
        status=CaseStatus(row.status),
        assigned_to=_person(row.assigned_team_id, row.assigned_user_id),
        snoozed_until=row.snoozed_until,
        snoozed_by=_person(row.snoozed_team_id, row.snoozed_user_id),
        expires_at=row.expires_at,
        steps_taken=row.steps_taken,
        held_steps=tuple(row.held_steps or ()),
        next_step_at=row.next_step_at,
        ask_at=row.ask_at,
        consensus_version=row.consensus_version,
        is_asked_again=bool(row.is_drawn),
        **history,
    )


def _person(team_id: str | None, user_id: str | None) -> ExpertId | None:
    return None if team_id is None or user_id is None else ExpertId(team_id, user_id)
