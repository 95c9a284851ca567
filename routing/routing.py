"""What triage decides about a prediction."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from routing.slack_channel import ChannelName


class Disposition(StrEnum):
    """What triage did with a prediction."""

    AUTO_ACCEPTED = "auto_accepted"
    REVIEW = "review"
    REUSED = "reused"


@dataclass(frozen=True, slots=True)
class Routing:
    """What triage decided. `channel` is the channel's name in the policy.

    `inclusion_probability` is the chance, fixed before the draw, that this prediction was sent to review.
    `is_novel` says that it is reviewed for being unlike anything labeled, whatever its confidence;
    `unreadable`, in words, what kept the tier's rule from being judged: then it is reviewed for that.
    `threshold` is what the confidence was held against, None where nothing is accepted; `certificate_id`
    names the certificate that granted it. `calibrated` is the calibrated confidence, with the version of the
    calibrator that gave it; both are None where none is in force and the confidence counts as it is.
    `second_opinion_chance` is the chance, fixed before the draw, that the case got a second opinion from the
    start (then its quorum is 2); None where its tier has none. `blind_chance` is the same of the prediction
    being hidden from the experts until the case is decided, and `is_blind` what came of that draw.
    """

    disposition: Disposition
    tier: str
    channel: ChannelName
    quorum: int
    due_in: timedelta
    inclusion_probability: float
    is_audit: bool
    reasons: tuple[str, ...]
    calibrated: float | None = None
    calibrator_version: str | None = None
    threshold: float | None = None
    certificate_id: str | None = None
    is_novel: bool = False
    unreadable: str | None = None
    second_opinion_chance: float | None = None
    blind_chance: float | None = None
    is_blind: bool = False
