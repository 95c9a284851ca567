"""What holds for the estimate of any traffic, whatever was drawn, answered and found."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.evidence.estimate import Estimate, Stratum, TrafficEstimate
from routing.measures.estimation.error_estimate import estimate, strata_of
from routing.measures.intervals import blaker, hypergeometric

FEW = settings(max_examples=25, deadline=None)
NEAR = 1e-12


@st.composite
def audited(draw: st.DrawFn, chance: float | None = None) -> Stratum:
    """A stratum of up to 3,000 predictions, drawn and answered in part."""
    received = draw(st.integers(1, 3_000))
    asked = draw(st.integers(0, received))
    labeled = draw(st.integers(0, asked))
    errors = draw(st.integers(0, labeled))
    probability = draw(st.sampled_from([0.02, 0.1, 0.5, 1.0])) if chance is None else chance
    return Stratum(probability, received, asked, labeled, errors, is_accepted=draw(st.booleans()))


TRAFFIC = st.lists(audited(), min_size=1, max_size=4)


def figures(found: TrafficEstimate) -> list[Estimate]:
    return [figure for figure in (found.period, found.future, found.naive) if figure is not None]


@FEW
@given(TRAFFIC)
def test_every_interval_contains_its_value_and_lies_within_0_and_1(traffic: list[Stratum]) -> None:
    found = estimate("all", traffic)
    assert len(figures(found)) == (3 if found.labeled else 0)
    for figure in figures(found):
        assert 0 <= figure.low <= figure.value + NEAR
        assert figure.value - NEAR <= figure.high <= 1
    assert 0 <= found.bounds.low <= found.bounds.high <= 1


@FEW
@given(TRAFFIC)
def test_the_value_lies_within_what_the_unanswered_and_unwatched_could_make_of_it(
    traffic: list[Stratum],
) -> None:
    found = estimate("all", traffic)
    if found.period is not None:
        assert found.bounds.low - NEAR <= found.period.value <= found.bounds.high + NEAR


@FEW
@given(TRAFFIC, st.randoms(use_true_random=False))
def test_the_order_of_strata_changes_nothing(traffic: list[Stratum], random: object) -> None:
    shuffled = list(traffic)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert estimate("all", shuffled) == estimate("all", traffic)


@FEW
@given(TRAFFIC, audited(0.1), audited(0.1))
def test_splitting_a_stratum_in_two_of_equal_chance_changes_nothing(
    traffic: list[Stratum], first: Stratum, second: Stratum
) -> None:
    second = replace(second, is_accepted=first.is_accepted)
    whole = Stratum(
        0.1,
        first.received + second.received,
        first.asked + second.asked,
        first.labeled + second.labeled,
        first.errors + second.errors,
        first.is_accepted,
    )
    assert estimate("all", [first, *traffic, second]) == estimate("all", [*traffic, whole])


@FEW
@given(st.lists(st.booleans(), min_size=1, max_size=60))
def test_where_all_was_reviewed_the_estimate_is_the_plain_share(errors: list[bool]) -> None:
    every = [True] * len(errors)
    found = estimate("all", strata_of([1.0] * len(errors), every, every, errors, every))
    assert found.period is not None
    assert found.naive is not None
    assert found.period.value == found.naive.value == pytest.approx(sum(errors) / len(errors))
    assert found.period.low == pytest.approx(found.period.high)


@FEW
@given(
    st.lists(
        st.tuples(st.sampled_from([2, 4, 10]), st.integers(1, 20), st.data()),
        min_size=1,
        max_size=3,
        unique_by=lambda row: row[0],
    )
)
def test_hajek_is_the_stratified_value_if_draws_met_their_chance(
    rows: list[tuple[int, int, st.DataObject]],
) -> None:
    """`inverse` predictions stand behind each of `n` labels."""
    strata, errors, weights = [], [], []
    for inverse, n, data in rows:
        wrong = data.draw(st.integers(0, n))
        strata.append(Stratum(1 / inverse, inverse * n, n, n, wrong, is_accepted=True))
        errors += [True] * wrong + [False] * (n - wrong)
        weights += [float(inverse)] * n
    found = estimate("all", strata).period
    assert found is not None
    assert found.value == pytest.approx(np.average(errors, weights=weights))


@FEW
@given(st.integers(1, 60), st.data())
def test_relabeling_changes_nothing(n: int, data: st.DataObject) -> None:
    """Which labels the errors are made of does not matter, nor which predictions they fall on."""
    decided = data.draw(st.lists(st.sampled_from("abc"), min_size=n, max_size=n))
    said = data.draw(st.lists(st.sampled_from("abc"), min_size=n, max_size=n))
    other = dict(zip("abc", data.draw(st.permutations("abc")), strict=True))
    order = data.draw(st.permutations(range(n)))
    every = [True] * n
    errors = [given != right for given, right in zip(said, decided, strict=True)]
    renamed = [other[said[row]] != other[decided[row]] for row in order]
    first, second = (strata_of([0.2] * n, every, every, column, [False] * n) for column in (errors, renamed))
    assert estimate("all", first) == estimate("all", second)


@FEW
@given(st.integers(0, 5), st.integers(10, 60), st.integers(2, 6), st.sampled_from([1_000, 5_000]))
def test_intervals_shrink_with_the_number_of_labels(errors: int, n: int, times: int, received: int) -> None:
    def widths(times: int) -> list[float]:
        labeled = n * times
        one = Stratum(0.1, received, labeled, labeled, errors * times, is_accepted=True)
        return [figure.high - figure.low for figure in figures(estimate("all", [one]))]

    assert all(more < less for more, less in zip(widths(times), widths(1), strict=True))


@FEW
@given(audited())
def test_blakers_interval_lies_within_the_one_with_equal_tails(stratum: Stratum) -> None:
    counts = stratum.errors, stratum.labeled, stratum.received
    (low, high), (lower, higher) = blaker(*counts), hypergeometric(*counts)
    assert stratum.errors <= lower <= low <= high <= higher
    assert higher <= stratum.received - stratum.labeled + stratum.errors
