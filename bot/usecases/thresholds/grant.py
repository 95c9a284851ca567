"""Which thresholds an attempt grants: one for everything, or one for each cell where that accepts more."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.usecases.thresholds.attempt import Case
from routing.cell import EVERYTHING, Cell
from routing.evidence.promise import Certificate, NotYet
from storage.evidence.tier_traffic import TierWindow

if TYPE_CHECKING:
    from routing.measures.estimation.coverage_curve import Traffic

DAY = timedelta(days=1)
WORTH_DIVIDING = 0.02
"""Thresholds by cell are taken only if they accept at least so much more of what was received."""


@dataclass(frozen=True, slots=True)
class Trial:
    """The test of a cell: its traffic, the threshold it was held against until now, and what was found.

    `days` is how long its traffic took to come in.
    """

    cell: Cell
    traffic: "Traffic"
    in_force: float | None
    found: Certificate | NotYet
    days: float = 1.0

    @property
    def granted(self) -> Certificate | None:
        """The certificate that the test would grant."""
        return self.found if isinstance(self.found, Certificate) else None

    @property
    def accepts(self) -> float:
        """How many of its predictions would be accepted in a day, with the looser of the two thresholds."""
        found = self.granted.threshold if self.granted else None
        thresholds = [one for one in (self.in_force, found) if one is not None]
        return self.accepts_from(min(thresholds)) if thresholds else 0.0

    def accepts_from(self, threshold: float) -> float:
        """How many of its predictions reach this threshold in a day."""
        return float((self.traffic.score >= threshold).sum()) / self.days

    @property
    def is_wanted(self) -> bool:
        """Whether what was found is to replace what is in force.

        A looser threshold is, a stricter one where the present one errs.
        """
        granted = self.granted
        if granted is None or self.in_force is None or granted.threshold < self.in_force:
            return granted is not None
        from routing.measures.estimation.error_estimate import estimate

        accepted = self.traffic.strata(self.traffic.score >= self.in_force)
        known = estimate("accepted", accepted).period
        errs = known is not None and known.value > granted.promise.error
        return granted.threshold > self.in_force and errs


def trial_of(case: Case, received: TierWindow, traffic: "Traffic") -> Trial:
    """Test the traffic of what was received with its cell's part of the promise."""
    from routing.measures.certification.guarantee import certify

    cell = received.cell
    in_force = case.in_force_for(cell)
    threshold = in_force.threshold if in_force else None
    if not len(traffic):
        return Trial(cell, traffic, threshold, NotYet(0, "Not yet: nothing came in."))
    found = certify(traffic, case.promise, threshold, case.attempt, share=case.stream.share(cell))
    return Trial(cell, traffic, threshold, found, (received.until - received.since) / DAY)


def to_grant(case: Case, tests: Sequence[Trial]) -> list[Trial]:
    """The tests whose certificates come into force: all of them hold at once, so one may choose."""
    if case.is_divided:
        return [one for one in tests if one.is_wanted]
    whole = next(one for one in tests if one.cell == EVERYTHING)
    divided = [one for one in tests if one.cell != EVERYTHING and one.granted]
    accepts = sum(one.accepts_from(one.granted.threshold) for one in divided if one.granted)
    if accepts > whole.accepts + WORTH_DIVIDING * len(whole.traffic) / whole.days:
        return divided
    return [whole] if whole.is_wanted else []
