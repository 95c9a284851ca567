"""What nobody answered in time, of what came in: how many were asked again, and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from routing.evidence.phases import LateGroup
from routing.prediction import ModelRef
from storage.engine.database import Transaction
from storage.engine.packed_columns import slices_of
from storage.evidence.decisions_in_force import Window, by_experts, loss_of
from storage.evidence.model_evidence import IS_ACCEPTED_PART, SLICES_TEXT
from storage.tables import follow_ups, predictions


@dataclass(frozen=True, slots=True)
class LateCount:
    """A late group of a tier, model and slices."""

    task: str
    tier: str
    model: ModelRef
    slices: Mapping[str, str]
    group: LateGroup


def counts(tx: Transaction, window: Window) -> tuple[LateCount, ...]:
    """Of what came in during the period; what was decided about it since then counts too."""
    decided = by_experts()
    is_decided, is_error = decided.c.case_id.is_not(None), sa.func.coalesce(loss_of(decided), 0) > 0
    names = (
        *(predictions.c.task, predictions.c.tier, predictions.c.model_name, predictions.c.model_version),
        *(SLICES_TEXT, predictions.c.inclusion_probability, IS_ACCEPTED_PART, follow_ups.c.chance),
    )
    of_asked, of_left = follow_ups.c.is_drawn, ~follow_ups.c.is_drawn
    query = (
        sa.select(
            *names,
            sa.func.count(),
            sa.func.count().filter(of_asked),
            sa.func.count().filter(of_asked, is_decided),
            sa.func.count().filter(of_asked, is_error),
            sa.func.count().filter(of_left, is_decided),
            sa.func.count().filter(of_left, is_error),
        )
        .select_from(follow_ups.join(predictions, predictions.c.case_id == follow_ups.c.case_id))
        .outerjoin(decided, decided.c.case_id == follow_ups.c.case_id)
        .where(*window.received)
        .group_by(*names)
        .order_by(*names)
    )
    return tuple(
        LateCount(
            task,
            tier,
            ModelRef(model, version),
            slices_of(slices),
            LateGroup((probability, bool(is_accepted)), *numbers),
        )
        for task, tier, model, version, slices, probability, is_accepted, *numbers in tx.execute(query)
    )
