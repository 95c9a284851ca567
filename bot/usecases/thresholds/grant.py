"""Which thresholds an attempt grants: that for everything, or those of cells where they accept more."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.usecases.thresholds.attempt import Basis
from bot.usecases.thresholds.evidence_arrays import conclude
from routing.cell import EVERYTHING, Cell
from routing.evidence.promise import Certificate, NotYet
from storage.evidence.tier_window import TierWindow

if TYPE_CHECKING:
    from routing.measures.certification.check_design import Checks
    from routing.measures.estimation.coverage_curve import Traffic

DAY = timedelta(days=1)
WORTH_DIVIDING = 0.02
"""Thresholds by cell are taken only if they accept at least so much more of what was received."""


@dataclass(frozen=True, slots=True)
class CellTest:
    """The test of a cell: its traffic, the threshold it was held against until now, and the conclusion.

    `days` is how long its traffic took to come in.
    """

    cell: Cell
    traffic: "Traffic"
    in_force: float | None
    conclusion: Certificate | NotYet
    days: float = 1.0

    @property
    def granted(self) -> Certificate | None:
        """The certificate that the test would grant."""
        return self.conclusion if isinstance(self.conclusion, Certificate) else None

    @property
    def accepts(self) -> float:
        """How many of its predictions would be accepted in a day, with the looser of the two thresholds."""
        granted = self.granted.threshold if self.granted else None
        thresholds = [threshold for threshold in (self.in_force, granted) if threshold is not None]
        return self.accepts_from(min(thresholds)) if thresholds else 0.0

    def accepts_from(self, threshold: float) -> float:
        """How many of its predictions reach this threshold in a day."""
        return float((self.traffic.score >= threshold).sum()) / self.days

    @property
    def is_wanted(self) -> bool:
        """Whether the conclusion is to replace what is in force: where it is looser, or where that errs."""
        granted = self.granted
        if granted is None or self.in_force is None or granted.threshold < self.in_force:
            return granted is not None
        # Here, not above: with numpy, which a process loads only when there is something to test.
        from routing.measures.estimation.error_estimate import estimate

        accepted = self.traffic.strata(self.traffic.score >= self.in_force)
        error = estimate("accepted", accepted).period
        errs = error is not None and error.value > granted.promise.error
        return granted.threshold > self.in_force and errs


def cell_test(
    basis: Basis, received: TierWindow, traffic: "Traffic", checks: "Checks | None" = None
) -> CellTest:
    """Test the traffic of what was received with its cell's part of the promise."""
    cell = received.cell
    in_force = basis.in_force_for(cell)
    threshold = in_force.threshold if in_force else None
    if not len(traffic):
        return CellTest(cell, traffic, threshold, NotYet(0, "Nothing came in."))
    # Each cell with its fixed share, also where the others have no
    # data: shares chosen afterwards add up to more than δ.
    share = basis.stream.share(cell)
    conclusion = conclude(traffic, checks, basis.promise, threshold, basis.attempt, share)
    return CellTest(cell, traffic, threshold, conclusion, (received.until - received.since) / DAY)


def to_grant(basis: Basis, tests: Sequence[CellTest]) -> list[CellTest]:
    """The tests whose certificates come into force: each spent a part of its own, so any choice holds."""
    if basis.is_divided:
        return [test for test in tests if test.is_wanted]
    whole = next(test for test in tests if test.cell == EVERYTHING)
    divided = [test for test in tests if test.cell != EVERYTHING and test.granted]
    accepts = sum(test.accepts_from(test.granted.threshold) for test in divided if test.granted)
    if accepts > whole.accepts + WORTH_DIVIDING * len(whole.traffic) / whole.days:
        return divided
    return [whole] if whole.is_wanted else []
