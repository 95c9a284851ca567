"""An expert's pause from a task: what it rests on, and when it may be proposed."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from routing.evidence.estimate import FEWEST
from routing.evidence.expertise import SkillEstimate
from routing.label import ExpertId

FEWEST_LEFT = 2
"""So many others have to remain who may answer: one alone has nobody to be held against."""
AGAIN_AFTER = timedelta(days=28)
"""So long after a proposal about a person none is made again, whatever came of it."""


class PauseState(StrEnum):
    """What came of a proposal to pause somebody."""

    PROPOSED = "proposed"
    DECLINED = "declined"
    RUNNING = "running"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Pause:
    """A person's pause from a task: they were right in `right` of `n` assigned answers, `low` to `high`.

    `changed_by` is who brought it into its state, the empty text where the policy did.
    """

    pause_id: str
    task: str
    expert: ExpertId
    state: PauseState
    right: int
    n: int
    low: float
    high: float
    proposed_at: datetime
    changed_at: datetime
    changed_by: str = ""


def is_below(estimate: SkillEstimate, bar: float) -> bool:
    """Whether a person is right less often than `bar` even at the upper end of what they may be."""
    return not estimate.slice and estimate.n >= FEWEST and estimate.high < bar


def is_due(last_at: datetime | None, now: datetime) -> bool:
    """Whether a pause may be proposed of somebody of whom it was proposed `last_at`, or never."""
    return last_at is None or now - last_at >= AGAIN_AFTER
