"""Answers that could be checked stand beside those that could not."""

import pytest

from routing.evidence.estimate import Stratum
from routing.evidence.phases import CheckedLabel, Phase, phases_beside, phases_of

AUDITS = (0.2, True)


def label(chance: float, *, claim: bool = False, error: bool | None = None) -> CheckedLabel:
    """Checked, and found an error or not, unless `error` is None."""
    is_checked = error is not None
    return CheckedLabel(
        AUDITS, claim, chance, is_checked=is_checked, is_settled=is_checked, is_error=bool(error)
    )


def stratum(labeled: int, errors: int) -> Stratum:
    return Stratum(*AUDITS[:1], 200, labeled, labeled, errors, True)


def test_what_checks_found_speaks_for_the_like_and_the_rest_counts_as_decided() -> None:
    confirmed = [*[label(0.5)] * 8, *[label(0.5, error=False)] * 6, *[label(0.5, error=True)] * 2]
    claims = [*[label(1.0, claim=True, error=True)] * 3, label(1.0, claim=True, error=False)]
    (phase,) = phases_beside([stratum(50, 10)], [*confirmed, *claims])
    assert phase == Phase(200, 50, 5, (Phase(16, 8, 2), Phase(4, 4, 3, otherwise=1.0)))
    assert phase.share == pytest.approx((5 + 16 * 2 / 8 + 3) / 50)


def test_where_every_answer_could_be_checked_it_is_the_same_as_of_all_labels() -> None:
    labels = [
        *[label(0.5)] * 5,
        *[label(0.5, error=False)] * 4,
        label(0.5, error=True),
        label(0.5, claim=True),
    ]
    assert phases_beside([stratum(11, 2)], labels) == phases_of([stratum(11, 2)], labels)


def test_a_stratum_without_any_counts_as_decided() -> None:
    assert phases_beside([stratum(50, 10)], []) == (Phase(200, 50, 10),)


def test_more_errors_than_were_decided_cannot_be() -> None:
    with pytest.raises(ValueError, match="ascending counts"):
        phases_beside([stratum(3, 0)], [label(0.5, error=True)])
