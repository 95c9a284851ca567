"""A pause is proposed only of whoever is surely below the bar, and not again for four weeks."""

from dataclasses import replace
from datetime import timedelta

import pytest

from routing.case.pause import AGAIN_AFTER, is_below, is_due
from routing.evidence.estimate import FEWEST
from routing.evidence.expertise import SkillEstimate
from tests.worlds.clocks import FRIDAY

ESTIMATE = SkillEstimate("U0BEN", "", 10, FEWEST, 0.5, 0.3, 0.69)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [({}, True), ({"high": 0.7}, False), ({"n": FEWEST - 1}, False), ({"slice": "country=DE"}, False)],
)
def test_the_upper_end_has_to_lie_below_the_bar(changes: dict[str, object], expected: bool) -> None:
    assert is_below(replace(ESTIMATE, **changes), 0.7) is expected  # type: ignore[arg-type]  # by name


def test_a_proposal_is_not_repeated_for_four_weeks() -> None:
    assert is_due(None, FRIDAY)
    assert not is_due(FRIDAY, FRIDAY + AGAIN_AFTER - timedelta(seconds=1))
    assert is_due(FRIDAY, FRIDAY + AGAIN_AFTER)
