"""What a demo plays: predictions on held-out items, how fast, and what is left to the visitor."""

from collections.abc import Sequence
from dataclasses import dataclass, field

CAPACITY = 1138  # 342 held-out tumors are 30 % of it


@dataclass(frozen=True, slots=True)
class HeldOutExample:
    """A held-out item as the service posts it, and the `truth` that only the simulation sees."""

    task: str
    external_id: str
    question_text: str
    label: str
    truth: str
    probabilities: dict[str, float]
    model: dict[str, str]
    fields: dict[str, float] = field(default_factory=dict)
    evidence: tuple[dict[str, str], ...] = ()
    image: bytes | None = None


@dataclass(frozen=True, slots=True)
class Script:
    """What a demo plays: the predictions, the seed, the share that simulated experts answer, and the pace.

    `spread_seconds` is the real time over which the predictions are posted.
    """

    examples: Sequence[HeldOutExample]
    seed: int
    answered_share: float
    spread_seconds: float


@dataclass(frozen=True, slots=True)
class Mode:
    """How a demo is played; `speed` is the clock's, `pace` the messages a second in a channel."""

    speed: float
    pace: float
    spread_seconds: float
    answered_share: float


WATCHED = Mode(speed=60.0, pace=1.0, spread_seconds=60.0, answered_share=0.5)
HEADLESS = Mode(speed=240.0, pace=20.0, spread_seconds=0.0, answered_share=1.0)
