"""What a threshold is tested on: the predictions that a tier, or a cell of it, received of a model."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from routing.cell import EVERYTHING, Cell
from routing.prediction import ModelRef
from storage.engine.database import Transaction
from storage.evidence.decisions_in_force import HAS_CONFIDENCE, Window
from storage.evidence.slice_conditions import is_in_cell
from storage.tables import predictions


def is_of(model: ModelRef) -> tuple[sa.ColumnElement[bool], ...]:
    """The conditions for predictions of this model."""
    return predictions.c.model_name == model.name, predictions.c.model_version == model.version


@dataclass(frozen=True, slots=True)
class TierWindow:
    """The predictions of a tier and model received from `since` to before `until`, or of a cell of them.

    Without those reviewed for their novelty, those that the tier's rule could not be judged on, and those
    without a confidence: no threshold ever lets them pass.
    """

    task: str
    tier: str
    model: ModelRef
    since: datetime
    until: datetime
    cell: Cell = EVERYTHING

    def conditions(self, tx: Transaction) -> tuple[sa.ColumnElement[bool], ...]:
        """What predictions have to meet."""
        return (
            *Window((self.task,), self.since, self.until).received,
            predictions.c.tier == self.tier,
            *is_of(self.model),
            ~predictions.c.is_novel,
            predictions.c.unreadable.is_(None),
            HAS_CONFIDENCE,
            is_in_cell(tx, self.cell),
        )
