"""What the benchmark of consensus compares is what it says."""

import numpy as np
import pytest

from routing.case.consensus import Leader
from tests.benchmarks.consensus import ALWAYS, WORTH, _bar, _stop
from tests.benchmarks.crowd_methods import majority, method_of, names_of
from tests.benchmarks.crowds import ANSWERS_EACH, crowd_of, simulated
from tests.benchmarks.real_sets import RealSet


def path(*certainties: float) -> tuple[list[Leader | None], str]:
    return [Leader("a", certainty) for certainty in certainties], "a"


def test_the_certainty_is_the_highest_that_takes_no_more_answers_than_they_are_worth() -> None:
    paths = [path(0.9, 0.95, 0.99), path(0.6, 0.7, 0.8)]
    bar = _bar(paths)
    assert bar == 0.7
    assert np.mean([_stop(course, bar) + 1 for course, _ in paths]) == 1.5 <= WORTH < ALWAYS


def test_experts_made_up_answer_each_case_so_often_and_mostly_rightly() -> None:
    sure = np.full((50, 1), 0.8)
    one = RealSet("two", (), np.hstack([sure, 1 - sure]), np.arange(50) % 2)
    crowd = simulated(one, 1)
    assert set(crowd.opinions.counts().sum(axis=1)) == {ANSWERS_EACH}
    assert (majority(crowd.opinions, None).argmax(axis=1) == crowd.right).mean() > 0.8
    assert crowd.model is not None
    assert crowd.model.shape == (50, 2)


@pytest.mark.parametrize("name", ["majority", "Dawid-Skene", "one-coin"])
def test_each_method_of_ours_to_compare_with_takes_what_most_say(name: str) -> None:
    assert name in names_of()
    said = [("1", "A", "x"), ("1", "B", "x"), ("1", "C", "y"), ("2", "A", "y"), ("2", "B", "y")]
    crowd = crowd_of("small", said, {"1": "x", "2": "y"})
    assert (method_of(name)(crowd.opinions, None).argmax(axis=1) == crowd.right).all()
