"""What a stream received, as arrays that measures read, and what these conclude of it."""

from datetime import timedelta
from typing import TYPE_CHECKING

from routing.evidence.promise import Certificate, NotYet, Promise
from storage.evidence.model_evidence import Scores

if TYPE_CHECKING:
    from routing.measures.certification.check_design import Checks
    from routing.measures.estimation.coverage_curve import Traffic


def traffic_of(scores: Scores, group_for: timedelta | None = None) -> "Traffic":
    """A stream's predictions as arrays; a group ends so long after its first, without it each is alone."""
    from routing.measures.certification.group_sizes import groups_of
    from routing.measures.estimation.coverage_curve import Traffic

    return Traffic.of(
        scores.calibrated,
        scores.inclusion_probability,
        scores.is_asked,
        scores.is_labeled,
        scores.is_error,
        groups_of(scores.group_key, scores.received_at, group_for) if group_for else None,
    )


def checks_of(scores: Scores) -> "Checks | None":
    """Which of them second opinions were drawn for; None where they were not read."""
    if not len(scores.check_chance):
        return None
    from routing.measures.certification.check_design import Checks

    return Checks.of(scores.check_chance, scores.is_drawn, scores.is_claim)


def conclude(
    traffic: "Traffic",
    checks: "Checks | None",
    promise: Promise,
    present: float | None,
    attempt: int,
    share: float,
) -> Certificate | NotYet:
    """What the traffic shows of a promise: by labels as they are, or as second opinions check them."""
    from routing.measures.certification.check_design import certify_by_checks
    from routing.measures.certification.guarantee import certify

    if checks is None:
        return certify(traffic, promise, present, attempt, share=share)
    return certify_by_checks(traffic, checks, promise, present, attempt, share)
