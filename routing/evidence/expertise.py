"""What an expert's answers are worth, as measured: values, without numpy."""

from dataclasses import dataclass

from routing.evidence.estimate import Interval


@dataclass(frozen=True, slots=True)
class SkillEstimate:
    """How often an expert is right in a slice, from `right` of `n` answers to cases whose truth is settled.

    `value` is drawn towards the other experts' of the slice, the more so the fewer answers there are.
    """

    expert: str
    slice: str
    right: int
    n: int
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Retest:
    """How often an expert says the same again of `n` cases seen twice; kappa is corrected for chance."""

    n: int
    same: float
    low: float
    high: float
    kappa: float | None


@dataclass(frozen=True, slots=True)
class OwnConfidence:
    """How far the confidence that experts state holds, over `n` answers (`brier`, `ece`: 0 is best).

    `ece_if_calibrated` is what 95 of 100 perfectly calibrated experts would stay under at this n.
    """

    n: int
    stated: float
    right: float
    brier: float
    ece: float
    ece_if_calibrated: float


@dataclass(frozen=True, slots=True)
class SessionChange:
    """Whether errors become more frequent within a session: the sum's `highest` value beside its `limit`.

    `at` is the place of the answer with which the limit was passed, None where it was not.
    """

    highest: float
    limit: float
    at: int | None


@dataclass(frozen=True, slots=True)
class Arm:
    """Of `drawn` cases so many `agreed` with the prediction; no answer counts as not agreeing.

    Raises ValueError for counts that cannot be.
    """

    agreed: int
    drawn: int

    def __post_init__(self) -> None:
        if not 0 <= self.agreed <= self.drawn:
            raise ValueError(f"agreed and drawn have to be ascending counts: {self}")


@dataclass(frozen=True, slots=True)
class Anchoring:
    """How much more often a prediction is agreed with where it is shown than where it is hidden.

    `value` is the difference of shares with its interval, `within_strata` the same between cases of like
    confidence (Mantel and Haenszel) with its own, `p_value` the one-sided one of no difference within
    strata. None where an arm, or either arm of every stratum, is empty.
    """

    shown: Arm
    hidden: Arm
    value: float | None
    interval: Interval | None
    within_strata: float | None
    stratified: Interval | None
    p_value: float | None


@dataclass(frozen=True, slots=True)
class TaskAnchoring:
    """How far the experts of a task follow what they see of the model, whoever they are."""

    task: str
    effect: Anchoring


@dataclass(frozen=True, slots=True)
class StatedConfidence:
    """Of `n` answers of which experts said to be this sure (`low`, `medium`, `high`) so many were `right`."""

    stated: str
    right: int
    n: int


@dataclass(frozen=True, slots=True)
class TaskConfidence:
    """How far the confidence holds that experts of a task state in their answers, whoever they are.

    `score` takes the words for the numbers that they stand for.
    """

    task: str
    parts: tuple[StatedConfidence, ...]
    score: OwnConfidence
