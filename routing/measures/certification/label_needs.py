"""How many more labels a promise needs, as far as the labels so far tell."""

import math
from bisect import bisect_left
from collections.abc import Sequence

import numpy as np

from routing.evidence.odds import allowed
from routing.evidence.promise import NotYet, groups_note
from routing.measures.certification.acceptance_regions import Bools, Regions
from routing.measures.certification.fallback import Counts
from routing.measures.certification.threshold_tests import Family

STEP = 1.1
STEPS = 72
"""A window a thousand times as long is none that anybody waits for."""


def zero_error_labels(error: float, delta: float) -> int:
    """The least number of accepted labels, none of them wrong, that shows an error of at most `error`.

    The least n with (1 − error)^n ≤ δ: 59, 149 and 299 for 5, 2 and 1 % with 95 % confidence.
    """
    return math.ceil(math.log(delta) / math.log1p(-error))


def needed_labels(family: Family, error: float) -> int | None:
    """About how many more labels of what would be accepted are needed, if they are like those so far.

    The window is taken to go on as it was until a region passes with what a start has of δ, and with one
    error more than there was, so that a few labels without any do not raise hopes. Where labels are too few
    even without an error, they are taken to have none. None if no longer window helps.
    """
    labels = _labels(family.regions)
    if not labels.any():
        return zero_error_labels(error, family.delta)
    likely, part = family.regions.with_errors(0), 1.0
    if _passing(family, likely, error, part).any():
        likely, part = family.regions.with_another_error(), family.tests().starts.first_part
    factors = [STEP**step for step in range(1, STEPS + 1)]
    step = bisect_left(
        factors, True, key=lambda factor: bool(_passing(family, likely.scaled(factor), error, part).any())
    )
    if step == STEPS:
        return None
    passing = _passing(family, likely.scaled(factors[step]), error, part)
    return max(1, math.ceil((factors[step] - 1) * int(labels[passing].min())))


def _passing(family: Family, regions: Regions, error: float, part: float) -> Bools:
    tests = family.tests(regions)
    return np.asarray(tests.chances(error) <= tests.delta * part)


def _labels(regions: Regions) -> Counts:
    """What decides: the audits of each region, or its labels if there was nothing but a census."""
    kind = regions.is_census if regions.is_census.all() else ~regions.is_census
    return np.asarray(regions.labels[kind].sum(axis=0))


def _groups_note(family: Family, error: float) -> str:
    labels = int(_labels(family.regions)[-1])
    alike = family.alike(-1, labels, error)
    note = "" if alike is None else groups_note(labels, alike)
    return f" {note}" if note else ""


def silence_note(unanswered: int) -> str:
    """That what nobody answered counts as wrong, as a further sentence; empty where all was answered."""
    are = "case without an answer counts" if unanswered == 1 else "cases without an answer count"
    return f" {unanswered:,} {are} as wrong." if unanswered else ""


def hopeless(error: float, note: str = "") -> NotYet:
    """That no number of labels helps: the model errs too often at every threshold."""
    return NotYet(0, f"However sure it is, too much is wrong for at most {allowed(error)} wrong.{note}")


def not_yet(families: Sequence[Family], error: float) -> NotYet:
    """What is missing for the first of the families that can pass, in words."""
    counts = ((family, needed_labels(family, error)) for family in families)
    family, needed = next((pair for pair in counts if pair[1] is not None), (families[0], None))
    unanswered = max(int(family.regions.unanswered[:, -1].sum()) for family in families)
    note = silence_note(unanswered) + _groups_note(family, error)
    limit = f"at most {allowed(error)} wrong"
    if needed is None:
        return hopeless(error, note)
    kind = "answers" if family.regions.is_census.all() else "random checks"
    least = zero_error_labels(error, family.delta)
    return NotYet(needed, f"To show {limit} takes at least {least:,} {kind}, without an error.{note}")
