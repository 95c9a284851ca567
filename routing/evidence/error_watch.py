"""A model's error under watch over all weeks, against the error that a team allows; without numpy."""

from dataclasses import dataclass

from routing.prediction import ModelRef

EVERYTHING_IN = ""
"""The tier of a watch over all that comes in, whatever became of it."""


@dataclass(frozen=True, slots=True)
class TargetReport:
    """What labels, in the order their predictions came in, say of an error of at most the target.

    `is_above`: the evidence against it was enough, and the labels since have not taken that back. It is the
    last of so many `breaches`; `e_value` is the largest evidence since the one before.
    """

    n: int
    errors: int
    e_value: float
    breaches: int
    is_above: bool


@dataclass(frozen=True, slots=True)
class ErrorWatch:
    """The watch over what a tier accepts of a model, or over all that comes in (`tier` is EVERYTHING_IN).

    `is_above`: the labels of all weeks say that its error exceeds `target`; of models that never exceed it,
    at most a share `delta` is ever called so. `e_value` is the evidence. Of `received` predictions of the
    digest's period `labeled` were decided, `errors` of these wrong, which comes to the share `error` of all
    of them; None where nothing was decided. `rule` is what people call the tier; None in digests of earlier
    versions, which have its name alone.
    """

    task: str
    tier: str
    model: ModelRef
    target: float
    delta: float
    is_above: bool
    e_value: float
    received: int
    labeled: int
    errors: int
    error: float | None
    rule: str | None = None

    @property
    def excess(self) -> float:
        """How many more predictions of the period were wrong than are allowed, in expectation."""
        return max(0.0, (self.error or 0.0) - self.target) * self.received
