"""What was measured and is in force when predictions are routed; replaced whole, never changed."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from routing.cell import EVERYTHING, Cell
from routing.evidence.calibrator import Calibrator
from routing.evidence.error_patterns import PREDICTED
from routing.evidence.grant import Grant, GrantTerms, lapse_of
from routing.policy import Tier
from routing.prediction import Submission
from routing.triage.novelty import Novelty, NoveltyProfile

ModelKey = tuple[str, str, str]
"""`(task, model name, model version)`."""
TierKey = tuple[str, str]
"""`(task, tier)`."""
SliceKey = tuple[str, str, str, str]
"""`(task, tier, name, value)` of a slice; the name may be PREDICTED."""
StreamKey = tuple[str, str, str, str]
"""`(task, tier, model name, model version)`."""
GrantKey = tuple[str, str, str, str, str]
"""`(task, tier, model name, model version, cell)`: the key of a cell of the traffic."""


@dataclass(frozen=True, slots=True)
class RuleRef:
    """Which rule weighs the answers of a task, and the digest of the labels that it knows."""

    version: str
    labels_digest: str


@dataclass(frozen=True, slots=True)
class CheckRegion:
    """From which confidence on a threshold is about to be certified; raw, or as the calibrator reads it."""

    threshold: float
    is_raw: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """What is in force for which task, model and tier.

    `novelty` and `consensus` are by task, `audits` are the shares that the estimates need, `slice_audits`
    those of slices that a lead wants checked, `suspensions` say in words why a threshold that was granted is
    not in force any more. In the `check_regions` every label is checked until there is a threshold.
    """

    calibrators: Mapping[ModelKey, Calibrator] = field(default_factory=dict)
    thresholds: Mapping[GrantKey, Grant] = field(default_factory=dict)
    novelty: Mapping[str, NoveltyProfile] = field(default_factory=dict)
    audits: Mapping[TierKey, float] = field(default_factory=dict)
    slice_audits: Mapping[SliceKey, float] = field(default_factory=dict)
    suspensions: Mapping[GrantKey, str] = field(default_factory=dict)
    consensus: Mapping[str, RuleRef] = field(default_factory=dict)
    check_regions: Mapping[StreamKey, CheckRegion] = field(default_factory=dict)

    def check_region(self, submission: Submission, tier: str) -> CheckRegion | None:
        """The region of the tier and model that is about to be certified."""
        model = submission.prediction.model
        return self.check_regions.get((submission.task, tier, model.name, model.version))

    def consensus_version(self, task: str, labels_digest: str) -> str | None:
        """The version of the task's rule that weighs answers; None without any for these labels."""
        rule = self.consensus.get(task)
        return rule.version if rule is not None and rule.labels_digest == labels_digest else None

    def calibrator(self, submission: Submission) -> Calibrator | None:
        """The calibrator of the task for the model that predicted."""
        model = submission.prediction.model
        return self.calibrators.get((submission.task, model.name, model.version))

    def novelty_of(self, submission: Submission) -> Novelty | None:
        """How the case is unlike everything that was labeled; None where it is not, or nobody knows."""
        profile = self.novelty.get(submission.task)
        return profile.judge(submission.input) if profile else None

    def audit_share(self, submission: Submission, tier: Tier) -> float:
        """The chance of an audit: what the estimates need, and never less than the tier and its slices do."""
        asked = self.audits.get((submission.task, tier.name), 0.0)
        return max(tier.audit_of(submission.slices), asked, self._slice_share(submission, tier.name))

    def _slice_share(self, submission: Submission, tier: str) -> float:
        if not self.slice_audits:
            return 0.0
        named = (*submission.slices.items(), (PREDICTED, submission.prediction.label))
        return max(self.slice_audits.get((submission.task, tier, *each), 0.0) for each in named)

    def suspension(self, submission: Submission, tier: str, cell: Cell | None) -> str | None:
        """Why what was granted for this model, or for this cell of its traffic, is suspended."""
        if not self.suspensions:
            return None
        keys = _keys(submission, tier, cell)
        return next((self.suspensions[key] for key in keys if key in self.suspensions), None)

    def grant(self, submission: Submission, tier: str, cell: Cell | None, terms: GrantTerms) -> Grant | None:
        """The granted threshold for this model that holds under these terms.

        That of its `cell` goes before that for everything.
        """
        for key in _keys(submission, tier, cell):
            grant = self.thresholds.get(key)
            # Asked of each prediction, not left to the watch:
            # between a change and the revocation nothing may pass.
            if grant is not None and lapse_of(grant, terms) is None:
                return grant
        return None


def _keys(submission: Submission, tier: str, cell: Cell | None) -> list[GrantKey]:
    """What a grant for this prediction may be named by: its cell, then everything."""
    model = submission.prediction.model
    named = [EVERYTHING] if cell is None else [cell, EVERYTHING]
    return [(submission.task, tier, model.name, model.version, part.key) for part in named]


NOTHING_STANDING = Standing()
