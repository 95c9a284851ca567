"""Thresholds with a promise where second opinions check labels, and how many of these are missing."""

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq

from routing.evidence.odds import allowed
from routing.evidence.promise import Certificate, NotYet, Promise
from routing.measures.certification.acceptance_regions import DIGITS, GRID
from routing.measures.certification.fallback import Counts, fallback, parts_of, passing_from, reached
from routing.measures.certification.label_needs import STEP, STEPS, hopeless, silence_note, zero_error_labels
from routing.measures.certification.sum_test import sum_chances
from routing.measures.certification.threshold_tests import FROM_LABELS, SINGLE_SEQUENCE
from routing.measures.sample import Floats

Bools = npt.NDArray[np.bool_]
METHOD = "second_opinions"
HOPED = (1 / 3, 1 / 2)
"""The sequence starts where the test passes if this part of the promised error is wrong: the later part if
that leaves room. Where perfect labels could start, checks are too few: nothing would ever pass.

On 77 intents at 2 % from 10,000 labels, a fifth of confirmations checked, experts right in 98 or 90 % or half
of the wrong waved through, it granted in 1.00, 0.78 and 0.93 of runs; from a third alone in 0.82, 0.62 and
0.85, with three starts in 0.80, 0.60 and 0.73."""


@dataclass(frozen=True, slots=True)
class CheckedScores:
    """What was asked of everything with a score, an entry for each prediction drawn with the same chance.

    `is_wrong` are claims that were confirmed, or are yet to be, and whatever counts as wrong; `is_silent` of
    these were never answered. The others were confirmed by the first answer, and drawn to be checked with
    `check_chance`; `is_checked` of them were, and `is_missed` of these are wrong all the same.
    """

    score: Floats
    is_wrong: Bools
    is_silent: Bools
    check_chance: Floats
    is_checked: Bools
    is_missed: Bools


@dataclass(frozen=True, slots=True)
class CheckedRegions:
    """Counts of each region, by falling `thresholds`; `accepted` are all with a score of that or more.

    `certain` of the `labels` count as wrong, `silent` of them for want of an answer. Of the `unsure`, which
    the first answer confirmed, a part was checked, the least share `share`, and `caught` of these are wrong.
    """

    thresholds: Floats
    accepted: Counts
    labels: Counts
    certain: Counts
    silent: Counts
    unsure: Counts
    caught: Counts
    share: Floats

    @property
    def total(self) -> Floats:
        """The errors, seen and unseen, as far as what was seen tells."""
        return np.asarray(self.certain + self.caught / self.share)

    def chances(self, error: float, most: float = 1.0) -> Floats:
        """The p-values of the hypotheses that more than a share of `error` is wrong, as of `sum_chances`."""
        return sum_chances(self.labels, self.certain, self.caught, self.share, error, most)

    def if_wrong(self, errors: Counts, error: float, most: float) -> Floats:
        """The same, had there been so many errors, all of them claimed."""
        return sum_chances(self.labels, errors, np.zeros_like(errors), self.share, error, most)


def checked_regions(received: Floats, labels: CheckedScores) -> CheckedRegions:
    """The regions on a grid of quantiles of all scores received, of which `labels` are a random sample.

    Confirmations with the same chance of a check are drawn alike. An error caught counts for as many as the
    least share of them that was checked says, so that unequal shares never promise too much; of a kind of
    which nothing was checked all count as wrong. Raises ValueError without predictions, or if something was
    checked that was not confirmed.
    """
    if not len(received):
        raise ValueError("a threshold needs at least one prediction that it would be for")
    if np.any((labels.is_wrong & labels.is_checked) | (labels.is_missed & ~labels.is_checked)):
        raise ValueError("only confirmations are checked, and only what was checked can be missed")
    shares = np.maximum(1 - np.arange(1, GRID + 1) / GRID, 0)
    thresholds = np.unique(np.quantile(received, shares, method="inverted_cdf"))[::-1]

    def count(chosen: Bools | slice, score: Floats = labels.score) -> Counts:
        ordered = np.sort(score[chosen])
        return np.asarray(len(ordered) - np.searchsorted(ordered, thresholds), dtype=np.int64)

    unsure = ~labels.is_wrong
    chances = np.round(labels.check_chance, DIGITS)
    certain, share = count(labels.is_wrong), np.ones(len(thresholds))
    for chance in np.unique(chances[unsure]):
        kind = unsure & (chances == chance)
        size, checked = count(kind), count(kind & labels.is_checked)
        certain = certain + np.where(checked == 0, size, 0)
        share = np.where(checked > 0, np.minimum(share, checked / np.maximum(size, 1)), share)
    return CheckedRegions(
        thresholds,
        accepted=count(slice(None), received),
        labels=count(slice(None)),
        certain=certain,
        silent=count(labels.is_silent),
        unsure=count(unsure),
        caught=count(labels.is_missed),
        share=share,
    )


def certify_checked(
    regions: CheckedRegions,
    promise: Promise,
    attempt: int = 1,
    share: float = 1.0,
    hoped: Sequence[float] | None = None,
) -> Certificate | NotYet:
    """The lowest threshold that keeps the promise by labels that were checked, or what is missing for it.

    The promise, `attempt` and `share` are as in `guarantee.certify`, and so is the answer where every
    confirmation was checked. What is wrong is what second opinions and adjudicators say. Where some are
    unchecked, the sequence of tests starts where the parts HOPED of the promised error would pass, or those
    that are `hoped`: fix these beforehand, by how many usually stay silent, as these count as wrong. Raises
    ValueError for a share outside (0, 1].
    """
    if not 0 < share <= 1:
        raise ValueError(f"a share of the promise lies above 0 and is at most 1: {share}")
    spent = share * promise.spent_by(attempt)
    parts = _parts(regions, promise.error, spent, hoped)

    def chance_of(place: int) -> float:
        return float(_at(regions, place).chances(promise.error, spent)[0])

    loosest = fallback(reached(chance_of, len(regions.labels), parts, spent), parts)
    if loosest is None:
        return _not_yet(regions, promise.error, spent)
    place, part = loosest
    silent = int(regions.silent[place])
    return Certificate(
        threshold=float(regions.thresholds[place]),
        promise=promise,
        method=METHOD,
        attempt=attempt,
        spent=spent,
        accepted=int(regions.accepted[place]),
        labels=int(regions.labels[place]) - silent,
        errors=int(regions.certain[place] + regions.caught[place]) - silent,
        bound=_bound(_at(regions, place), part, promise.error),
        unanswered=silent,
    )


def _parts(
    regions: CheckedRegions, error: float, delta: float, hoped: Sequence[float] | None
) -> dict[int, float]:
    if hoped is None and np.all(regions.share == 1):
        tolerated = (np.full_like(regions.labels, count) for count in range(FROM_LABELS.tolerated + 1))
        chances = [regions.if_wrong(np.minimum(count, regions.labels), error, delta) for count in tolerated]
        return parts_of(chances, regions.labels, delta, FROM_LABELS)
    can_pass = [_passing_from(regions, error, delta, part) for part in hoped or HOPED]
    return parts_of(can_pass, regions.labels, delta, SINGLE_SEQUENCE)


def _passing_from(regions: CheckedRegions, error: float, delta: float, part: float) -> Floats:
    """0 from the region on that passes if this part of the error is wrong, 1 before."""
    likely = np.ceil(regions.labels * error * part).astype(np.int64)

    def passes(place: int) -> bool:
        return bool(_at(regions, place).if_wrong(likely[place : place + 1], error, delta)[0] <= delta)

    # More labels pass sooner.
    first = passing_from(passes, len(likely))
    return np.where(np.arange(len(likely)) >= first, 0.0, 1.0)


def _at(regions: CheckedRegions, place: int) -> CheckedRegions:
    return CheckedRegions(*(getattr(regions, name)[place : place + 1] for name in CheckedRegions.__slots__))


def _bound(region: CheckedRegions, delta: float, error: float) -> float:
    """The largest error of the region that is not refuted at `delta`."""
    least = float(region.total[0] / region.labels[0])
    return float(brentq(lambda share: region.chances(share)[0] - delta, least, error, xtol=1e-6))


def missing_checks(regions: CheckedRegions, error: float, delta: float) -> int | None:
    """About how many more second opinions grant a threshold, if they find as much as those so far.

    For the region that lacks the fewest: the share of confirmations that has to be checked, less the share
    that is. None if checking all of them would not do: then labels are
    missing, or the model errs too often.
    """
    total = _expected(regions.total, regions.labels, error)
    whole = sum_chances(regions.labels, total, np.zeros_like(total), np.ones(len(total)), error)
    possible = np.flatnonzero((whole <= delta) & (regions.share < 1))
    needs = [_checks(regions, int(place), error, delta) for place in possible]
    return min(needs, default=None)


def _expected(total: Floats, labels: Counts, error: float) -> Counts:
    """The errors as far as seen, and no fewer than a sequence has to start with."""
    least = np.ceil(labels * error * HOPED[0])
    # Without the 1e-9 a sum that is whole but for its last bits would gain an error.
    return np.asarray(np.maximum(np.ceil(total - 1e-9), least), dtype=np.int64)


def _checks(regions: CheckedRegions, place: int, error: float, delta: float) -> int:
    region, unsure = _at(regions, place), int(regions.unsure[place])
    checked = math.floor(float(region.share[0]) * unsure)

    def passes(more: int) -> bool:
        share = np.minimum(1.0, (checked + more) / np.array([float(unsure)]))
        total = _expected(region.total, region.labels, error)
        return bool(sum_chances(region.labels, total, np.zeros_like(total), share, error, delta)[0] <= delta)

    counts = range(1, unsure - checked + 1)
    return 1 + bisect_left(counts, True, key=passes)


def missing_labels(regions: CheckedRegions, error: float, delta: float) -> int | None:
    """About how many more labels of what would be accepted are needed, if they and their checks are alike.

    As `label_needs.needed_labels`, by windows that go on as this one did; None if none helps.
    """
    if not regions.labels.any():
        return zero_error_labels(error, delta)

    def passing(factor: float) -> Bools:
        labels = np.ceil(regions.labels * factor).astype(np.int64)
        total = _expected(regions.total * factor, labels, error)
        chances = sum_chances(labels, total, np.zeros_like(total), regions.share, error, delta)
        return np.asarray(chances <= delta)

    factors = [STEP**step for step in range(1, STEPS + 1)]
    step = bisect_left(factors, True, key=lambda factor: bool(passing(factor).any()))
    if step == STEPS:
        return None
    least = int(regions.labels[passing(factors[step])].min())
    return max(1, math.ceil((factors[step] - 1) * least))


def _not_yet(regions: CheckedRegions, error: float, delta: float) -> NotYet:
    note = silence_note(int(regions.silent[-1]))
    checks = missing_checks(regions, error, delta)
    if checks is not None:
        why = "What only one person looked at shows little until second opinions say how much was missed."
        return NotYet(checks, f"{why}{note}", checks)
    labels = missing_labels(regions, error, delta)
    if labels is None:
        return hopeless(error, note)
    limit = f"at most {allowed(error)} wrong"
    return NotYet(labels, f"To show {limit} takes more answers, as many of them checked as so far.{note}")
