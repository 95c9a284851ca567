"""Cases whose time is over and that no expert has decided: what is drawn from to ask somebody again."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from storage.cases.origins import IS_PRODUCTION
from storage.engine.database import Transaction
from storage.evidence.decisions_in_force import by_experts
from storage.tables import cases, contests, follow_ups, predictions


@dataclass(frozen=True, slots=True, order=True)
class SilentKind:
    """What is drawn from together: audits of a tier, or what was sent to review for other reasons."""

    task: str
    tier: str
    is_audit: bool


def fresh(
    tx: Transaction, tasks: Collection[str], since: datetime, now: datetime
) -> Mapping[SilentKind, tuple[str, ...]]:
    """Ids of those that nothing was drawn for yet and that were due since then, longest overdue first.

    A case that ends before it is due is over when it ends.
    """
    is_over = sa.or_(cases.c.due_at <= now, cases.c.expires_at <= now)
    query = (
        _undecided(tasks)
        .where(cases.c.is_open, is_over, cases.c.due_at >= since, follow_ups.c.case_id.is_(None))
        .where(~sa.exists().where(contests.c.case_id == cases.c.case_id))
        .order_by(cases.c.due_at, cases.c.row_id)
    )
    by_kind: dict[SilentKind, tuple[str, ...]] = {}
    for case_id, *names in tx.execute(query):
        kind = SilentKind(*names)
        by_kind[kind] = (*by_kind.get(kind, ()), case_id)
    return by_kind


def followed(tx: Transaction, tasks: Collection[str], since: datetime) -> Mapping[SilentKind, int]:
    """How many of those that were drawn for since then are still undecided."""
    rows = tx.execute(_undecided(tasks).where(follow_ups.c.drawn_at >= since))
    return Counter(SilentKind(*names) for _, *names in rows)


def _undecided(tasks: Collection[str]) -> sa.Select[Any]:
    decided = by_experts()
    names = (predictions.c.case_id, predictions.c.task, predictions.c.tier, predictions.c.is_audit)
    return (
        sa.select(*names)
        .select_from(cases.join(predictions, predictions.c.case_id == cases.c.case_id))
        .outerjoin(follow_ups, follow_ups.c.case_id == cases.c.case_id)
        .outerjoin(decided, decided.c.case_id == cases.c.case_id)
        .where(predictions.c.task.in_(sorted(tasks)), IS_PRODUCTION, decided.c.case_id.is_(None))
    )
