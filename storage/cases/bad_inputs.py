"""Inputs that experts called bad, for whoever owns the service that sent them."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from routing.label import Obstacle
from storage.cases.origins import IS_POSTED
from storage.engine.database import Transaction
from storage.tables import abstentions, predictions


@dataclass(frozen=True, slots=True)
class BadInput:
    """What an expert said of a case's input, at `number` by arrival; `note` is in their words, if any."""

    number: int
    case_id: str
    external_id: str
    task: str
    stated_at: datetime
    note: str | None


def of_service(tx: Transaction, service: str, before: int | None, limit: int) -> list[BadInput]:
    """Those of the service's cases, at most `limit`, the latest first; only the ones that came `before`."""
    query = (
        sa.select(
            abstentions.c.row_id,
            abstentions.c.case_id,
            predictions.c.external_id,
            predictions.c.task,
            abstentions.c.abstained_at,
            abstentions.c.note,
        )
        .join(predictions, predictions.c.case_id == abstentions.c.case_id)
        .where(
            abstentions.c.obstacle == Obstacle.BAD_INPUT.value, predictions.c.service == service, IS_POSTED
        )
        .order_by(abstentions.c.row_id.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(abstentions.c.row_id < before)
    return [BadInput(*row) for row in tx.execute(query)]
