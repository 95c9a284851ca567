"""What a digest is made from: a period's counts and pairs, as storage reads them."""

from dataclasses import dataclass
from datetime import datetime

from routing.slack_channel import ChannelName


@dataclass(frozen=True, slots=True)
class Concordance:
    """How often the decided label was the model's, by task, tier or model version: `agreed` of `n` cases."""

    name: str
    agreed: int
    n: int


@dataclass(frozen=True, slots=True)
class Confusion:
    """How many cases the model called `predicted` and the experts decided as `decided`."""

    task: str
    predicted: str
    decided: str
    n: int


@dataclass(frozen=True, slots=True)
class OldestCase:
    """A case that still waits."""

    case_id: str
    task: str
    opened_at: datetime
    due_at: datetime
    tier: str
    channel: ChannelName


@dataclass(frozen=True, slots=True)
class UnreadableRule:
    """How many predictions the rule of a tier could not be judged on, for the same reason, in words."""

    task: str
    tier: str
    why: str
    n: int


@dataclass(frozen=True, slots=True)
class PeriodFacts:
    """Production predictions received, and cases decided, from `since_at` up to but not including `until_at`.

    `received` and its parts happened in the period as well; `came_later` counts what came in but had happened
    before it. `audited` and those `without_confidence` are part of `reviewed`. `overdue` counts cases open
    past their `due_at` at the period's end or decided after it. `seconds_to_decision` has a value for each
    case decided in the period. `reliability_pairs` are (confidence, whether the decided label was the
    model's), of reviewed cases only. `certainties` are those of the decisions that state one.
    `unreadable` has the rules that could not be judged on predictions of the period, the most frequent first.
    """

    since_at: datetime
    until_at: datetime
    received: int = 0
    auto_accepted: int = 0
    audited: int = 0
    reviewed: int = 0
    without_confidence: int = 0
    came_later: int = 0
    decided: int = 0
    overdue: int = 0
    seconds_to_decision: tuple[float, ...] = ()
    by_task: tuple[Concordance, ...] = ()
    by_tier: tuple[Concordance, ...] = ()
    by_model: tuple[Concordance, ...] = ()
    confusions: tuple[Confusion, ...] = ()
    oldest_open: tuple[OldestCase, ...] = ()
    reliability_pairs: tuple[tuple[float, bool], ...] = ()
    certainties: tuple[float, ...] = ()
    unreadable: tuple[UnreadableRule, ...] = ()

    @property
    def corrected(self) -> int:
        """How many cases experts decided otherwise than the model."""
        return sum(row.n - row.agreed for row in self.by_tier)
