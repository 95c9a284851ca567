"""How the decisions came about that numbers about the models rest on."""

from collections.abc import Collection, Mapping
from datetime import datetime

import sqlalchemy as sa

from routing.case.decision import Method
from routing.evidence.truth import Truth, TruthCount
from storage.engine.database import Transaction
from storage.evidence.decisions_in_force import Window, by_experts
from storage.evidence.model_evidence import IS_ACCEPTED_PART
from storage.tables import predictions

TRUTHS: Mapping[str, Truth] = {Method.CONSENSUS: Truth.AGREED, Method.ADJUDICATED: Truth.ADJUDICATED}
"""Every other method rests on what one person says."""


def counts(
    tx: Transaction, tasks: Collection[str], since: datetime, until: datetime
) -> tuple[TruthCount, ...]:
    """The decisions by experts on what `model_evidence.strata` counts, by task, stratum and method."""
    decided = by_experts()
    names = (
        predictions.c.task,
        predictions.c.inclusion_probability,
        IS_ACCEPTED_PART,
        decided.c.method,
    )
    window = Window(tuple(sorted(tasks)), since, until)
    query = (
        sa.select(*names, sa.func.count().label("n"))
        .select_from(predictions.join(decided, decided.c.case_id == predictions.c.case_id))
        .where(*window.received)
        .group_by(*names)
        .order_by(*names)
    )
    return tuple(
        TruthCount(task, (probability, bool(is_accepted)), TRUTHS.get(method, Truth.SINGLE), n)
        for task, probability, is_accepted, method, n in tx.execute(query)
    )
