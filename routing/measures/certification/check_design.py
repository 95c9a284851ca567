"""Which test a threshold takes where second opinions check labels: chosen before outcomes are read."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt

from routing.evidence.promise import Certificate, NotYet, Promise
from routing.measures.certification.acceptance_regions import DIGITS
from routing.measures.certification.checked_thresholds import CheckedScores, certify_checked, checked_regions
from routing.measures.certification.guarantee import certify
from routing.measures.certification.label_needs import zero_error_labels
from routing.measures.estimation.coverage_curve import Traffic
from routing.measures.sample import Floats

Bools = npt.NDArray[np.bool_]
ROOM = 2
"""What was checked whole is tested by itself from so many times the labels on that a pass takes at least."""


class TruthTest(StrEnum):
    """How labels that are checked show that few enough are wrong.

    `as_labeled`: of what is tested each label is checked, so it is the test of labels. `sum`: claims, and for
    each error that a second opinion caught as many as it stands for. `sample`: what was checked and nothing
    else, drawn so that everything had the same chance of it.
    """

    AS_LABELED = "as_labeled"
    SUM = "sum"
    SAMPLE = "sample"


@dataclass(frozen=True, slots=True)
class Checks:
    """What was to be checked, an entry for each prediction of a `Traffic`.

    `chance` of a second opinion, fixed when the case opened, and `is_drawn` whether it was to have one;
    `is_claim`: the first answer was not the model's, which has to be right where somebody else answered, too.
    """

    chance: Floats
    is_drawn: Bools
    is_claim: Bools

    @classmethod
    def of(cls, chance: Any, is_drawn: Any, is_claim: Any) -> "Checks":
        """The same from anything that arrays can be made of."""
        flags = (np.asarray(column, dtype=np.bool_) for column in (is_drawn, is_claim))
        return cls(np.asarray(chance, dtype=np.float64), *flags)


@dataclass(frozen=True, slots=True)
class CheckDesign:
    """A test, and the predictions that it is of."""

    test: TruthTest
    is_tested: Bools


def design_of(
    traffic: Traffic, checks: Checks, promise: Promise, spent: float, present: float | None = None
) -> CheckDesign:
    """The test for this traffic, whatever its labels say: by scores, chances and sizes of groups alone.

    Where everything is checked, the test of labels. Else, while nothing is accepted, the same for what scores
    higher than all that is checked at random, if that is labels enough: which region is checked whole was
    fixed before they came. Else the sum, where everything had the same chances and is alone; it is exact for
    nothing else. Else the sample: of accepted traffic, of which audits are checked oftener, and of groups.
    """
    everything = np.ones(len(traffic), dtype=np.bool_)
    at_random = traffic.is_asked & (np.round(checks.chance, DIGITS) < 1)
    if not at_random.any():
        return CheckDesign(TruthTest.AS_LABELED, everything)
    if present is None:
        whole = traffic.score > traffic.score[at_random].max()
        if np.count_nonzero(whole & traffic.is_asked) >= ROOM * zero_error_labels(promise.error, spent):
            return CheckDesign(TruthTest.AS_LABELED, whole)
    chances = (traffic.inclusion_probability, checks.chance[traffic.is_asked])
    is_even = all(len(np.unique(np.round(column, DIGITS))) == 1 for column in chances)
    if is_even and _are_single(traffic):
        return CheckDesign(TruthTest.SUM, everything)
    return CheckDesign(TruthTest.SAMPLE, everything)


def _are_single(traffic: Traffic) -> bool:
    return traffic.group is None or len(np.unique(traffic.group)) == len(traffic)


def certify_by_checks(
    traffic: Traffic,
    checks: Checks,
    promise: Promise,
    present: float | None = None,
    attempt: int = 1,
    share: float = 1.0,
) -> Certificate | NotYet:
    """As `guarantee.certify`, where what is right is what second opinions and adjudicators say.

    A case that waits for its second opinion is not labeled. Where every label has one it is the same test.
    Raises ValueError as that does.
    """
    spent = share * promise.spent_by(attempt)
    design = design_of(traffic, checks, promise, spent, present)
    if design.test is TruthTest.SUM:
        regions = checked_regions(traffic.score, _checked_scores(traffic, checks))
        return certify_checked(regions, promise, attempt, share)
    tested = _only(traffic, design.is_tested)
    if design.test is TruthTest.SAMPLE:
        tested = _sample(traffic, checks, np.random.default_rng(attempt))
    answer = certify(tested, promise, present, attempt, share=share)
    if isinstance(answer, NotYet):
        return replace(answer, opinions=answer.needed)
    return answer


def _only(traffic: Traffic, chosen: Bools) -> Traffic:
    if chosen.all():
        return traffic
    return Traffic(
        traffic.score[chosen],
        traffic.inclusion_probability[chosen],
        traffic.is_asked[chosen],
        traffic.is_labeled[chosen],
        traffic.is_error[chosen],
        None if traffic.group is None else traffic.group[chosen],
    )


def _sample(traffic: Traffic, checks: Checks, rng: np.random.Generator) -> Traffic:
    """The traffic, had everything been drawn and checked with the least chance that anything had of both."""
    chance = traffic.inclusion_probability * checks.chance
    least = float(chance[traffic.is_asked].min(initial=1.0))
    drawn = traffic.is_asked & checks.is_drawn & (chance > 0)
    # Of what was checked oftener some is left out, by a draw that knows no outcome: the
    # sequence of tests needs one sample of every region, and groups allow no other weights.
    kept = np.zeros(len(traffic), dtype=np.bool_)
    kept[drawn] = rng.random(int(drawn.sum())) < least / chance[drawn]
    everywhere = np.full(len(traffic), least)
    labeled = traffic.is_labeled & kept
    return Traffic(traffic.score, everywhere, kept, labeled, traffic.is_error & labeled, traffic.group)


def _checked_scores(traffic: Traffic, checks: Checks) -> CheckedScores:
    asked = traffic.is_asked
    labeled, claim, drawn = (
        column[asked] for column in (traffic.is_labeled, checks.is_claim, checks.is_drawn)
    )
    wrong = labeled & traffic.is_error[asked]
    missed = wrong & drawn & ~claim
    certain = ~labeled | (wrong & ~missed)
    return CheckedScores(
        score=traffic.score[asked],
        is_wrong=certain,
        is_silent=~labeled,
        # A claim that was refuted is right for certain: it says nothing of the answers nobody checked.
        check_chance=np.where(claim, 1.0, checks.chance[asked]),
        is_checked=~certain & (drawn | claim),
        is_missed=missed,
    )
