"""Of what nobody answered in time all are asked again while they are few, then a part with a known chance."""

import pytest

from routing.triage.follow_up import FollowUp, follow_up_chance, follow_ups


@pytest.mark.parametrize(("unanswered", "chance"), [(0, 1.0), (49, 1.0), (50, 1.0), (200, 0.25)])
def test_all_are_asked_again_while_they_are_few(unanswered: int, chance: float) -> None:
    assert follow_up_chance(unanswered) == chance


def test_while_they_are_few_every_case_is_drawn() -> None:
    assert follow_ups(b"key", ["case_1", "case_2"], 30) == (
        FollowUp("case_1", 1.0, is_drawn=True),
        FollowUp("case_2", 1.0, is_drawn=True),
    )


def test_of_many_a_part_is_drawn_the_same_at_every_look_and_its_chance_is_kept() -> None:
    case_ids = [f"case_{number}" for number in range(1_000)]
    drawn = follow_ups(b"key", case_ids, 1_000)
    assert {case.chance for case in drawn} == {0.05}
    assert 30 < sum(case.is_drawn for case in drawn) < 75
    assert follow_ups(b"key", case_ids, 1_000) == drawn
    assert follow_ups(b"another", case_ids, 1_000) != drawn
