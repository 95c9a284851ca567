"""What the answers to a case may amount to: values that say what follows."""

from dataclasses import dataclass
from datetime import datetime

from routing.case.decision import Method
from routing.label import ExpertId


@dataclass(frozen=True, slots=True)
class SettledAnswer:
    """The answers settle the case; `certainty` is the probability that they do so rightly, where stated."""

    label: str
    method: Method
    decided_by: tuple[ExpertId, ...]
    decided_at: datetime
    certainty: float | None = None


@dataclass(frozen=True, slots=True)
class Disagreement:
    """The answers differ or are not sure enough, and an adjudicator has to settle it."""

    reason: str


@dataclass(frozen=True, slots=True)
class FurtherOpinion:
    """The answers do not suffice, and nobody has to settle it yet: ask another expert."""


@dataclass(frozen=True, slots=True)
class Shortfall:
    """`missing` more answers are needed."""

    missing: int


@dataclass(frozen=True, slots=True)
class Closure:
    """The time is up, and the policy closes the case without a decision."""


Settlement = SettledAnswer | Disagreement | FurtherOpinion | Shortfall
