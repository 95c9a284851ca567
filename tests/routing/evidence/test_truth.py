"""What counts as right is called by the weakest that nearly all of it is."""

import pytest

from routing.evidence.truth import TaskTruth, Truth, TruthCount, task_truths

ACCEPTED, REVIEWED = (0.05, True), (1.0, False)


def counts(one: int = 0, two: int = 0, adjudicated: int = 0) -> list[TruthCount]:
    numbers = {Truth.SINGLE: one, Truth.AGREED: two, Truth.ADJUDICATED: adjudicated}
    return [TruthCount("fraud", REVIEWED, truth, n) for truth, n in numbers.items() if n]


@pytest.mark.parametrize(
    ("decided", "truth"),
    [
        (counts(one=10), Truth.SINGLE),
        (counts(one=11, two=89), Truth.SINGLE),
        (counts(one=10, two=90), Truth.AGREED),
        (counts(one=10, two=50, adjudicated=40), Truth.AGREED),
        (counts(two=11, adjudicated=89), Truth.AGREED),
        (counts(two=10, adjudicated=90), Truth.ADJUDICATED),
    ],
)
def test_it_is_called_what_nine_in_ten_are_at_least(decided: list[TruthCount], truth: Truth) -> None:
    (row,) = task_truths(decided)
    assert row.truth is truth


def test_a_few_checks_of_much_traffic_are_not_hidden_by_many_pairs() -> None:
    decided = [
        TruthCount("fraud", REVIEWED, Truth.AGREED, 95),
        TruthCount("fraud", ACCEPTED, Truth.SINGLE, 5),
    ]
    (plain,), (weighted,) = task_truths(decided), task_truths(decided, {REVIEWED: 1.0, ACCEPTED: 20.0})
    assert (plain.truth, weighted.truth) == (Truth.AGREED, Truth.SINGLE)
    assert weighted.two == pytest.approx(95 / 195)


def test_each_task_has_its_own_by_name() -> None:
    decided = [*counts(one=3), TruthCount("alarm", REVIEWED, Truth.AGREED, 4)]
    assert task_truths(decided) == (
        TaskTruth("alarm", Truth.AGREED, 4, 1.0, 0.0),
        TaskTruth("fraud", Truth.SINGLE, 3, 0.0, 0.0),
    )


def test_nothing_decided_is_no_truth() -> None:
    assert task_truths([]) == ()
