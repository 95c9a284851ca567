"""What was learned from the cases that were put in: whether anybody looks, and how often people are right."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Caught:
    """Of `planted` wrong predictions that were answered so many were `caught`; the share lies in the range.

    `low` and `high` hold it in 95 of 100 such ranges.
    """

    caught: int
    planted: int
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class TierOversight:
    """The same of a tier; `unanswered` more were not answered in time."""

    task: str
    tier: str
    share: Caught
    unanswered: int


@dataclass(frozen=True, slots=True)
class Oversight:
    """The same of all a team's tiers together, and of each; `is_here`: all in the channel of its digest."""

    whole: Caught
    tiers: tuple[TierOversight, ...]
    is_here: bool


@dataclass(frozen=True, slots=True)
class GoldShare:
    """Of `n` answers to a task's gold cases, by `experts` people, so many are `right`; the share's range."""

    task: str
    right: int
    n: int
    experts: int
    low: float
    high: float
