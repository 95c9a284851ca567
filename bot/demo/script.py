"""What a demo plays: predictions on held-out items, how fast, and what is left to the visitor."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

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
    """How a demo is played; `speed` is the clock's, `pace` the messages a second in a channel.

    `quorum` experts answer each case; the digest is due `digest_after` the start, by the demo's clock.
    """

    speed: float
    pace: float
    spread_seconds: float
    answered_share: float
    quorum: int
    digest_after: timedelta


# A visitor sees at once what an answer does.
WATCHED = Mode(60.0, 1.0, 60.0, answered_share=0.5, quorum=1, digest_after=timedelta(hours=2))
# Two answers: some of the simulated experts' are wrong, and the digest is to tell the model's true error.
# It waits for the last of them: it is due after longer than any machine takes, but within four days: else the
# week before would be due at the start.
HEADLESS = Mode(240.0, 20.0, 0.0, answered_share=1.0, quorum=2, digest_after=timedelta(days=3))
