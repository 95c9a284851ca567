"""Answers that could be checked stand beside those that could not."""

from dataclasses import replace

import pytest

from routing.evidence.estimate import Stratum
from routing.evidence.phases import CheckedLabel, LateGroup, Phase, phases_beside, phases_of

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


def silent(chance: float, size: int, labeled: int, errors: int, **left: int) -> LateGroup:
    return LateGroup(AUDITS, chance, size, labeled, labeled, errors, **left)


def test_who_answered_late_stands_for_all_who_were_silent() -> None:
    audits = Stratum(0.2, 400, 100, 85, 7, True)
    groups = [silent(1.0, 10, 6, 1), silent(1.0, 2, 1, 0), silent(0.5, 8, 3, 2, left=1, left_errors=1)]
    (phase,) = phases_beside([audits], [], groups)
    # 74 answered in time, 3 of these wrong; 12 and 8 did not.
    assert phase == Phase(400, 94, 3, (Phase(8, 3, 2), Phase(12, 7, 1)))
    assert phase.share == pytest.approx((3 + 8 * 2 / 3 + 12 / 7) / 94)


def test_of_the_silent_from_whom_no_answer_came_nothing_is_said() -> None:
    audits = Stratum(0.2, 400, 100, 85, 7, True)
    (phase,) = phases_beside([audits], [], [silent(1.0, 10, 0, 0)])
    assert phase == Phase(400, 85, 7)


def test_late_answers_are_checked_among_themselves() -> None:
    late = [
        replace(label(0.5, error=True), is_late=True, again_chance=0.25),
        replace(label(0.5), is_late=True, again_chance=0.25),
    ]
    audits = Stratum(0.2, 400, 50, 50, 6, True)
    groups = [silent(0.25, 12, 5, 3), silent(1.0, 4, 2, 0)]
    (phase,) = phases_beside([audits], [label(0.5, error=False), label(0.5), *late], groups)
    assert phase == Phase(400, 59, 3, (Phase(2, 1), Phase(12, 5, 2, (Phase(2, 1, 1),)), Phase(4, 2)))
