"""What a lead reads about a team's models: errors on all traffic, thresholds, alarms and what experts say."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from routing.digest.day import Day
from routing.evidence.agreement import TaskAgreement
from routing.evidence.alarm import Alarm
from routing.evidence.calibrator import CalibratorFit
from routing.evidence.error_patterns import ConfusionPair, Contradiction, SliceFinding, Theme
from routing.evidence.error_watch import ErrorWatch
from routing.evidence.estimate import TrafficEstimate
from routing.evidence.expertise import TaskAnchoring, TaskConfidence
from routing.evidence.harm_rates import HarmRate
from routing.evidence.marked_cases import MarkedCases
from routing.evidence.oversight import GoldShare, Oversight
from routing.evidence.promise import Certificate, NotYet, Promise
from routing.evidence.reliability import CalibrationReport
from routing.evidence.risk_coverage import RiskCoverage
from routing.evidence.truth import TaskTruth, Truth
from routing.prediction import ModelRef
from routing.stable_code import Code


class Movement(Code):
    """How an error stands to that of the period before: beyond it or below it surely, or neither."""

    WORSE = "worse"
    BETTER = "better"
    SMALL = "small"


class About(Code):
    """What part of the traffic a row speaks of."""

    ALL = "all"
    ACCEPTED = "accepted"
    TIER = "tier"
    MODEL = "model"
    SLICE = "slice"


@dataclass(frozen=True, slots=True)
class ErrorRow:
    """The model's error on a part of the traffic, now and in the period before (None: nothing came in)."""

    about: About
    name: str
    now: TrafficEstimate
    before: TrafficEstimate | None = None

    @property
    def movement(self) -> Movement | None:
        """None where either rests on no labels; small while the intervals for the future overlap."""
        now, before = self.now.future, self.before.future if self.before else None
        if now is None or before is None:
            return None
        if now.low > before.high:
            return Movement.WORSE
        return Movement.BETTER if now.high < before.low else Movement.SMALL


class ThresholdState(Code):
    """Where a tier's threshold comes from, or why it has none.

    `suspended` was certified and does not hold any more, but is not revoked yet.
    """

    REVIEWED = "always_reviewed"
    FIXED = "fixed"
    GRANTED = "certified"
    NOT_YET = "not_certified"
    REVOKED = "revoked"
    SUSPENDED = "suspended"


@dataclass(frozen=True, slots=True)
class ThresholdRow:
    """The threshold of a tier for a model, or of a `slice`: what is in force, promised, and what could be.

    `in_force` is None where everything is reviewed. `proposal` is what the labels of the last weeks would
    certify for `promise` (the tier's own, or the team's target), `found` the test's answer to it. `gain` is
    the share of the tier's traffic that the proposal would accept beyond what is accepted now; below 0, less.
    `received` came in during the period; 0 in digests of earlier versions. `rule` is what people call the
    tier; None in those, which have its name alone. `truth` is what counts as right in the task's labels; None
    in those as well, and where nothing was decided.
    """

    task: str
    tier: str
    model: ModelRef
    state: ThresholdState
    in_force: float | None
    promise: Promise | None = None
    found: Certificate | NotYet | None = None  # a key of the digests that are stored
    gain: float | None = None
    why: str = ""
    slice: str = ""
    received: int = 0
    rule: str | None = None
    truth: Truth | None = None

    @property
    def place(self) -> str:
        """The tier, and the slice if the threshold is a slice's."""
        return f"{self.tier}, {self.slice}" if self.slice else self.tier

    @property
    def proposal(self) -> float | None:
        """The threshold that could be certified and is not in force; None if there is none."""
        if not isinstance(self.found, Certificate) or self.found.threshold == self.in_force:
            return None
        return self.found.threshold


@dataclass(frozen=True, slots=True)
class ModelFit:
    """How the confidences of a model of a task were calibrated, or why they were left alone."""

    task: str
    model: ModelRef
    fit: CalibratorFit


@dataclass(frozen=True, slots=True)
class TaskConfusion:
    """A confusion of a task's labels."""

    task: str
    pair: ConfusionPair


@dataclass(frozen=True, slots=True)
class AskedAgain:
    """Of a task's cases `silent` were not answered in time, and of those `asked` again `answered` were."""

    task: str
    silent: int
    asked: int
    answered: int


@dataclass(frozen=True, slots=True)
class Quality:
    """All of it for a team and period. `target` is the error that the policy allows, if it names one.

    `calibration`, `slices`, `confusions`, `themes` weigh every label as `errors` do (`label_weights`): they
    speak of all traffic that was watched, whoever has not answered. `watches` hold the models against the
    target over all weeks; `lately` is what was accepted in the last four weeks. `truths` say what counts as
    right in the `errors`, `agreements` how far experts agree, `anchorings` whether they follow the model,
    `asked_again` what became of silent cases, `harms` how harmful labels fall on the slices, `confidences`
    whether experts are as sure as they are right, `marked` which disagreements were marked, `oversight` and
    `golds` what was learned from cases that were put in; all are empty in digests of earlier versions.
    """

    errors: tuple[ErrorRow, ...] = ()
    target: float | None = None
    calibration: CalibrationReport | None = None
    fits: tuple[ModelFit, ...] = ()
    thresholds: tuple[ThresholdRow, ...] = ()
    curve: RiskCoverage | None = None
    days: tuple[Day, ...] = ()
    alarms: tuple[Alarm, ...] = ()
    slices: tuple[SliceFinding, ...] = ()
    confusions: tuple[TaskConfusion, ...] = ()
    themes: tuple[Theme, ...] = ()
    no_themes_because: str = ""
    contradictions: tuple[Contradiction, ...] = field(default=())
    watches: tuple[ErrorWatch, ...] = ()
    lately: TrafficEstimate | None = None
    truths: tuple[TaskTruth, ...] = ()
    agreements: tuple[TaskAgreement, ...] = ()
    anchorings: tuple[TaskAnchoring, ...] = ()
    asked_again: tuple[AskedAgain, ...] = ()
    harms: tuple[HarmRate, ...] = ()
    confidences: tuple[TaskConfidence, ...] = ()
    marked: MarkedCases = field(default_factory=MarkedCases)
    oversight: Oversight | None = None
    golds: tuple[GoldShare, ...] = ()

    def row(self, about: About) -> ErrorRow | None:
        """The first row about that part; None without any."""
        return next((row for row in self.errors if row.about is about), None)


def audits_missing(thresholds: Sequence[ThresholdRow]) -> list[tuple[ThresholdRow, NotYet]]:
    """The tiers that more labels would give a certificate, with what is missing; the fewest first.

    A tier whose certificate is in force is none of them, nor a tier whose model errs too often for any.
    """
    lacking = [
        (row, row.found)
        for row in thresholds
        if isinstance(row.found, NotYet) and row.found.needed and row.state is not ThresholdState.GRANTED
    ]
    return sorted(lacking, key=lambda pair: (pair[1].needed, pair[0].task, pair[0].tier))
