"""Promises about the error of what is accepted: what is promised, granted, not granted yet, or watched."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from routing.evidence.odds import percent

CertificateMethod = Literal["fixed_sequence", "census_and_audit"]


@dataclass(frozen=True, slots=True)
class Promise:
    """At most this share of what is accepted is wrong (`error`), with this `confidence`.

    Raises ValueError unless 0 < error < 0.5 and 0.5 ≤ confidence < 1.
    """

    error: float
    confidence: float

    def __post_init__(self) -> None:
        if not 0 < self.error < 0.5:
            raise ValueError(f"the error promised has to lie between 0 and 0.5: {self.error}")
        if not 0.5 <= self.confidence < 1:
            raise ValueError(
                f"the confidence of a promise has to be at least 0.5 and below 1: {self.confidence}"
            )

    @property
    def delta(self) -> float:
        """The chance that the promise fails."""
        return 1 - self.confidence

    @property
    def words(self) -> str:
        """The promise in words: "at most 2 % error with 95 % confidence"."""
        return f"at most {percent(self.error)} error with {percent(self.confidence)} confidence"

    def spent_by(self, attempt: int) -> float:
        """The part of δ for the attempt of this number, counted from 1: 6δ/(π²k²), which adds up to δ.

        However often a threshold is tested, on whatever labels, all that were granted hold at once with
        `confidence`. Raises ValueError for an attempt below 1.
        """
        if attempt < 1:
            raise ValueError(f"attempts are counted from 1: {attempt}")
        # Not in equal parts: nobody can say beforehand how many attempts there will be.
        return 6 * self.delta / (math.pi * attempt) ** 2


WORTH_SAYING = 0.95
"""Groups are spoken of where labels tell less than this share of what they told if each were alone."""


def groups_note(labels: int, alike: int) -> str:
    """That labels come in groups and tell as much as `alike` that do not; empty where it hardly matters."""
    if alike >= WORTH_SAYING * labels:
        return ""
    return f"These cases come in groups that may be wrong together: {labels:,} count like {alike:,}."


@dataclass(frozen=True, slots=True)
class Certificate:
    """A threshold that keeps a promise: accept a calibrated confidence of `threshold` or more.

    `method` is a CertificateMethod, or a method of a newer version. `attempt` counts the tests of this
    promise from 1, `spent` is the chance of failure that this attempt used.
    The test rests on `labels` among `accepted` predictions, `errors` of them wrong; what was asked and is
    `unanswered` was counted as wrong. Where some share a group, the labels tell as much as `alike` that do
    not; None where none do. The error of what will be accepted is at most `bound` with confidence
    1 − `spent`, if it comes from the same source.
    """

    threshold: float
    promise: Promise
    method: str
    attempt: int
    spent: float
    accepted: int
    labels: int
    errors: int
    bound: float
    unanswered: int = 0
    alike: int | None = None

    @property
    def groups_note(self) -> str:
        """What groups make of the labels, as a sentence; empty where that is next to nothing."""
        return "" if self.alike is None else groups_note(self.labels, self.alike)

    def to_json(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Certificate":
        """The certificate that `to_json` gave."""
        return cls(**{**stored, "promise": Promise(**stored["promise"])})


@dataclass(frozen=True, slots=True)
class NotYet:
    """No threshold keeps the promise as far as the labels tell: about `needed` more are missing.

    `needed` is 0 where more labels alone would not help: the model errs too often. So many second opinions
    are `opinions`: as many as `needed` where each label is to have one, or where nothing else is missing.
    """

    needed: int
    why: str
    opinions: int = 0

    def to_json(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "NotYet":
        """The answer that `to_json` gave."""
        return cls(**stored)


def answer_from_json(stored: Mapping[str, Any]) -> Certificate | NotYet:
    """The answer of a test that `to_json` gave."""
    # By its keys: answers that are stored name no kind.
    return Certificate.from_json(stored) if "threshold" in stored else NotYet.from_json(stored)


@dataclass(frozen=True, slots=True)
class MonitorReport:
    """What the audits since a certificate say: is its promise still believable?

    `e_value` is the largest evidence so far against an error of at most the promised error; it reaches 1/δ by
    chance with probability δ at most, however often anybody looks (Ville 1939). `revoked_at` is the index of
    the audit at which it did, None if it never did. The error lies between `low` and `high` with confidence 1
    − δ at all times at once.
    """

    n: int
    errors: int
    e_value: float
    revoked_at: int | None
    low: float
    high: float

    @property
    def is_revoked(self) -> bool:
        """Whether the evidence has turned against the promise."""
        return self.revoked_at is not None
