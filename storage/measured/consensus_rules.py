"""Rules by which the answers of a task are weighed: never changed, as cases go by that of their opening."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from routing.triage.in_force import RuleRef
from storage.engine.database import Transaction
from storage.sql.rows import columns_of, value_of
from storage.sql.upserts import add_once
from storage.tables import consensus_rules


@dataclass(frozen=True, slots=True)
class StoredRule:
    """The rule number `sequence` (from 1) of a task as JSON; `version` names what it says."""

    task: str
    sequence: int
    version: str
    labels_digest: str
    document: dict[str, Any]
    fitted_at: datetime


def add(tx: Transaction, rule: StoredRule) -> bool:
    """Store a rule; False when this task has a rule of that sequence: somebody was faster."""
    return add_once(tx, consensus_rules, columns_of(rule))


def latest(tx: Transaction, task: str) -> StoredRule | None:
    """The latest rule of a task, None without any."""
    query = sa.select(consensus_rules).where(consensus_rules.c.task == task)
    row = tx.execute(query.order_by(consensus_rules.c.sequence.desc()).limit(1)).first()
    return None if row is None else value_of(StoredRule, row)


def in_force(tx: Transaction) -> dict[str, RuleRef]:
    """The latest rule of every task by its name alone: a document may be large."""
    later = consensus_rules.alias("later")
    is_replaced = sa.exists().where(
        later.c.task == consensus_rules.c.task, later.c.sequence > consensus_rules.c.sequence
    )
    columns = (consensus_rules.c[name] for name in ("task", "version", "labels_digest"))
    rows = tx.execute(sa.select(*columns).where(~is_replaced).order_by(consensus_rules.c.task))
    return {row.task: RuleRef(row.version, row.labels_digest) for row in rows}


def document(tx: Transaction, version: str) -> dict[str, Any] | None:
    """What the rule of that version says; None where it is not kept."""
    query = sa.select(consensus_rules.c.document).where(consensus_rules.c.version == version)
    kept: dict[str, Any] | None = tx.execute(query.order_by(consensus_rules.c.row_id).limit(1)).scalar()
    return kept
