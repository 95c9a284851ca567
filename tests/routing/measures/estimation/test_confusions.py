"""Which labels the model takes for which others."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import confusion_matrix

from routing.evidence.reliability import wilson
from routing.measures.estimation.confusions import confusion_pairs

decisions = st.lists(
    st.tuples(st.sampled_from("abc"), st.sampled_from("abc"), st.sampled_from((1.0, 2.0, 20.0))), max_size=30
)


def test_weighted_counts_are_those_of_scikit_learn() -> None:
    rng = np.random.default_rng(4)
    predicted = [str(one) for one in rng.choice(list("abcd"), 400)]
    decided = [str(one) for one in rng.choice(list("abcd"), 400)]
    weights = [float(one) for one in rng.choice([1.0, 25.0], 400)]
    table = confusion_matrix(predicted, decided, labels=list("abcd"), sample_weight=weights)
    counts = confusion_matrix(predicted, decided, labels=list("abcd"))
    pairs = confusion_pairs(predicted, decided, weights)
    assert len(pairs) == 12
    for pair in pairs:
        row, column = "abcd".index(pair.predicted), "abcd".index(pair.decided)
        assert pair.weight == pytest.approx(table[row, column])
        assert pair.n == counts[row, column]
        assert pair.share == pytest.approx(table[row, column] / table[row].sum())
        errors = table.sum() - np.trace(table)
        assert pair.share_of_errors == pytest.approx(table[row, column] / errors)
    assert sum(pair.share_of_errors for pair in pairs) == pytest.approx(1)


def test_one_audited_error_outweighs_several_from_full_review() -> None:
    heavy, light = confusion_pairs("aaab", "bbba", [1, 1, 1, 50])
    assert (heavy.predicted, heavy.n, heavy.weight) == ("b", 1, 50.0)
    assert (light.predicted, light.n, light.weight) == ("a", 3, 3.0)


def test_the_interval_is_wilsons_on_the_effective_size() -> None:
    (pair,) = confusion_pairs("aaaa", "abaa", [1, 1, 1, 5])
    effective = 8**2 / 28
    assert (pair.share_low, pair.share_high) == pytest.approx(wilson(effective / 8, effective))


def test_without_errors_there_are_no_pairs() -> None:
    assert confusion_pairs("ab", "ab") == ()
    assert confusion_pairs([], []) == ()


@given(decisions, st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_order_changes_nothing_and_weights_of_one_are_none(
    given_decisions: list[tuple[str, str, float]], chance: object
) -> None:
    shuffled = list(given_decisions)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    plain = [list(column) for column in zip(*given_decisions, strict=True)] or [[], [], []]
    other = [list(column) for column in zip(*shuffled, strict=True)] or [[], [], []]
    assert confusion_pairs(plain[0], plain[1], plain[2]) == confusion_pairs(other[0], other[1], other[2])
    assert confusion_pairs(plain[0], plain[1]) == confusion_pairs(plain[0], plain[1], [1.0] * len(shuffled))


@pytest.mark.parametrize(
    ("decided", "weights", "message"),
    [
        (["a"], [1.0, 1.0], "one value per decision"),
        (["a", "b"], [1.0], "one value per decision"),
        (["a", "b"], [1.0, 0.0], "weights have to be positive"),
        (["a", "b"], [1.0, float("nan")], "weights have to be positive"),
    ],
)
def test_values_that_do_not_fit_are_refused(decided: list[str], weights: list[float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        confusion_pairs(["a", "a"], decided, weights)
