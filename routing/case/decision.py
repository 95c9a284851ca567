"""A case's final answer, and how it came about."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from routing.answer import Answer
from routing.label import ExpertId


class Method(StrEnum):
    """How a decision came about."""

    SINGLE = "single"
    CONSENSUS = "consensus"
    ADJUDICATED = "adjudicated"
    OVERRIDDEN = "overridden"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Decision:
    """A case's final answer; a correction makes a new decision with the next `sequence` (from 1).

    `loss` is how far the prediction is from it, 0 to 1; None after a time-out, which says
    nothing of that. `is_provisional`: it rests on the first of two answers, and the case goes on waiting.
    `certainty` is the probability that it is right, None where it is not stated.
    """

    decision_id: str
    case_id: str
    sequence: int
    answer: Answer
    method: Method
    decided_at: datetime
    policy_version: str
    screen_version: int
    decided_by: tuple[ExpertId, ...] = ()
    loss: float | None = None
    is_provisional: bool = False
    certainty: float | None = None

    @property
    def label(self) -> str:
        """The key of the answer."""
        return self.answer.key

    @property
    def is_by_time_out(self) -> bool:
        """Whether the policy decided, because the time was over: it rests on no label."""
        return self.method is Method.EXPIRED
