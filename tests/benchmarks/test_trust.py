"""What the benchmark of trust simulates is what it says: small worlds whose outcome is plain."""

import math

import numpy as np
import pytest

from routing.evidence.promise import Promise
from tests.benchmarks.real_sets import RealSet
from tests.benchmarks.trust_groups import Grouping, _run
from tests.benchmarks.trust_order import Audits, region, revoked_on, seen_on
from tests.benchmarks.trust_refits import Refit, _first
from tests.benchmarks.trust_team import _nodding


def made_up(wrong_from: float = 0.6, size: int = 400) -> RealSet:
    """A model of two labels, which errs in half of the cases in which it is less sure than `wrong_from`."""
    sure = np.linspace(0.99, 0.51, size)
    wrong = (sure < wrong_from) & (np.arange(size) % 2 == 0)
    return RealSet("made up", (), np.column_stack([sure, 1 - sure]), wrong.astype(np.intp))


def audits(is_error: list[bool], answered: list[float], due: float = 4.0) -> Audits:
    """One a day."""
    received = np.arange(len(is_error), dtype=np.float64)
    return Audits(np.array(is_error), received, np.array(answered), received + due)


def test_an_error_counts_once_what_came_before_it_is_answered_or_overdue() -> None:
    world = audits([False, True, False], [3.0, 1.1, math.inf])
    assert seen_on(world, 2.0) == []
    assert seen_on(world, 3.0) == [False, True]
    assert seen_on(world, 7.0) == [False, True]


def test_a_model_that_is_always_wrong_is_found_and_that_is_never_wrong_is_not() -> None:
    at_once = [day + 0.1 for day in range(40)]
    assert revoked_on(audits([True] * 40, at_once), 0.02) < 10
    assert revoked_on(audits([False] * 40, at_once), 0.02) == math.inf


def test_answers_that_take_longer_find_a_change_later_by_no_more_than_the_time_there_is() -> None:
    wrong = [day % 2 == 0 for day in range(60)]
    prompt = revoked_on(audits(wrong, [day + 0.1 for day in range(60)]), 0.02)
    late = revoked_on(audits(wrong, [day + (0.1 if wrong[day] else 3.0) for day in range(60)]), 0.02)
    assert prompt < late <= prompt + 4


def test_the_region_is_that_whose_error_is_nearest_to_what_is_promised() -> None:
    accepted, error = region(made_up())
    assert error == pytest.approx(0.02, abs=0.002)
    assert accepted.mean() == pytest.approx(error)


def test_a_certificate_takes_as_many_labels_whether_calibrators_are_fitted_meanwhile() -> None:
    one = made_up()
    drawn = np.random.default_rng(1).integers(len(one), size=2_000)
    plain = _first(one, drawn, Promise(0.05, 0.95), Refit.NONE)
    assert plain[1] is not None
    assert _first(one, drawn, Promise(0.05, 0.95), Refit.IN_ORDER)[0] == plain[0] < 2_000


def test_where_every_group_is_single_the_test_of_groups_accepts_what_the_one_of_today_does() -> None:
    breaks, ours, _, _, today, _, _ = _run(made_up(), Grouping(1, 0.0), np.random.default_rng(1))
    assert breaks == 0
    assert ours == today > 0.5


def test_in_a_team_that_neither_nods_nor_tires_the_intervals_are_about_what_was_put_in() -> None:
    rng = np.random.default_rng(1)
    held, proven = np.mean([_nodding(0.3, rng) for _ in range(100)], axis=0)
    assert held > 0.88
    assert proven > 0.9
    assert np.mean([_nodding(0.0, rng)[1] for _ in range(100)]) < 0.12
