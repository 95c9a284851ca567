"""Whether a prediction may pass without review: its confidence held against a threshold, and why."""

from dataclasses import dataclass

from routing.evidence.grant import GrantTerms
from routing.policy import CertifiedThreshold, Tier
from routing.prediction import Submission
from routing.triage.in_force import Standing


@dataclass(frozen=True, slots=True)
class Confidence:
    """How sure the model is of its label: raw, and after its calibrator, if any is in force."""

    raw: float
    calibrated: float | None = None
    calibrator_version: str | None = None

    @property
    def counts(self) -> float:
        """What thresholds are held against."""
        return self.raw if self.calibrated is None else self.calibrated

    def shown(self, digits: int) -> str:
        """What counts, and the raw confidence where that reads differently."""
        counts, raw = f"{self.counts:.{digits}f}", f"{self.raw:.{digits}f}"
        return counts if counts == raw else f"{counts} ({raw} before calibration)"


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Whether a prediction passes, the reason, and what it was held against."""

    is_accepted: bool
    reason: str
    threshold: float | None = None
    certificate_id: str | None = None


def confidence_of(submission: Submission, standing: Standing) -> Confidence | None:
    """The model's confidence in its label, calibrated where a calibrator is in force for this model.

    None where the model gave none.
    """
    prediction = submission.prediction
    if prediction.confidence is None:
        return None
    calibrator = standing.calibrator(submission)
    if calibrator is None:
        return Confidence(prediction.confidence)
    return Confidence(prediction.confidence, calibrator.apply(prediction), calibrator.version)


def accept(
    submission: Submission,
    tier: Tier,
    labels_digest: str,
    confidence: Confidence | None,
    standing: Standing,
) -> Acceptance:
    """Hold `confidence` against the tier's threshold, or what is certified for its promise.

    Without a confidence nothing is accepted.
    """
    wanted = tier.accept_above
    if wanted == "always_review":
        return Acceptance(False, f"tier {tier.name}: always reviewed")
    if confidence is None:
        return Acceptance(False, f"the model gave no confidence (tier {tier.name})")
    if not isinstance(wanted, CertifiedThreshold):
        return _held(tier, confidence, wanted)
    cell = wanted.cell_of(submission.slices)
    place = f"(tier {tier.name}, {cell.words})" if cell else f"(tier {tier.name})"
    # Before the grants: where a cell's threshold was revoked, that for everything must not take its place.
    suspended = standing.suspension(submission, tier.name, cell)
    if suspended is not None:
        return Acceptance(False, f"{suspended} {place}")
    # With the calibrator's version: a threshold lies on the
    # scale of its calibrator, and means nothing on another.
    terms = GrantTerms(wanted.promise, wanted.cells, labels_digest, confidence.calibrator_version)
    grant = standing.grant(submission, tier.name, cell, terms)
    if grant is None:
        model = submission.prediction.model
        missing = f"no threshold is certified yet for model {model.name} {model.version}"
        return Acceptance(False, f"{missing} {place}")
    granted = f", granted for {grant.promise.words}"
    return _held(tier, confidence, grant.threshold, granted, grant.certificate_id)


def _held(
    tier: Tier, confidence: Confidence, threshold: float, granted: str = "", certificate_id: str | None = None
) -> Acceptance:
    # Reaching it is enough: what is tested for a certificate is everything from the threshold on.
    is_accepted = confidence.counts >= threshold
    verb = "reaches" if is_accepted else "is below"
    # With two digits "0.95 is below 0.95" would read like a fault of ours.
    digits = 2 if is_accepted else _telling_digits(confidence.counts, threshold)
    why = f"confidence {confidence.shown(digits)} {verb} {threshold:.{digits}f}{granted} (tier {tier.name})"
    return Acceptance(is_accepted, why, threshold, certificate_id)


def _telling_digits(low: float, high: float) -> int:
    """How many digits tell the two apart."""
    return next((n for n in (2, 3, 4, 6) if f"{low:.{n}f}" != f"{high:.{n}f}"), 9)
