"""An objection to a decision, on record, and what can come of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from routing.label import ExpertId


class ContestOutcome(StrEnum):
    """What came of an objection: the next decision says the same, or another answer."""

    UPHELD = "upheld"
    CORRECTED = "corrected"


@dataclass(frozen=True, slots=True)
class Contest:
    """A person's objection to the decision of this `sequence`; each person has a single one per case.

    `answers` is how many answers had been recorded before it: those after them were given since.
    `is_override`: a lead, or who settles disagreements, put their own answer in the decision's place.
    """

    case_id: str
    expert: ExpertId
    sequence: int
    answers: int
    contested_at: datetime
    reason: str
    is_override: bool = False
