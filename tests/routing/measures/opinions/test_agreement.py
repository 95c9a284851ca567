"""Agreement of experts: what holds for every table of answers, and what is left open."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.evidence.agreement import Agreement
from routing.measures.opinions.agreement import agreement, pair_agreements
from routing.measures.opinions.opinions import opinions_of

OPEN = Agreement(None, None, None)
answers = st.lists(
    st.tuples(st.sampled_from("123456"), st.sampled_from("xyz"), st.sampled_from("abc")), max_size=30
)


def spread(cases: int, right: float, seed: int) -> list[tuple[str, str, str]]:
    """Three experts who say the truth with the chance `right`."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(3, size=cases)
    said = np.where(rng.random((3, cases)) < right, truth, rng.integers(3, size=(3, cases)))
    return [(f"{case}", f"e{row}", "abc"[said[row, case]]) for row in range(3) for case in range(cases)]


def test_all_alike_on_several_labels_is_full_agreement() -> None:
    report = agreement(opinions_of([(case, who, case) for case in "abc" for who in "xyz"]), 1)
    assert report.cases == 3
    assert [report.percent.value, report.fleiss.value, report.alpha.value, report.ac1.value] == [1.0] * 4


def test_random_answers_agree_as_much_as_chance() -> None:
    report = agreement(opinions_of(spread(3_000, 0.0, 2)), 1)
    for coefficient in (report.fleiss, report.alpha, report.ac1):
        assert coefficient.value == pytest.approx(0, abs=0.03)
    assert report.percent.value == pytest.approx(1 / 3, abs=0.02)


@pytest.mark.long
def test_intervals_cover_the_agreement_that_answers_are_drawn_from() -> None:
    whole = agreement(opinions_of(spread(100_000, 0.7, 9)), 1, draws=1)
    reports = [agreement(opinions_of(spread(100, 0.7, seed)), seed, draws=400) for seed in range(300)]
    for name in ("percent", "fleiss", "alpha", "ac1"):
        truth = getattr(whole, name).value
        intervals = [getattr(report, name) for report in reports]
        share = np.mean([interval.low <= truth <= interval.high for interval in intervals])
        assert share >= 0.95 - 3 * np.sqrt(0.05 * 0.95 / 300), name


def test_where_nobody_answered_twice_or_all_answers_are_the_same_it_is_left_open() -> None:
    nothing = agreement(opinions_of([]), 1)
    single = agreement(opinions_of([("1", "x", "a"), ("2", "y", "b")]), 1)
    same = agreement(opinions_of([(case, who, "a") for case in "123" for who in "xy"]), 1)
    assert (nothing.percent, nothing.alpha, single.percent, single.fleiss) == (OPEN, OPEN, OPEN, OPEN)
    assert (same.percent.value, same.fleiss, same.alpha) == (1.0, OPEN, OPEN)


def test_a_near_miss_counts_less_on_a_scale_than_a_far_miss() -> None:
    cases = [("1", "1"), ("2", "2"), ("3", "3"), ("1", "1"), ("3", "3")]
    near, far = [*cases, ("2", "3")], [*cases, ("1", "3")]
    alphas = {}
    for name, pairs in (("near", near), ("far", far)):
        rows = [(f"{n}", who, pair[place]) for n, pair in enumerate(pairs) for place, who in enumerate("xy")]
        alphas[name] = [
            agreement(opinions_of(rows), 1, scale, [1, 2, 3], draws=5).alpha.value or 0
            for scale in ("ordinal", "interval")
        ]
    assert alphas["near"][0] > alphas["far"][0]
    assert alphas["near"][1] > alphas["far"][1]


def test_of_two_labels_alpha_is_the_same_on_every_scale() -> None:
    rows = [(case, who, label) for case, who, label in spread(60, 0.6, 4) if label != "c"]
    nominal, ordinal, interval = (
        agreement(opinions_of(rows), 1, scale, [0, 1], draws=20).alpha
        for scale in ("nominal", "ordinal", "interval")
    )
    for other in (ordinal, interval):
        assert (nominal.value, nominal.low, nominal.high) == pytest.approx(
            (other.value, other.low, other.high)
        )


def test_pairs_are_those_with_enough_cases_and_the_latest_answer_counts() -> None:
    rows = [(f"{case}", who, "ab"[case % 2]) for case in range(20) for who in "xy"]
    (pair,) = pair_agreements(opinions_of([("0", "x", "b"), *rows, ("1", "z", "a")]), 1)
    assert (pair.first, pair.second, pair.cases, pair.kappa.value) == ("x", "y", 20, 1.0)
    assert pair_agreements(opinions_of(rows[:-1]), 1) == ()


@given(answers, st.randoms(use_true_random=False))
@settings(max_examples=30, deadline=None)
def test_neither_order_nor_names_change_it(rows: list[tuple[str, str, str]], chance: object) -> None:
    shuffled = list(rows)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    renamed = [(case, f"new {who}", label) for case, who, label in rows]
    report = agreement(opinions_of(rows), 5, draws=50)
    assert agreement(opinions_of(shuffled), 5, draws=50) == report
    assert agreement(opinions_of(renamed), 5, draws=50) == report


def test_what_does_not_fit_is_refused() -> None:
    rows = [("1", "x", "a"), ("1", "y", "b")]
    with pytest.raises(ValueError, match="not in the list: b"):
        opinions_of(rows, labels=["a"])
    with pytest.raises(ValueError, match="labels have to differ"):
        opinions_of(rows, labels=["a", "b", "a"])
    with pytest.raises(ValueError, match="finite value for each label"):
        agreement(opinions_of(rows), 1, "interval")
    with pytest.raises(ValueError, match="finite value for each label"):
        agreement(opinions_of(rows), 1, "interval", [1.0, float("nan")])
