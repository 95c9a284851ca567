"""How many labels experts gave since something was measured: whether measuring it anew is worth it.

Labels of predictions without a confidence teach nothing about confidences, and are not counted.
"""

from collections.abc import Collection, Mapping
from datetime import datetime

import sqlalchemy as sa

from routing.prediction import ModelRef
from storage.engine.database import Transaction
from storage.evidence.check_columns import CHECK_CHANCE, IS_DRAWN
from storage.evidence.decisions_in_force import HAS_CONFIDENCE, Window, by_experts, in_period_by_experts
from storage.evidence.model_evidence import IS_ASKED
from storage.evidence.tier_window import TierWindow, is_of
from storage.tables import predictions

ModelOfTask = tuple[str, ModelRef]


def by_model(
    tx: Transaction, tasks: Collection[str], since: datetime, until: datetime
) -> Mapping[ModelOfTask, int]:
    """How many predictions of each task and model experts decided from `since` to before `until`."""
    names = predictions.c.task, predictions.c.model_name, predictions.c.model_version
    counted = in_period_by_experts(Window(tuple(sorted(tasks)), since, until), *names, sa.func.count())
    rows = tx.execute(counted.where(HAS_CONFIDENCE).group_by(*names).order_by(*names))
    return {(task, ModelRef(name, version)): number for task, name, version, number in rows}


def of_model(tx: Transaction, task: str, model: ModelRef, since: datetime, until: datetime) -> int:
    """How many predictions of a model experts decided from `since` to before `until`."""
    counted = in_period_by_experts(Window((task,), since, until), sa.func.count())
    number: int = tx.execute(counted.where(*is_of(model), HAS_CONFIDENCE)).scalar_one()
    return number


def decided_before(
    tx: Transaction, received: TierWindow, moment: datetime, *, only_drawn: bool = False
) -> int:
    """How many of what was received had a decision of experts before `moment` that stands to this day.

    With `only_drawn`, of those that were drawn for a second opinion.
    """
    decided = by_experts()
    counted = (
        sa.select(sa.func.count())
        .select_from(predictions.join(decided, decided.c.case_id == predictions.c.case_id))
        .where(*received.conditions(tx), decided.c.decided_at < moment)
    )
    number: int = tx.execute(counted.where(IS_DRAWN) if only_drawn else counted).scalar_one()
    return number


def last_unchecked(tx: Transaction, received: TierWindow) -> datetime | None:
    """When the last of these came in that was looked at without any chance of a second opinion; or None."""
    latest = sa.select(sa.func.max(predictions.c.received_at)).where(
        *received.conditions(tx), IS_ASKED, CHECK_CHANCE == 0
    )
    moment: datetime | None = tx.execute(latest).scalar_one()
    return moment
