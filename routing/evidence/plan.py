"""What a change would do before it is made: a policy replayed, expert time budgeted, audits allocated."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from routing.evidence.estimate import TrafficEstimate
from routing.slack_channel import ChannelName

TierKey = tuple[str, str]
"""`(task, tier)`."""


@dataclass(frozen=True, slots=True)
class Placement:
    """What a policy does with a prediction: its tier, who would look at it, and by when.

    `is_accepted`: it is auto-accepted, or would have been had it not been drawn (`is_audit`).
    """

    tier: str
    channel: ChannelName
    quorum: int
    due_in: timedelta
    is_accepted: bool
    is_audit: bool

    @property
    def is_reviewed(self) -> bool:
        """Whether experts are asked."""
        return self.is_audit or not self.is_accepted


@dataclass(frozen=True, slots=True)
class Rerouting:
    """A logged prediction: what was done with it, what became of it, and what another policy would do.

    `before` is what was done; `present` is what the policy in force would do today, with the certificates and
    calibrators that the other policy has, too: None where that is held against the past.
    `inclusion_probability` is as logged, `score` the confidence that counts under the other policy, None
    where the model gave none.
    `is_error` counts where `is_labeled`. `seconds` is the working time until experts decided, None where they
    did not; then `waited` is the working time since they were asked (0 where they were not).
    """

    task: str
    slices: Mapping[str, str]
    inclusion_probability: float
    is_labeled: bool
    is_error: bool
    score: float | None
    before: Placement
    after: Placement
    seconds: float | None = None
    waited: float = 0.0
    present: Placement | None = None

    @property
    def baseline(self) -> Placement:
        """What the other policy is held against."""
        return self.before if self.present is None else self.present


@dataclass(frozen=True, slots=True)
class Price:
    """What an accepted error of a tier costs, in the policy's unit, and the minutes that a label takes."""

    error: float = 1.0
    minutes: float = 1.0


@dataclass(frozen=True, slots=True)
class ChannelLoad:
    """What a channel gets: `cases`, the expert hours they take, and how many come in a working hour.

    `late` is the number expected to be decided after they were due; None where nothing tells how long experts
    take there.
    """

    channel: ChannelName
    cases: int
    expert_hours: float
    per_working_hour: float | None
    late: float | None


@dataclass(frozen=True, slots=True)
class Cost:
    """What accepted errors cost, in the policy's unit, with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class TierOutcome:
    """What a policy does in a tier; `error` is that of what it accepts, None where that is nothing."""

    task: str
    tier: str
    received: int
    accepted: int
    audited: int
    error: TrafficEstimate | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a policy does with the traffic of a period.

    `auto_accepted` and `reviewed` add up to what was received; `audited` are among the reviewed. `error` is
    that of the accepted part, audits included. `cost` is that of the errors that are auto-accepted, None
    where the error of a tier that has a cost is unknown.
    """

    auto_accepted: int
    audited: int
    reviewed: int
    expert_hours: float
    channels: tuple[ChannelLoad, ...]
    tiers: tuple[TierOutcome, ...]
    error: TrafficEstimate
    cost: Cost | None


@dataclass(frozen=True, slots=True)
class Replay:
    """What becomes of `received` logged predictions by a baseline and by another policy, and the doubts.

    `newly_accepted` are reviewed by the baseline other than as audits, `newly_reviewed` are accepted by it.
    """

    received: int
    newly_accepted: int
    newly_reviewed: int
    before: Outcome
    after: Outcome
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Replayed:
    """A replay and the time it covers; `left_out` counts what the other policy has no task for.

    `has_older`: only the newest predictions were taken, and there are older ones. `is_past`: the baseline is
    what was done then, else the policy in force under what is certified and calibrated today.
    """

    since: datetime
    until: datetime
    replay: Replay
    left_out: Mapping[str, int]
    has_older: bool = False
    is_past: bool = False


@dataclass(frozen=True, slots=True)
class WatchedStratum:
    """A stratum to audit: `received` are accepted there in a week, and the share of errors anticipated.

    `is_separate`: its own error is wanted, where that of each stratum is.
    """

    name: str
    received: int
    error: float
    minutes: float = 1.0
    is_separate: bool = True


@dataclass(frozen=True, slots=True)
class StratumShare:
    """The audit share of a stratum, and the labels a week that it costs."""

    name: str
    share: float
    labels: float


@dataclass(frozen=True, slots=True)
class Allocation:
    """Audit shares that give an interval of ± `half_width` after a week, and what they cost in a week."""

    shares: tuple[StratumShare, ...]
    half_width: float
    labels: float
    minutes: float


@dataclass(frozen=True, slots=True)
class TierPlan:
    """What a budget proposes for a tier, by the week.

    `threshold` and `was_threshold` are None where everything is reviewed. A tier that `is_kept` (always
    reviewed, or under a promise) keeps its rule; only its audit share may rise. `labels` is how many labels
    the errors rest on: with none they are what the model's own confidence says. `audit_slices` are the shares
    of slices "name=value" that need more than the tier.
    """

    task: str
    tier: str
    threshold: float | None
    was_threshold: float | None
    audit: float
    was_audit: float
    received: float
    accepted: float
    minutes: float
    loss: float
    labels: int
    is_kept: bool
    audit_slices: Mapping[str, float] = field(default_factory=dict)
    was_audit_slices: Mapping[str, float] = field(default_factory=dict)

    @property
    def is_changed(self) -> bool:
        """Whether the policy has to change for it."""
        present = self.was_threshold, self.was_audit, self.was_audit_slices
        return (self.threshold, self.audit, self.audit_slices) != present


@dataclass(frozen=True, slots=True)
class BudgetPoint:
    """The least expected loss in a week for so many expert minutes, with its 95 % interval."""

    minutes: float
    loss: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Budget:
    """Thresholds and audit shares with the least expected loss for `minutes` of expert time in a week.

    `spent` and `loss` are what the proposal takes and loses, the latter with its 95 % interval from `low` to
    `high`; `now` is what the present policy does. `hour_saves`
    is how much less would be lost with 60 minutes more. `points` go from the fewest minutes that keep every
    audit to reviewing everything.
    """

    minutes: float
    spent: float
    loss: float
    now: BudgetPoint
    hour_saves: float
    tiers: tuple[TierPlan, ...]
    points: tuple[BudgetPoint, ...]
    warnings: tuple[str, ...]
    low: float
    high: float
