"""Certified thresholds and their watch, whatever the traffic."""

import numpy as np
import numpy.typing as npt
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.evidence.promise import Certificate, Promise, answer_from_json
from routing.measures.certification.audit_bound import AuditedStratum, errors_upper, weighted_upper
from routing.measures.certification.guarantee import certify
from routing.measures.certification.monitor import monitor
from routing.measures.estimation.coverage_curve import Traffic

PROMISE = Promise(0.1, 0.9)

rows = st.lists(
    st.tuples(
        st.sampled_from([0.2, 0.5, 0.7, 0.8, 0.9, 0.95, 1.0]),
        st.sampled_from([1.0, 0.5]),
        st.sampled_from(["right", "right", "right", "wrong", "unanswered", "not drawn"]),
    ),
    min_size=1,
    max_size=40,
).map(lambda some: some * 6)


def traffic_of(some: list[tuple[float, float, str]]) -> Traffic:
    score, chance, state = (np.asarray(column) for column in zip(*some, strict=True))
    asked = (state != "not drawn") | (chance == 1.0)
    labeled = (state == "right") | (state == "wrong")
    return Traffic.of(score, chance, asked, labeled, state == "wrong")


def ordered(traffic: Traffic, order: npt.NDArray[np.intp]) -> Traffic:
    return Traffic(*(getattr(traffic, name)[order] for name in Traffic.__slots__ if name != "group"))


@settings(max_examples=30)
@given(rows, st.integers(0, 2**32 - 1))
def test_the_order_of_traffic_changes_nothing(some: list[tuple[float, float, str]], seed: int) -> None:
    traffic = traffic_of(some)
    order = np.random.default_rng(seed).permutation(len(traffic))
    assert certify(ordered(traffic, order), PROMISE) == certify(traffic, PROMISE)


@settings(max_examples=30)
@given(rows, st.sampled_from([None, 0.1, 0.7, 0.85]))
def test_a_certificate_says_what_it_rests_on(
    some: list[tuple[float, float, str]], present: float | None
) -> None:
    traffic = traffic_of(some)
    found = certify(traffic, PROMISE, present)
    assert answer_from_json(found.to_json()) == found
    if isinstance(found, Certificate):
        accepted = traffic.score >= found.threshold
        assert found.accepted == np.count_nonzero(accepted)
        assert found.labels == np.count_nonzero(accepted & traffic.is_labeled)
        assert found.errors == np.count_nonzero(accepted & traffic.is_labeled & traffic.is_error)
        assert found.unanswered == np.count_nonzero(accepted & traffic.is_asked & ~traffic.is_labeled)
        assert found.bound <= PROMISE.error


@settings(max_examples=30)
@given(rows, st.integers(2, 9))
def test_a_later_attempt_never_grants_where_the_first_did_not(
    some: list[tuple[float, float, str]], attempt: int
) -> None:
    if isinstance(certify(traffic_of(some), Promise(0.1, 0.7), attempt=attempt), Certificate):
        assert isinstance(certify(traffic_of(some), Promise(0.1, 0.7)), Certificate)


strata = st.lists(
    st.integers(1, 300).flatmap(
        lambda received: st.integers(0, received).flatmap(
            lambda labels: st.builds(
                AuditedStratum, st.just(received), st.just(labels), st.integers(0, min(labels, 20))
            )
        )
    ),
    max_size=4,
)


@settings(max_examples=50)
@given(strata, st.sampled_from([0.2, 0.05, 0.001]))
def test_possible_errors_lie_between_those_seen_and_all_not_seen_right(
    some: list[AuditedStratum], delta: float
) -> None:
    seen_right = sum(one.labels - one.errors for one in some)
    received = sum(one.received for one in some)
    assert sum(one.errors for one in some) <= errors_upper(some, delta) <= received - seen_right


@settings(max_examples=30)
@given(strata, st.sampled_from([0.2, 0.05, 0.001]))
def test_the_surer_the_bound_the_higher(some: list[AuditedStratum], delta: float) -> None:
    watched = [one for one in some if one.labels]
    if watched:
        assert weighted_upper(watched, delta) <= weighted_upper(watched, delta / 2)
        assert errors_upper(watched[:1], delta) <= errors_upper(watched[:1], delta / 2)


@settings(max_examples=30)
@given(st.lists(st.booleans(), max_size=60), st.floats(0.1, 50.0))
def test_equal_weights_of_any_size_are_no_weights(errors: list[bool], weight: float) -> None:
    assert monitor(errors, [weight] * len(errors)) == monitor(errors)
