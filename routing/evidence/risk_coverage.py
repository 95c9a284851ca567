"""How the error of what is accepted grows with how much is accepted: values, without numpy."""

from dataclasses import dataclass

from routing.evidence.estimate import FEWEST


@dataclass(frozen=True, slots=True)
class CoveragePoint:
    """Accepting from `threshold` on: which share of all traffic that is, and its error with 95 % interval.

    `labels` is how many labels the error rests on.
    """

    threshold: float
    coverage: float
    error: float
    low: float
    high: float
    labels: int


@dataclass(frozen=True, slots=True)
class RiskCoverage:
    """The curve of a task, tier and model over `received` predictions, from strict to loose.

    `current` is the threshold in force, `promised` what a certificate grants or would grant; None
    where there is none. `target` is the error that is allowed, if it is named.
    """

    name: str
    received: int
    points: tuple[CoveragePoint, ...]
    current: float | None = None
    promised: float | None = None
    target: float | None = None

    @property
    def is_telling(self) -> bool:
        """Whether any of it rests on enough labels to be shown."""
        return any(point.labels >= FEWEST for point in self.points)

    def at(self, threshold: float) -> CoveragePoint | None:
        """The loosest point that is no looser than `threshold`; None if every point is."""
        strict = [point for point in self.points if point.threshold >= threshold]
        return strict[-1] if strict else None
