"""Which thresholds an attempt grants: one for everything, or one for each cell where that accepts more."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.usecases.certifiable import Case
from routing.cell import EVERYTHING, Cell
from routing.promise import Certificate, NotYet

if TYPE_CHECKING:
    from routing.measures.risk_coverage import Traffic

WORTH_DIVIDING = 0.02
"""Thresholds by cell are taken only if they accept at least so much more of what was received."""


@dataclass(frozen=True, slots=True)
class Trial:
    """The test of a cell: its traffic, the threshold it was held against until now, and what was found."""

    cell: Cell
    traffic: "Traffic"
    in_force: float | None
    found: Certificate | NotYet

    @property
    def granted(self) -> Certificate | None:
        """The certificate that the test would grant."""
        return self.found if isinstance(self.found, Certificate) else None

    @property
    def accepts(self) -> int:
        """How many of its predictions would be accepted, with the looser of the two thresholds."""
        found = self.granted.threshold if self.granted else None
        thresholds = [one for one in (self.in_force, found) if one is not None]
        return int((self.traffic.score >= min(thresholds)).sum()) if thresholds else 0

    @property
    def is_wanted(self) -> bool:
        """Whether what was found is to replace what is in force.

        A looser threshold is, a stricter one where the present one errs.
        """
        granted = self.granted
        if granted is None or self.in_force is None or granted.threshold < self.in_force:
            return granted is not None
        from routing.measures.estimation import estimate

        accepted = self.traffic.strata(self.traffic.score >= self.in_force)
        known = estimate("accepted", accepted).period
        errs = known is not None and known.value > granted.promise.error
        return granted.threshold > self.in_force and errs


def trial_of(case: Case, cell: Cell, traffic: "Traffic") -> Trial:
    """Test the cell's traffic with its part of the promise."""
    from routing.measures.guarantee import certify

    in_force = case.in_force_for(cell)
    threshold = in_force.threshold if in_force else None
    if not len(traffic):
        return Trial(cell, traffic, threshold, NotYet(0, "Not yet: nothing came in."))
    found = certify(traffic, case.promise, threshold, case.attempt, share=case.stream.share(cell))
    return Trial(cell, traffic, threshold, found)


def to_grant(case: Case, tests: Sequence[Trial]) -> list[Trial]:
    """The tests whose certificates come into force: all of them hold at once, so one may choose."""
    if case.is_divided:
        return [one for one in tests if one.is_wanted]
    whole = next(one for one in tests if one.cell == EVERYTHING)
    divided = [one for one in tests if one.cell != EVERYTHING and one.granted]
    accepts = sum(int((one.traffic.score >= one.granted.threshold).sum()) for one in divided if one.granted)
    if accepts > whole.accepts + WORTH_DIVIDING * len(whole.traffic):
        return divided
    return [whole] if whole.is_wanted else []
