"""Counts of each region that a threshold would accept: how many came in, were labeled, were wrong."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from routing.measures.certification.audit_bound import AuditedStratum
from routing.measures.certification.fallback import Counts
from routing.measures.certification.group_sizes import SizeCounts, scaled_counts, size_counts
from routing.measures.estimation.coverage_curve import Traffic
from routing.measures.sample import Floats

Bools = npt.NDArray[np.bool_]
GRID = 200
DIGITS = 9
"""Inclusion probabilities that agree to so many digits are equal."""


@dataclass(frozen=True, slots=True)
class Regions:
    """Counts by stratum (a row each, by `chances`) and region (a column each, by `thresholds`, falling).

    A region is everything with a score of its threshold or more; `labels` were asked, and of these `errors`
    are wrong or `unanswered`, which counts as wrong in the census (a chance of 1) and among audits alike:
    whether experts answer may depend on how hard the case is. `received_groups` and `label_groups` say how
    many of all that came in, and of the labels, share a group.
    """

    thresholds: Floats
    chances: Floats
    received: Counts
    labels: Counts
    errors: Counts
    unanswered: Counts
    received_groups: SizeCounts
    label_groups: SizeCounts

    @property
    def is_census(self) -> Bools:
        """Which strata were asked whole."""
        return self.chances >= 1

    @property
    def accepted(self) -> Counts:
        """How many each region would accept."""
        return np.asarray(self.received.sum(axis=0))

    @property
    def census_errors(self) -> Counts:
        """Errors of the part of each region that was asked whole."""
        return np.asarray(self.errors[self.is_census].sum(axis=0))

    def audited(self, place: int) -> list[AuditedStratum]:
        """The strata of a region that were not asked whole."""
        rows = np.flatnonzero(~self.is_census & (self.received[:, place] > 0))
        columns = (self.received, self.labels, self.errors)
        return [AuditedStratum(*(int(column[row, place]) for column in columns)) for row in rows]

    def lowest_audited(self) -> float:
        """The highest threshold that leaves out nothing but census: the highest of all without audits."""
        others = self.received[~self.is_census].sum(axis=0)
        return float(self.thresholds[np.argmax(others == others[-1])])

    def with_traffic(self) -> "Regions":
        """Without the strata of which no region holds anything."""
        rows = self.received[:, -1] > 0
        names = ("chances", "received", "labels", "errors", "unanswered")
        return replace(self, **{name: getattr(self, name)[rows] for name in names})

    def only(self, places: Bools | slice) -> "Regions":
        """Some of the regions."""
        return Regions(
            self.thresholds[places],
            self.chances,
            self.received[:, places],
            self.labels[:, places],
            self.errors[:, places],
            self.unanswered[:, places],
            self.received_groups.only(places),
            self.label_groups.only(places),
        )

    def with_errors(self, errors: int | Counts) -> "Regions":
        """The same regions, had the stratum that was looked at least shown so many errors, no other any.

        In each of them, or as many in each as `errors` says.
        """
        return self._with(np.zeros_like(self.errors), errors)

    def with_another_error(self) -> "Regions":
        """The same regions, had that stratum shown another error."""
        return self._with(self.errors.copy(), 1)

    def _with(self, made_up: Counts, more: int | Counts) -> "Regions":
        watched = np.flatnonzero(self.labels[:, -1] > 0)
        if len(watched):
            row = watched[np.argmin(self.labels[watched, -1] / self.received[watched, -1])]
            made_up[row] = np.minimum(made_up[row] + more, self.labels[row])
        return replace(self, errors=made_up)

    def scaled(self, factor: float) -> "Regions":
        """The same regions in a window that is `factor` times as long and goes on as it was."""
        return Regions(
            self.thresholds,
            self.chances,
            scaled_counts(self.received, factor),
            scaled_counts(self.labels, factor),
            scaled_counts(self.errors, factor),
            scaled_counts(self.unanswered, factor),
            self.received_groups.scaled(factor),
            self.label_groups.scaled(factor),
        )


def regions_of(traffic: Traffic, present: float | None = None) -> Regions:
    """The regions on a grid of quantiles of all scores, labeled or not, and that of `present`.

    Raises ValueError for values that cannot be, and without predictions.
    """
    _check(traffic)
    shares = 1 - np.arange(1, GRID + 1) / GRID
    # Of all scores, whether labeled or not: thresholds that labels chose would be tested on what chose them.
    grid = np.quantile(traffic.score, np.maximum(shares, 0), method="inverted_cdf")
    thresholds = np.unique(grid if present is None else np.append(grid, present))[::-1]
    chance = np.round(traffic.inclusion_probability, DIGITS)
    # A chance that rounds to 1 is a census: what was left out of it counts as unanswered, hence as wrong.
    asked = traffic.is_asked | (chance >= 1)
    unanswered = asked & ~traffic.is_labeled
    wrong = (traffic.is_labeled & traffic.is_error) | unanswered
    columns = (np.ones_like(asked), asked, wrong, unanswered)
    strata = [chance == mask for mask in np.unique(chance)]
    received, labels, errors, silent = (
        _counted(traffic.score, (mask & column for mask in strata), thresholds) for column in columns
    )
    groups = None if traffic.group is None else traffic.group[asked]
    return Regions(
        thresholds,
        np.unique(chance),
        received,
        labels,
        errors,
        silent,
        size_counts(traffic.score, traffic.group, thresholds),
        size_counts(traffic.score[asked], groups, thresholds),
    )


def _check(traffic: Traffic) -> None:
    if not len(traffic):
        raise ValueError("a threshold needs at least one prediction that it would be for")
    for name, values in (("scores", traffic.score), ("probabilities", traffic.inclusion_probability)):
        if not np.all((values >= 0) & (values <= 1)):
            raise ValueError(f"{name} have to lie between 0 and 1")
    if np.any(traffic.is_labeled & ~traffic.is_asked):
        raise ValueError("what is labeled has to be asked: leave out labels that no draw led to")
    if np.any(traffic.is_asked & (traffic.inclusion_probability == 0)):
        raise ValueError("nothing can have been asked with an inclusion probability of 0")


def _counted(scores: Floats, groups: Iterable[Bools], thresholds: Floats) -> Counts:
    """How many of each group have a score of each threshold or more."""
    ordered = (np.sort(scores[group]) for group in groups)
    return np.asarray([len(row) - np.searchsorted(row, thresholds) for row in ordered], dtype=np.int64)
