"""What a model predicted, and the submission that carries it from a service."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

Scalar = str | int | float | bool | None
NOTHING: Mapping[str, str] = MappingProxyType({})
NO_SCORES: Mapping[str, float] = MappingProxyType({})


class Origin(StrEnum):
    """Where a prediction comes from; only `production` counts in numbers about all traffic."""

    PRODUCTION = "production"
    SYNTHETIC = "synthetic"
    RED_TEAM = "red_team"
    # No service may say these, but a row with such an origin stays readable: see POSTED_ORIGINS.
    GOLD = "gold"
    PLANTED = "planted"
    REPEAT = "repeat"


POSTED_ORIGINS = (Origin.PRODUCTION, Origin.SYNTHETIC, Origin.RED_TEAM)
"""What a service may say of its predictions. The other names are reserved for cases that are put in here."""


@dataclass(frozen=True, slots=True)
class ModelRef:
    """Name and version of the model that predicted."""

    name: str
    version: str


@dataclass(frozen=True, slots=True)
class Prediction:
    """A label with the model's probability of it (`confidence`, 0 to 1) and, where it says, of all labels.

    `confidence` is None where the model gave neither it nor probabilities: then a person looks. `scores` are
    what else it says in numbers, by name, on whatever scale.
    """

    label: str
    confidence: float | None
    model: ModelRef
    probabilities: Mapping[str, float] | None = None
    scores: Mapping[str, float] = field(default_factory=lambda: NO_SCORES)

    def runners_up(self, count: int) -> tuple[tuple[str, float], ...]:
        """The `count` most probable other labels, most probable first."""
        others = [(name, p) for name, p in (self.probabilities or {}).items() if name != self.label]
        # By name where they are equal: what experts are shown
        # must not change with the order of a JSON object.
        return tuple(sorted(others, key=lambda pair: (-pair[1], pair[0]))[:count])

    @property
    def margin(self) -> float | None:
        """Distance in probability between the label and the best other; None without probabilities."""
        others = self.runners_up(1)
        return self.confidence - others[0][1] if others and self.confidence is not None else None

    @property
    def entropy(self) -> float | None:
        """Shannon entropy in nats; None without probabilities."""
        if self.probabilities is None:
            return None
        # + 0.0 makes of −0.0, for a probability of 1, a plain 0.
        return -sum(p * math.log(p) for p in self.probabilities.values() if p > 0) + 0.0


@dataclass(frozen=True, slots=True)
class Image:
    """A picture of the input: a public link, or `image_id` of stored bytes that are uploaded to Slack."""

    alt_text: str
    url: str | None = None
    image_id: str | None = None


@dataclass(frozen=True, slots=True)
class CaseInput:
    """What the model saw, as an expert should see it."""

    text: str | None = None
    fields: Mapping[str, Scalar] = field(default_factory=dict)
    link: str | None = None
    image: Image | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """Something that speaks for or against the prediction, shown below the input."""

    title: str
    text: str | None = None
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Submission:
    """A posted prediction with its input and circumstances; `(service, external_id)` names it for ever.

    `recommended_action` is what the service would do, `intent` what the answer is for, both in its words;
    `group` names what it shares with other predictions that may be wrong together: a run, person or merchant.
    """

    service: str
    external_id: str
    task: str
    input: CaseInput
    prediction: Prediction
    occurred_at: datetime
    origin: Origin = Origin.PRODUCTION
    evidence: tuple[Evidence, ...] = ()
    slices: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    callback_url: str | None = None
    due_in: timedelta | None = None
    recommended_action: str | None = None
    intent: str | None = None
    group: str | None = None
