"""What a tier got, as arrays, and the chance that each of its predictions is wrong."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from routing.evidence.plan import Rerouting, TierKey
from routing.measures.calibration.recalibration import LABELS_NEEDED, applied, fit, of_confidences
from routing.measures.planning.anchor import StratifiedLabels, anchored
from routing.measures.sample import Floats
from routing.policy import Task, Tier

STEPS = 10_000
"""Thresholds are proposed with four digits."""


@dataclass(frozen=True, slots=True)
class TierTraffic:
    """What a tier got in `weeks`, an entry of each array for a prediction.

    `score` is the confidence that counts, NaN where the model gave none: then it is due, and no label of it
    speaks of others. `is_labeled`, `is_error` and `weight` (the inverse of its chance of
    review; any number where it is not labeled) say what experts decided. `is_due` are those that have to be
    reviewed whatever the threshold. `minutes` is what a review takes, `error_cost` what an accepted
    error costs. `threshold` is the policy's, None for always reviewed; `lowest` the lowest that a policy
    may name (see `lowest_threshold`). A tier that `is_kept` keeps `is_due` and accepts all others. `audits`
    are the present audit shares of each where they are not all `audit`, for the sake of `audit_slices`;
    `slices` is the slice "name=value" of each that audits are to be allocated by, empty where it has none.
    `stratum` is the number of its stratum, None where those of equal weight are one; `was_accepted` says
    which were accepted, audits drawn from them included, None where none was.
    """

    key: TierKey
    score: Floats
    is_labeled: npt.NDArray[np.bool_]
    is_error: npt.NDArray[np.bool_]
    weight: Floats
    is_due: npt.NDArray[np.bool_]
    weeks: float
    minutes: float
    error_cost: float
    threshold: float | None
    audit: float
    lowest: float
    is_kept: bool = False
    audit_slices: Mapping[str, float] = field(default_factory=dict)
    audits: Floats | None = None
    slices: npt.NDArray[np.str_] | None = None
    stratum: npt.NDArray[np.intp] | None = None
    was_accepted: npt.NDArray[np.bool_] | None = None

    @property
    def stratified(self) -> StratifiedLabels:
        """What experts decided, by stratum."""
        places = np.unique(self.weight, return_inverse=True)[1] if self.stratum is None else self.stratum
        return StratifiedLabels(places, self.is_labeled, self.is_error)

    @property
    def present_audits(self) -> Floats:
        """The least share of audits of each, as the policy has it."""
        return np.full(len(self.score), self.audit) if self.audits is None else self.audits

    @property
    def labels(self) -> int:
        """How many are labeled."""
        return int(np.count_nonzero(self.is_labeled))


def lowest_threshold(labels: int) -> float:
    """The lowest threshold of a task with so many labels: every model reaches 1/labels."""
    return (STEPS // labels + 1) / STEPS


def expected_errors(traffic: TierTraffic) -> tuple[Floats, bool]:
    """The chance that each is wrong, falling as the score rises; and whether it rests on labels.

    From 30 labels of equal weight on that of Platt's map fitted to them, `anchored` to the estimates of
    errors; else what the score says of itself.
    """
    labeled = traffic.is_labeled
    if traffic.labels:
        labels = of_confidences(
            traffic.score[labeled], ~traffic.is_error[labeled], traffic.weight[labeled].tolist()
        )
        if labels.sample.effective >= LABELS_NEEDED["platt"]:
            has_score = ~np.isnan(traffic.score)
            scored = of_confidences(traffic.score[has_score], np.zeros(has_score.sum(), dtype=bool))
            wrong = np.ones(len(traffic.score))
            wrong[has_score] -= applied(fit("platt", labels), scored)
            was_accepted = np.zeros_like(labeled) if traffic.was_accepted is None else traffic.was_accepted
            wrong[has_score] = anchored(
                traffic.score[has_score],
                wrong[has_score],
                was_accepted[has_score],
                traffic.stratified.at(has_score),
            )
            return wrong, True
    return 1 - traffic.score, False


def traffic_of(
    task: Task, tier: Tier, rows: Sequence[Rerouting], weeks: float, by: str | None = None
) -> TierTraffic:
    """A tier's traffic of `weeks`, from predictions that its policy was replayed on, `by` the slice so named.

    A tier that is always reviewed or under a promise is kept. Of others, what reaches the threshold and is
    reviewed all the same is due, as is what has no confidence. Raises ValueError for no time at all.
    """
    if weeks <= 0:
        raise ValueError(f"the traffic has to cover some time: {weeks} weeks")
    threshold = tier.accept_above if isinstance(tier.accept_above, float) else None
    score = np.array([row.score for row in rows], dtype=np.float64)  # None becomes NaN
    accepted = np.array([row.after.is_accepted for row in rows], dtype=bool)
    chance = np.array([row.inclusion_probability for row in rows], dtype=np.float64)
    was_accepted = np.array([row.before.is_accepted for row in rows], dtype=bool)
    kinds = np.stack([np.round(chance, 9), was_accepted.astype(np.float64)])
    return TierTraffic(
        key=(task.name, tier.name),
        score=score,
        is_labeled=np.array([row.is_labeled and row.score is not None for row in rows], dtype=bool),
        is_error=np.array([row.is_error for row in rows], dtype=bool),
        weight=np.divide(1.0, chance, out=np.ones_like(chance), where=chance > 0),
        # Not `score >= threshold`: NaN is neither below nor above, and has to stay due.
        is_due=~accepted if threshold is None else ~accepted & ~(score < threshold),
        weeks=weeks,
        minutes=(tier.quorum + (tier.second_opinions or 0.0)) * tier.minutes_per_label,
        error_cost=tier.error_cost,
        threshold=threshold,
        audit=tier.audit,
        lowest=lowest_threshold(len(task.label_names)),
        is_kept=threshold is None,
        audit_slices=tier.audit_slices,
        audits=np.array([tier.audit_of(row.slices) for row in rows], dtype=np.float64),
        slices=None if by is None else np.array([_slice(row.slices, by) for row in rows], dtype=np.str_),
        stratum=np.unique(kinds, axis=1, return_inverse=True)[1],
        was_accepted=was_accepted,
    )


def _slice(slices: Mapping[str, str], name: str) -> str:
    return f"{name}={slices[name]}" if slices.get(name) else ""
