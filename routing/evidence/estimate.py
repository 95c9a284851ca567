"""Estimates about all traffic: what was seen of it, and the share of errors that follows, without numpy."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from routing.stable_code import Code

LEVEL = 0.95
"""The confidence level of an interval, two-sided, unless it says otherwise."""

FEWEST = 20
"""Below so many labels a share's interval is wider than 0.4: it would tell nothing, so counts are told."""


class Reach(Code):
    """What an estimate speaks of.

    `watched` is all traffic but what nobody answered for, each label weighted by `label_weights`.
    """

    PERIOD = "this_period"
    FUTURE = "future"
    REVIEWED = "reviewed_only"
    WATCHED = "watched"


StratumKey = tuple[float, bool]
"""`(inclusion probability, is_accepted)`."""


@dataclass(frozen=True, slots=True)
class Stratum:
    """Production predictions with the same inclusion probability, and what experts decided of them.

    `received` were predicted, `asked` of these drawn for review, `labeled` of these decided by experts, and
    of `errors` of these the decided label differs from the model's. At an inclusion probability of 1 it is a
    census, at 0 unwatched, between them audited. `is_accepted`: they were auto-accepted, or would have been
    had they not been drawn. Raises ValueError for counts that cannot be.
    """

    inclusion_probability: float
    received: int
    asked: int
    labeled: int
    errors: int
    is_accepted: bool

    def __post_init__(self) -> None:
        if not 0 <= self.inclusion_probability <= 1:
            raise ValueError(f"an inclusion probability lies in 0..1: {self.inclusion_probability}")
        if not 0 <= self.errors <= self.labeled <= self.asked <= self.received:
            raise ValueError(f"errors, labeled, asked and received have to be ascending counts: {self}")
        if self.inclusion_probability == 0 and self.asked:
            raise ValueError(f"nothing can have been drawn with an inclusion probability of 0: {self}")

    @property
    def key(self) -> StratumKey:
        """What strata that are pooled have in common."""
        return self.inclusion_probability, self.is_accepted

    @property
    def unanswered(self) -> int:
        """Asked, but not (yet) decided by experts."""
        return self.asked - self.labeled


def pooled(strata: Iterable[Stratum]) -> list[Stratum]:
    """A stratum for each chance of review, accepted or not."""
    groups: dict[StratumKey, list[Stratum]] = {}
    for stratum in strata:
        groups.setdefault(stratum.key, []).append(stratum)
    return [
        Stratum(
            probability,
            received=sum(stratum.received for stratum in group),
            asked=sum(stratum.asked for stratum in group),
            labeled=sum(stratum.labeled for stratum in group),
            errors=sum(stratum.errors for stratum in group),
            is_accepted=is_accepted,
        )
        for (probability, is_accepted), group in sorted(groups.items())
    ]


def label_weights(strata: Iterable[Stratum]) -> Mapping[StratumKey, float]:
    """How many predictions a label of each stratum stands for: N_h/n_h, the weight it has in an `Estimate`.

    The inverse of the inclusion probability is that number only where all that were asked have answered.
    """
    return {stratum.key: stratum.received / stratum.labeled for stratum in pooled(strata) if stratum.labeled}


@dataclass(frozen=True, slots=True)
class Interval:
    """A range of a share, both ends included."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Estimate:
    """A share of errors with its interval at `level`; it rests on `n` labels and speaks of `reach`."""

    value: float
    low: float
    high: float
    n: int
    reach: Reach
    level: float = LEVEL


@dataclass(frozen=True, slots=True)
class TrafficEstimate:
    """The model's error over all traffic called `name`; an estimate is None where nothing was labeled.

    `period` speaks of the predictions of this period, `future` of those to come if nothing changes. Both
    assume that the unanswered are like the answered of their stratum; `bounds` assumes nothing of them: it is
    the value if all unanswered and unwatched were right, and if all of them were wrong (as an estimate, so
    without the chance of the draw). `naive` is the error among reviewed cases only: never show it without
    saying so. The `unwatched` have no decision to speak for them (they had no chance of review, or nothing of
    their stratum is labeled): the value speaks of the others, the intervals allow for anything among them.
    """

    name: str
    received: int
    asked: int
    labeled: int
    unanswered: int
    unwatched: int
    period: Estimate | None
    future: Estimate | None
    naive: Estimate | None
    bounds: Interval


def between(low: float, high: float, digits: int = 1) -> str:
    """The words for the interval of a share, everywhere: "between 2.4% and 4.1%"."""
    return f"between {low:.{digits}%} and {high:.{digits}%}"
