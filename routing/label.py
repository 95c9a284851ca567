"""An expert's answer to a case: a label with its rationale, or an abstention."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from routing.answer import Answer


@dataclass(frozen=True, slots=True, order=True)
class ExpertId:
    """A person in Slack, keyed on workspace and user (user ids alone are not unique across workspaces)."""

    team_id: str
    user_id: str

    def is_same_person(self, other: "ExpertId | None") -> bool:
        """Whether both are the same human: what a workspace shows has a user id for each person.

        The same id under two workspaces is a person seen from both, so it never counts twice.
        """
        return other is not None and self.user_id == other.user_id


class ExpertConfidence(StrEnum):
    """How sure the expert says to be."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Via(StrEnum):
    """The surface an answer came from."""

    BUTTON = "button"
    MODAL = "modal"
    THREAD = "thread"


class Mark(StrEnum):
    """What whoever settles a disagreement may say of it: the guideline is silent, or both answers will do."""

    GUIDELINE_GAP = "guideline_gap"
    BOTH_DEFENSIBLE = "both_defensible"


@dataclass(frozen=True, slots=True)
class Rationale:
    """Why, in the expert's words, with an optional reason code of the task."""

    text: str
    reason_code: str | None = None


@dataclass(frozen=True, slots=True)
class Label:
    """An expert's recorded answer; append-only. `round` counts this expert's answers to this case from 1.

    `screen_version` is the version of the message the expert saw. `withdrawn_at` is set by Undo.
    `is_adjudication`: it was given to settle a disagreement. `is_sealed`: nobody else's answer to the case
    was in view when it was given. `is_assigned`: the person was asked about this case by name, so that not
    they chose it. All three are None where that was not kept yet. `shown_at` is when the window opened in
    which it was given; None for answers without a window, of which nobody knows how long they took.
    Only what settles has a `mark`.
    """

    label_id: str
    case_id: str
    expert: ExpertId
    round: int
    answer: Answer
    labeled_at: datetime
    via: Via
    screen_version: int
    rationale: Rationale | None = None
    expert_confidence: ExpertConfidence | None = None
    withdrawn_at: datetime | None = None
    is_adjudication: bool | None = None
    is_sealed: bool | None = None
    is_assigned: bool | None = None
    shown_at: datetime | None = None
    mark: Mark | None = None

    @property
    def label(self) -> str:
        """The key of the answer."""
        return self.answer.key


class Obstacle(StrEnum):
    """What keeps an expert from answering."""

    MISSING = "missing"
    BAD_INPUT = "bad_input"


@dataclass(frozen=True, slots=True)
class Abstention:
    """ "Can't tell" or "bad input", on record; it counts toward no quorum."""

    case_id: str
    expert: ExpertId
    abstained_at: datetime
    note: str | None = None
    obstacle: Obstacle = Obstacle.MISSING


def labels_in_force(labels: Iterable[Label]) -> tuple[Label, ...]:
    """Of a case's labels each person's latest that was not withdrawn, oldest first; nobody counts twice."""
    latest: dict[str, Label] = {}
    for label in labels:
        # By user id alone, as `is_same_person`: a person seen from two workspaces has a single voice.
        before = latest.get(label.expert.user_id)
        if label.withdrawn_at is None and (before is None or order_of(before) < order_of(label)):
            latest[label.expert.user_id] = label
    return tuple(sorted(latest.values(), key=lambda label: (label.labeled_at, label.expert)))


def order_of(label: Label) -> tuple[int, datetime, ExpertId]:
    """Which of a person's answers came later; rounds were once counted in each workspace apart."""
    return label.round, label.labeled_at, label.expert
