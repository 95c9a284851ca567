"""The tests of thresholds: how many trials each rests on, and how many of these count as wrong."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np

from routing.evidence.estimate import Reach
from routing.evidence.promise import CertificateMethod
from routing.measures.certification.acceptance_regions import Regions
from routing.measures.certification.audit_bound import errors_upper
from routing.measures.certification.fallback import (
    Counts,
    Starts,
    fallback,
    parts_of,
    passing_from,
    reached,
)
from routing.measures.certification.group_sizes import SizeCounts
from routing.measures.certification.group_tests import counts_like, group_chances, group_limit
from routing.measures.sample import Floats

LOWERING = 0.75
"""The part of δ for thresholds up to the present threshold; the rest is for those above it."""
AUDITS = 0.7
"""The part of that for what audits may have missed; the rest is for how the future may differ."""
FROM_LABELS = Starts(number=3, first_part=0.5, tolerated=2)
"""Of seven settings on four data sets, equal parts or stricter starts accepted less in most, one start alone
nothing up to a third of the time."""
FROM_CENSUS = Starts(number=6, first_part=1 / 6, tolerated=0)
"""Strict to loose, the bound first falls, as what audits may have missed is the same for more predictions: a
start may well fail, so there are more. With 2,000 predictions they accepted twice as much as three did."""
SINGLE_SEQUENCE = Starts(number=1, first_part=1.0, tolerated=2)
RAISED = 10
"""So many thresholds are tried at most where each needs a bound of its own, which takes a while."""


@dataclass(frozen=True, slots=True)
class Tests:
    """A test for each region: `wrong` of `trials` at most, together at `delta`.

    For the future, exact binomial tests, or those of groups where some of the trials share one (`groups`), in
    sequences from `starts`. For this period `wrong` bounds
    all of them at once already: nothing is left to be tested.
    """

    trials: Counts
    wrong: Counts
    delta: float
    starts: Starts
    groups: SizeCounts
    reach: Reach = Reach.FUTURE

    def chances(self, error: float) -> Floats:
        """The p-values of the hypotheses that more than a share of `error` is wrong."""
        if self.reach is Reach.PERIOD:
            return np.where(self.wrong <= error * self.trials, 0.0, 1.0)
        return group_chances(self.groups, self.wrong, error, self.delta)

    def reached(self, error: float, parts: Mapping[int, float]) -> Floats:
        """The same of those that sequences from the starts of `parts` come to; 1 for others."""
        if self.groups.are_single.all():
            return self.chances(error)
        return reached(lambda place: self._chance(place, error), len(self.trials), parts, self.delta)

    def no_less(self, error: float, part: float) -> Floats:
        """No less than the p-values, and as small where they are at most δ, or `part` of it.

        If more trials pass sooner; only to choose where sequences start.
        """
        if self.groups.are_single.all():
            return self.chances(error)
        chances = np.ones(len(self.trials))
        for limit in (self.delta, self.delta * part):
            passes = partial(self._passes, error=error, limit=limit)
            chances[passing_from(passes, len(chances)) :] = limit
        return chances

    def _passes(self, place: int, error: float, limit: float) -> bool:
        return self._chance(place, error) <= limit

    def _chance(self, place: int, error: float) -> float:
        groups, wrong = self.groups.only([place]), self.wrong[place : place + 1]
        return float(group_chances(groups, wrong, error, self.delta)[0])


@dataclass(frozen=True, slots=True)
class Pass:
    """The loosest region that passed, and the upper limit of its error."""

    place: int
    bound: float


@dataclass(frozen=True, slots=True)
class Family:
    """Regions, and how they are tested with `delta`."""

    method: CertificateMethod
    regions: Regions
    delta: float
    tests_of: Callable[[Regions, float], Tests]

    def tests(self, regions: Regions | None = None) -> Tests:
        """The tests of the regions, or of others in their place."""
        return self.tests_of(self.regions if regions is None else regions, self.delta)

    def alike(self, place: int, labels: int, error: float) -> int | None:
        """How many labels of which no two share a group tell as much; None where none of the region do."""
        groups = self.tests().groups.only([place])
        if groups.are_single[0]:
            return None
        return max(1, round(labels * counts_like(groups, error) / int(groups.total[0])))

    def passed(self, error: float) -> Pass | None:
        """The loosest region that passes; for the future, in the order of the fallback procedure."""
        tests = self.tests()
        if tests.reach is Reach.PERIOD:
            possible = np.flatnonzero(tests.chances(error) <= self.delta)
            if not len(possible):
                return None
            place = int(possible[-1])
            return Pass(place, int(tests.wrong[place]) / int(tests.trials[place]))
        parts = parts_of(self._if_errors(tests, error), tests.trials, tests.delta, tests.starts)
        loosest = fallback(tests.reached(error, parts), parts)
        if loosest is None:
            return None
        place, part = loosest
        groups = tests.groups.only([place])
        return Pass(place, group_limit(groups, int(tests.wrong[place]), part, error))

    def _if_errors(self, tests: Tests, error: float) -> list[Floats]:
        """The p-values had there been 0, 1, 2 … errors, or as many groups wrong altogether.

        Where an error seldom comes alone, what starts where two would pass ends at the first such group.
        """
        size = tests.groups.of_a_prediction
        counts = (np.rint(size * number).astype(np.int64) for number in range(tests.starts.tolerated + 1))
        made_up = (self.tests(self.regions.with_errors(count)) for count in counts)
        return [others.no_less(error, tests.starts.first_part) for others in made_up]


def families(regions: Regions, delta: float, present: float | None, reach: Reach) -> list[Family]:
    """The families of tests, which share `delta`; the first that passes counts.

    For this period, thresholds up to `present` (or up to where the audits begin). For the future: where
    everything has the same inclusion probability, its labels are a random sample of every region: one
    family. Else the same thresholds come first, by census and audits; then those above, of which mostly the
    audits tell.
    """
    limit = regions.lowest_audited() if present is None else present
    above = regions.thresholds > limit
    if reach is Reach.PERIOD:
        return [Family("census_and_audit", regions.only(~above), delta, of_this_period)]
    if len(regions.chances) == 1:
        return [Family("fixed_sequence", regions, delta, sample)]
    lowering, raising = regions.only(~above), regions.only(above)
    if not len(raising.thresholds):
        return [Family("census_and_audit", lowering, delta, census_and_audit)]
    first = Family("census_and_audit", lowering, delta * LOWERING, census_and_audit)
    return [first, _raising(raising, delta * (1 - LOWERING))]


def _raising(regions: Regions, delta: float) -> Family:
    present = regions.with_traffic()
    if len(present.chances) == 1:
        return Family("fixed_sequence", present, delta, sample)
    every = math.ceil(len(present.thresholds) / RAISED)
    return Family("census_and_audit", present.only(slice(None, None, every)), delta, each_census_and_audit)


def sample(regions: Regions, delta: float) -> Tests:
    """Labels with the same inclusion probability: a binomial test of the errors among them."""
    return Tests(
        regions.labels.sum(axis=0), regions.errors.sum(axis=0), delta, FROM_LABELS, regions.label_groups
    )


def census_and_audit(regions: Regions, delta: float) -> Tests:
    """All that a region would accept: the census' errors, and one bound for those that audits missed.

    That bound is on the errors of all that is not in the census, so it serves every region at once and is
    paid for once (part AUDITS of `delta`). If it holds, a region that passes would have passed with the true
    number of errors, so the rest of `delta` is the chance that a binomial test errs about the future.
    """
    missed = errors_upper(regions.audited(-1), delta * AUDITS)
    wrong = np.minimum(regions.census_errors + missed, regions.accepted)
    return Tests(regions.accepted, wrong, delta * (1 - AUDITS), FROM_CENSUS, regions.received_groups)


def of_this_period(regions: Regions, delta: float) -> Tests:
    """The same bound for all of `delta`: it holds for every region of this period at once."""
    wrong = regions.census_errors + errors_upper(regions.audited(-1), delta)
    errors = np.minimum(wrong, regions.accepted)
    return Tests(regions.accepted, errors, delta, FROM_CENSUS, regions.received_groups, Reach.PERIOD)


def each_census_and_audit(regions: Regions, delta: float) -> Tests:
    """The same with a bound of its own for each region, which leaves one sequence of tests to be paid for."""
    places = range(len(regions.thresholds))
    missed = np.asarray([errors_upper(regions.audited(place), delta * AUDITS) for place in places])
    wrong = np.minimum(regions.census_errors + missed, regions.accepted)
    return Tests(regions.accepted, wrong, delta * (1 - AUDITS), SINGLE_SEQUENCE, regions.received_groups)
