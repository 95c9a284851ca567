"""What a digest may begin with: a matter of one of several kinds, with its urgency and what it costs."""

from dataclasses import dataclass, field
from enum import IntEnum

from routing.digest.headline import Deed
from routing.digest.model_quality import ErrorRow, ThresholdRow
from routing.evidence.alarm import Alarm
from routing.evidence.error_patterns import SliceFinding
from routing.evidence.error_watch import ErrorWatch
from routing.evidence.estimate import FEWEST, TrafficEstimate
from routing.evidence.reliability import ReliabilityBin


class Urgency(IntEnum):
    """What is told first: a limit broken, errors, how it stands, late work, what to decide, what to know."""

    LIMIT = 0
    WRONG = 1
    FIGURE = 2
    LATE = 3
    DECIDE = 4
    KNOW = 5


@dataclass(frozen=True, slots=True)
class Breach:
    """A model errs more than is allowed; `lost` are the thresholds that were taken back."""

    watch: ErrorWatch
    lost: tuple[ThresholdRow, ...] = ()


@dataclass(frozen=True, slots=True)
class ThresholdLoss:
    """Thresholds of a tier and model that were taken back for the same reason."""

    rows: tuple[ThresholdRow, ...]


@dataclass(frozen=True, slots=True)
class TrafficChange:
    """What changed in a task's traffic, the newest alarm of each topic, the surest first."""

    alarms: tuple[Alarm, ...]


@dataclass(frozen=True, slots=True)
class Slip:
    """More errors than in the period before, beyond chance."""

    row: ErrorRow


@dataclass(frozen=True, slots=True)
class ErrorFigure:
    """How much is wrong; `labels` is the traffic that the figure or the counts speak of.

    `is_lately` where that is the last four weeks, since the period has too few labels.
    """

    row: ErrorRow
    labels: TrafficEstimate
    is_lately: bool
    target: float | None

    @property
    def is_too_early(self) -> bool:
        """Whether there are too few labels for a figure."""
        return self.labels.labeled < FEWEST or self.labels.future is None


@dataclass(frozen=True, slots=True)
class LateWork:
    """Cases that were late, and how many of the oldest still wait."""

    late: int
    waiting: int


@dataclass(frozen=True, slots=True)
class ThresholdProposal:
    """A fixed threshold that may be loosened."""

    row: ThresholdRow


@dataclass(frozen=True, slots=True)
class Lack:
    """A tier that no threshold can be certified for: `needed` more labels would help, with 0 none would.

    `opinions` of these are second opinions.
    """

    row: ThresholdRow
    needed: int
    opinions: int = 0


@dataclass(frozen=True, slots=True)
class Bias:
    """Where the model is less or more often right than it says."""

    point: ReliabilityBin


Content = (
    Breach
    | ThresholdLoss
    | TrafficChange
    | SliceFinding
    | Slip
    | ErrorFigure
    | LateWork
    | ThresholdProposal
    | Lack
    | Bias
)


@dataclass(frozen=True, slots=True)
class Matter:
    """Something to tell, with a headline's subject and arguments; `cost` in expected errors of the period."""

    subject: str
    urgency: Urgency
    content: Content
    cost: float = 0.0
    deed: Deed | None = None
    arguments: dict[str, str] = field(default_factory=dict)
